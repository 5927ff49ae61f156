"""Prometheus for tests: Debian's, or one on the PATH, with the very configuration that is deployed."""

import fcntl
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import yaml

from tests.chaos.processes import Process
from tests.deploy.files import ALERTS, PROMETHEUS, ROOT, load
from tests.http import get
from tests.kafka.broker import free_port
from tests.kafka.waiting import wait_until

CACHE = ROOT / ".cache" / "prometheus"
START = 60.0
ADVICE = "install it (Debian: apt-get install prometheus; macOS: brew install prometheus)"


class NoPrometheusError(RuntimeError):
    """Prometheus cannot be had here; the message says what to install."""


@dataclass(frozen=True)
class Series:
    """One series of an answer: its labels and its value."""

    labels: dict[str, str]
    value: float


def tool(name: str) -> str:
    """The path of prometheus or promtool: from the PATH, else from Debian's package, fetched once into .cache.

    Raises NoPrometheusError.
    """
    found = shutil.which(name)
    if found is not None:
        return found
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (CACHE / "package").exists():
            unpack(CACHE / "package")
    return str(CACHE / "package" / "usr" / "bin" / name)


def unpack(folder: Path) -> None:
    """Fetches Debian's package and unpacks it into `folder`, which appears whole or not at all."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise NoPrometheusError(f"no Prometheus: {ADVICE}")
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        fetched = run("apt-get", "download", "prometheus", at=scratch)
        package = next(Path(scratch).glob("prometheus_*.deb"), None)
        if package is None:
            raise NoPrometheusError(f"Debian's Prometheus could not be fetched: {ADVICE}. {fetched.stderr[-1000:]}")
        unpacked = run("dpkg-deb", "-x", package.name, "unpacked", at=scratch)
        if unpacked.returncode != 0:
            raise NoPrometheusError(f"{package.name} could not be unpacked: {unpacked.stderr[-1000:]}")
        (Path(scratch) / "unpacked").rename(folder)


def run(*command: str, at: str) -> "subprocess.CompletedProcess[str]":
    """Runs a command in a folder to its end."""
    return subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)


class Prometheus:
    """A running Prometheus, as a context manager. targets: HOST:PORT by job, in place of the names in a network."""

    def __init__(self, folder: Path, targets: Mapping[str, str]) -> None:
        self.folder = folder
        self.address = f"127.0.0.1:{free_port()}"
        self.configuration = folder / "prometheus.yml"
        self.configuration.write_text(yaml.safe_dump(redirected(load(PROMETHEUS), targets)))

    def __enter__(self) -> "Prometheus":
        data, listen = f"--storage.tsdb.path={self.folder / 'data'}", f"--web.listen-address={self.address}"
        command = [tool("prometheus"), f"--config.file={self.configuration}", data, listen]
        self.process = Process(command, {}, self.folder / "prometheus.log")
        try:
            wait_until(self.is_ready, START, "Prometheus is ready", 0.1)
        except BaseException:
            self.process.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()

    def is_ready(self) -> bool:
        """Whether it answers; NoPrometheusError with its last words when it has ended."""
        if self.process.exit_code is not None:
            raise NoPrometheusError(f"Prometheus ended while starting: {self.process.log.read_text()[-2000:]}")
        try:
            return get(f"http://{self.address}/-/ready")[0] == 200
        except OSError:
            return False

    def query(self, expression: str) -> list[Series]:
        """The answer to an expression now. AssertionError with Prometheus' complaint when it refuses it."""
        found = self.ask("query", query=f"({expression})")
        if found["resultType"] == "scalar":
            return [Series({}, float(found["result"][1]))]
        return [Series(one["metric"], float(one["value"][1])) for one in found["result"]]

    def ask(self, page: str, **parameters: str) -> Any:
        """The data of a page of its API."""
        status, text = get(f"http://{self.address}/api/v1/{page}?{urlencode(parameters)}")
        assert status == 200, f"Prometheus refuses {parameters}: {text}"
        return json.loads(text)["data"]


def redirected(configuration: dict[str, Any], targets: Mapping[str, str]) -> dict[str, Any]:
    """The deployed configuration, but for where targets are found, where the rules lie, and how often all is done."""
    jobs = [
        {name: value for name, value in job.items() if name != "dns_sd_configs"}
        | {"static_configs": [{"targets": [targets[job["job_name"]]]}]}
        for job in configuration["scrape_configs"]
    ]
    often = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    return configuration | {
        "global": configuration["global"] | often,
        "rule_files": [str(ALERTS.parent / name) for name in configuration["rule_files"]],
        "scrape_configs": jobs,
    }
