"""The compose file agrees with the settings, the configuration of Prometheus, the images and a real Kafka."""

import re
import subprocess
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

import pytest

from streams.agents.rules import read_rules
from streams.settings import EncoderSettings, KafkaSettings, Settings, WorkerSettings, load_settings
from tests.deploy.files import COMPOSE, DOCKERFILES, PROMETHEUS, ROOT, RULES, compose, instructions, load
from tests.kafka.broker import RealKafka, free_port
from tests.kafka.jars import NoKafkaError
from tests.streams.command import penchant

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
SCALED = ("worker", "encoder", "encoder-gpu")


@pytest.mark.parametrize("name", OURS)
def test_the_settings_of_a_service_are_accepted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in OURS[name]["environment"].items():
        monkeypatch.setenv(variable, value)
    settings = load_settings()
    assert settings.kafka.bootstrap == "kafka:19092"
    assert settings.metrics.host == "0.0.0.0"


def test_the_encoder_is_told_which_device_it_has() -> None:
    devices = {name: SERVICES[name]["environment"]["PENCHANT_ENCODER__DEVICE"] for name in ("encoder", "encoder-gpu")}
    assert devices == {"encoder": "cpu", "encoder-gpu": "cuda"}
    (reserved,) = SERVICES["encoder-gpu"]["deploy"]["resources"]["reservations"]["devices"]
    assert reserved["driver"] == "nvidia" and "gpu" in reserved["capabilities"]
    assert SERVICES["encoder-gpu"]["profiles"] == ["gpu"] and "profiles" not in SERVICES["encoder"]


def test_prometheus_and_health_checks_ask_the_ports_that_the_processes_serve() -> None:
    served = {"worker": WorkerSettings().metrics_port, "encoder": EncoderSettings().metrics_port}
    asked = {job["job_name"]: job["dns_sd_configs"] for job in load(PROMETHEUS)["scrape_configs"]}
    assert {name: [(one["names"], one["port"]) for one in found] for name, found in asked.items()} == {
        name: [([name], port)] for name, port in served.items()
    }
    for name in SCALED:
        port = served[name.removesuffix("-gpu")]
        assert f"http://127.0.0.1:{port}/readyz" in SERVICES[name]["healthcheck"]["test"][-1]
    assert SERVICES["encoder-gpu"]["networks"]["default"]["aliases"] == ["encoder"]


@pytest.mark.parametrize("name", SCALED)
def test_what_can_be_scaled_shares_no_name_no_port_and_no_folder(name: str) -> None:
    service = SERVICES[name]
    assert {"container_name", "hostname", "ports"} & service.keys() == set()
    section = name.removesuffix("-gpu").upper()
    written = [volume for volume in service["volumes"] if not volume.endswith(":ro")]
    assert written == [service["environment"][f"PENCHANT_{section}__DATA"]]
    assert service["restart"] == "unless-stopped"


def test_a_producer_beside_docker_reaches_kafka_at_the_default_address() -> None:
    listeners = SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"].split(",")
    assert f"HOST://{KafkaSettings().bootstrap}" in listeners
    assert SERVICES["kafka"]["ports"] == [f"{KafkaSettings().bootstrap}:9092"]


def test_only_the_host_itself_reaches_a_published_port() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_every_mounted_file_and_every_named_volume_is_there() -> None:
    sources = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    named = {source for source in sources if not source.startswith((".", "/"))}
    assert named == compose()["volumes"].keys()
    assert [source for source in sources if source.startswith(".") and not (ROOT / source).exists()] == []


def test_the_worker_reads_the_business_rules_that_an_operator_edits() -> None:
    worker = SERVICES["worker"]
    path = PurePosixPath(worker["environment"]["PENCHANT_WORKER__RULES"])
    (mounted,) = [volume.split(":") for volume in worker["volumes"] if volume.endswith(":ro")]
    assert ROOT / mounted[0] == RULES.parent and mounted[1] == str(path.parent) and RULES.name == path.name
    assert read_rules(RULES, Settings().ranking.length) == ()


def test_the_examples_of_business_rules_can_be_used(tmp_path: Path) -> None:
    taken = RULES.read_text().replace("rules: []", "rules:").replace("\n# ", "\n").partition("rules:")
    (tmp_path / "rules.yml").write_text("".join(taken[1:]))
    found = read_rules(tmp_path / "rules.yml", Settings().ranking.length)
    assert all(any(getattr(rule, kind) for rule in found) for kind in ("pin", "exclude", "cap", "boost", "when"))


def test_commands_of_services_are_commands_of_ours() -> None:
    for name, service in OURS.items():
        (dockerfile,) = [path for path in DOCKERFILES if path == ROOT / service["build"]["dockerfile"]]
        (started,) = [one.rest for one in instructions(dockerfile) if one.name == "CMD"]
        command = service.get("command") or re.findall(r'"([^"]+)"', started)
        assert penchant(*command, "--help").returncode == 0, name


def test_the_same_kafka_is_deployed_and_tested() -> None:
    pom = ElementTree.parse(ROOT / "tests" / "kafka" / "pom.xml")
    versions = [found.text for found in pom.iterfind(".//{*}dependency[{*}groupId='org.apache.kafka']/{*}version")]
    assert [SERVICES["kafka"]["image"]] == [f"apache/kafka:{version}" for version in versions]


class ComposedKafka(RealKafka):
    """A Kafka with the properties of the compose file, as its image makes them from the environment."""

    def defaults(self) -> dict[str, str]:
        """The properties, on free ports of loopback, with a data folder of the test's."""
        environment = SERVICES["kafka"]["environment"]
        ports = {"9092": self.port, "9093": self.controller_port, "19092": free_port()}
        return {
            name.removeprefix("KAFKA_").lower().replace("_", "."): self.here(str(value), ports)
            for name, value in environment.items()
            if name.startswith("KAFKA_")
        } | {"log.dirs": str(self.folder / "data")}

    def here(self, value: str, ports: dict[str, int]) -> str:
        """A value with the hosts and ports of a container's network replaced by those of this machine."""
        value = re.sub(r":(\d{4,5})\b", lambda found: f":{ports[found[1]]}", value)
        return re.sub(r"(@|//)(?:kafka|127\.0\.0\.1)?:", r"\g<1>127.0.0.1:", value)

    def format(self) -> None:
        """Prepares the data folder as the image does: the voters are named in the properties."""
        self.properties.write_text("".join(f"{name}={value}\n" for name, value in self.defaults().items()))
        cluster = SERVICES["kafka"]["environment"]["CLUSTER_ID"]
        command = self.command("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self.properties))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NoKafkaError(f"Kafka refuses the properties of {COMPOSE.name}: {done.stdout}{done.stderr}")


@pytest.mark.kafka
def test_kafka_starts_with_these_properties_and_takes_our_topics() -> None:
    with ComposedKafka() as kafka:
        done = penchant("topics", "create", "--bootstrap", kafka.bootstrap)
    assert done.returncode == 0, done.stderr
