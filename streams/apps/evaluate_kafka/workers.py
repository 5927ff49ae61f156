"""Workers: processes of their own on a Kafka in memory, for one evaluation and gone after it."""

import json
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from schemas.content_types import MSGPACK_HEADERS
from schemas.items import ItemVector, encode_item_vector
from streams.apps.evaluate_trial import Progress
from streams.apps.feed import Feed
from streams.apps.interrupts import Interrupts
from streams.apps.operators import OperatorError
from streams.apps.processes import ChildProcess, Children
from streams.kafka.embedded import EmbeddedBroker
from streams.settings import Settings

START_LIMIT = 900.0  # seconds: where no kernel is compiled yet, that takes minutes on a busy machine
STEP_LIMIT = 120.0
PAUSE = 0.01
ANSWER = 10.0
ITEMS_AT_ONCE = 2_000  # below what the broker in memory keeps
LOOPBACK = "127.0.0.1"

Changes = Mapping[str, Mapping[str, Any]]


class OverdueError(OperatorError):
    """Something did not come in time; the message says what, with the ends of the logs."""


class Workers:
    """Workers that run, with all items in their catalogs. settings: those they share."""

    def __init__(self, settings: Settings, children: Children, interrupts: Interrupts) -> None:
        self.settings = settings
        self._children = children
        self._interrupts = interrupts
        self._ports: list[int] = []

    def start(self, name: str, data: Path, port: int) -> ChildProcess:
        """Starts one more worker, with a folder and a port for metrics of its own."""
        own = {"worker": {"data": str(data), "metrics_port": port}}
        self._ports.append(port)
        return self._children.start("worker", name, environment_of(own))

    def wait(self, condition: Callable[[], bool], what: str, limit: float = STEP_LIMIT) -> None:
        """Returns once the condition holds.

        Raises: OverdueError when it does not in time, ChildEndedError, Interrupted.
        """
        end = time.monotonic() + limit
        while not condition():
            self.check()
            if time.monotonic() > end:
                raise OverdueError(
                    f"waited {limit:g} s in vain for: {what}; the last lines of the logs:\n{self._children.tails()}"
                )
            time.sleep(PAUSE)

    def check(self) -> None:
        """Raises ChildEndedError or Interrupted."""
        self._interrupts.check()
        self._children.check()

    def stock(self, items: Sequence[ItemVector]) -> None:
        """Publishes the items with their vectors, so many at a time, each part once all catalogs have the one before.

        So every catalog has all of them, though a partition of the broker in memory keeps a few megabytes only.
        """
        topic = self.settings.topics.items_encoded
        with Feed(self.settings, (topic,)) as feed:
            for start in range(0, len(items), ITEMS_AT_ONCE):
                for item in items[start : start + ITEMS_AT_ONCE]:
                    feed.send(topic, item.item_id, encode_item_vector(item), MSGPACK_HEADERS)
                feed.finish()
                self.await_catalogs(topic, min(start + ITEMS_AT_ONCE, len(items)), START_LIMIT)

    def await_catalogs(self, topic: str, records: int, limit: float = STEP_LIMIT) -> None:
        """Returns once every worker's catalog has taken so many records of this topic."""
        self.wait(
            lambda: all(_taken(port, topic) >= records for port in self._ports),
            f"{records:,} records of {topic} in the catalog of each worker",
            limit,
        )

    def await_ready(self) -> None:
        """Returns once all workers are ready and share the partitions between them."""
        self.wait(
            lambda: all(_page(port, "/readyz") is not None and _owned(port) > 0 for port in self._ports),
            "the workers have joined their group",
            START_LIMIT,
        )


@contextmanager
def running_workers(
    settings: Settings, items: Sequence[ItemVector], count: int, changes: Changes, progress: Progress
) -> Iterator[Workers]:
    """So many workers, ready, on a broker in memory; nothing of it is left afterwards.

    changes: per section, what is to be other than the settings say.
    """
    ports = _free_ports(count)
    with _folder() as folder, Interrupts() as interrupts, EmbeddedBroker() as broker:
        shared = _shared(settings, broker.bootstrap, folder, changes)
        broker.create_topics(shared)
        with Children(folder, _environment(shared)) as children:
            workers = Workers(shared, children, interrupts)
            progress.say(f"{count} worker processes start; kernels are loaded, or compiled, which takes minutes once")
            for number, port in enumerate(ports, 1):
                workers.start(f"worker-{number}", folder / f"data-{number}", port)
                workers.await_ready()
            workers.stock(items)
            progress.say(f"{count} workers are ready, with {len(items):,} items in their catalogs")
            yield workers


def environment_of(changes: Changes) -> dict[str, str]:
    """Settings as environment variables; what is not set is left out."""
    return {
        f"PENCHANT_{section}__{name}".upper(): value if isinstance(value, str) else json.dumps(value)
        for section, values in changes.items()
        for name, value in values.items()
        if value is not None
    }


def _shared(settings: Settings, bootstrap: str, folder: Path, changes: Changes) -> Settings:
    """The settings for a broker in memory, with the changes."""
    every: Changes = {
        "kafka": {"bootstrap": bootstrap, "embedded": True, "client": {"security.protocol": "plaintext"}},
        "topics": {"replication": 1},
        "metrics": {"host": LOOPBACK},
        "worker": {"data": folder / "data"},
    }
    values = settings.model_dump()
    for part in (every, changes):
        for section, given in part.items():
            values[section] = {**values[section], **given}
    return Settings(**values)


def _environment(settings: Settings) -> dict[str, str]:
    values = settings.model_dump(mode="json")
    app = values.pop("app")
    return {"PENCHANT_APP": app, **environment_of(values)}


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="penchant-evaluate-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _taken(port: int, topic: str) -> float:
    return _sum("penchant_catalog_records_total", f'source="{topic}"', _page(port, "/metrics"))


def _owned(port: int) -> float:
    return _sum("penchant_partitions", 'store="users"', _page(port, "/metrics"))


def _sum(name: str, label: str, page: str | None) -> float:
    lines = re.findall(rf"^{name}\{{([^}}]*)\}} (\S+)$", page or "", re.MULTILINE)
    return sum(float(value) for labels, value in lines if label in labels)


def _page(port: int, path: str) -> str | None:
    """The page, None when there is none or it says no."""
    connection = HTTPConnection(LOOPBACK, port, timeout=ANSWER)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        text = response.read().decode()
        return text if response.status == 200 else None
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
