"""Deployment: workers and an encoder on the shared broker, under names that no other test has."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from streams.kafka.topics import create_topics
from streams.settings import KafkaSettings, Settings, TopicSettings, WorkerSettings
from tests.chaos.processes import Member
from tests.kafka.topics import Record, read_all, unique

PARTITIONS = 4
STAGED = "tests.chaos.staged"
T = TypeVar("T")
Place = tuple[str, int]


class Deployment:
    """Topics, workers and an encoder of one test, as a context manager: nothing of it runs afterwards.

    folder: for data and logs. more: values per section of the settings, above those that suit tests.
    """

    def __init__(self, bootstrap: str, folder: Path, more: dict[str, dict[str, Any]] | None = None) -> None:
        self.folder = folder
        self.settings = settings_for(bootstrap, unique("shop"), more or {})
        self.members: dict[str, Member] = {}
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": self.settings.app})

    def __enter__(self) -> "Deployment":
        self.folder.mkdir(exist_ok=True)
        create_topics(self.settings)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for member in self.members.values():
            member.kill()
        self._consumer.close()
        if error is not None:
            error.add_note(self.tails())

    # -- members

    def worker(self, name: str, stage: str = "", own_ids: bool = False) -> Member:
        """The worker of this name, made but not started; staged and with transactional ids of its own if so asked."""
        data = self.data_of(name)
        settings = self.settings.model_copy(update={"worker": self.settings.worker.model_copy(update={"data": data})})
        command = [sys.executable, "-m", "streams.cli", "worker"]
        if stage or own_ids:
            command = [sys.executable, "-m", STAGED, "worker", stage or "never", str(self.arm_of(name))]
            command += [f"--own-ids={name}"] if own_ids else []
        return self._member(name, command, settings)

    def encoder(self, stage: str = "") -> Member:
        """The encoder, made but not started; staged if so asked."""
        encoder = self.settings.encoder.model_copy(update={"data": self.folder / "encoder"})
        command = [sys.executable, "-m", "streams.cli", "encoder"]
        if stage:
            command = [sys.executable, "-m", STAGED, "encoder", stage, str(self.arm_of("encoder"))]
        return self._member("encoder", command, self.settings.model_copy(update={"encoder": encoder}))

    def _member(self, name: str, command: list[str], settings: Settings) -> Member:
        member = self.members[name] = Member(name, command, environment_of(settings), self.folder)
        return member

    def data_of(self, name: str) -> Path:
        """The data folder of the worker of this name."""
        return self.folder / f"{name}.data"

    def wipe(self, name: str) -> None:
        """Loses the disk of a worker that does not run."""
        shutil.rmtree(self.data_of(name))

    def arm_of(self, name: str) -> Path:
        """The file that arms a member's stage; the member renames it to *.reached when it is there."""
        return self.folder / f"{name}.armed"

    def arm(self, name: str, linger: float = 0.8) -> None:
        """Makes the member leave its mark when it next reaches its stage, and linger there for so many seconds."""
        self.reached_of(name).unlink(missing_ok=True)
        whole = self.arm_of(name).with_suffix(".arming")
        whole.write_text(str(linger))
        whole.rename(self.arm_of(name))

    def reached_of(self, name: str) -> Path:
        """The mark that a member leaves when it is at its stage."""
        return self.arm_of(name).with_suffix(".reached")

    def attend(self) -> None:
        """Restarts whoever died."""
        for member in self.members.values():
            member.attend()

    def wait(self, condition: Callable[[], Any], deadline: float, what: str, pause: float = 0.05) -> Any:
        """The first true value of the condition; whoever dies meanwhile is restarted."""
        end = time.monotonic() + deadline
        while not (value := condition()):
            self.attend()
            assert time.monotonic() < end, f"waited {deadline:g} s in vain for: {what} (last value {value!r})"
            time.sleep(pause)
        return value

    def deaths(self) -> dict[str, dict[int, int]]:
        """Exit codes of members that ended unasked, and how often."""
        return {name: dict(member.deaths) for name, member in self.members.items() if member.deaths}

    def tails(self) -> str:
        """The ends of all logs."""
        return "\n".join(
            "\n".join([f"  {name} (starts {len(m.lives)}, deaths {dict(m.deaths)})", *m.events("ended"), m.tail()])
            for name, m in self.members.items()
        )

    # -- topics

    def read(self, topic: str) -> list[Record]:
        """Every record of the topic, once the transactions that are open now have ended."""
        return read_all(self.settings.kafka.bootstrap, topic)

    def glimpse(self, topic: str, isolation: str = "read_committed") -> list[Record]:
        """Every record of the topic that can be seen now."""
        return read_all(self.settings.kafka.bootstrap, topic, isolation, wait_for_open=False)

    def compact_at_once(self, topic: str) -> None:
        """Makes the broker compact the topic as soon and as often as it can."""
        eager = {"segment.ms": "500", "min.cleanable.dirty.ratio": "0.01", "max.compaction.lag.ms": "1000"}
        entries = [
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in eager.items()
        ]
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
        admin = AdminClient({"bootstrap.servers": self.settings.kafka.bootstrap})
        admin.incremental_alter_configs([resource])[resource].result(30)

    def sources(self) -> list[str]:
        """The topics that the workers' group reads."""
        topics = self.settings.topics
        return [topics.clickstream, topics.behaviors_encoded, topics.handoffs, topics.item_signals]

    def group_positions(self, topics: Iterable[str]) -> dict[Place, int]:
        """The offsets that the workers' group has committed."""
        asked = [TopicPartition(topic, partition) for topic in topics for partition in range(PARTITIONS)]
        committed = answered(lambda: self._consumer.committed(asked, 10))
        return {(found.topic, found.partition): max(found.offset, 0) for found in committed}

    def ends(self, topics: Iterable[str]) -> dict[Place, int]:
        """The ends of every partition, open transactions and markers included."""
        places = [(topic, partition) for topic in topics for partition in range(PARTITIONS)]
        return {place: self._consumer.get_watermark_offsets(TopicPartition(*place), timeout=10)[1] for place in places}

    def lag(self) -> int:
        """How many offsets the workers' group has not read yet."""
        positions = self.group_positions(self.sources())
        return sum(end - positions[place] for place, end in self.ends(self.sources()).items())


def answered(ask: Callable[[], T]) -> T:
    """The broker's answer, also from one that has just come back and first says that it is not ready."""
    end = time.monotonic() + 30
    while True:
        try:
            return ask()
        except KafkaException:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def settings_for(bootstrap: str, app: str, more: dict[str, dict[str, Any]]) -> Settings:
    """Settings of one deployment: topics of its own, small, quick to notice that a worker is gone."""
    names = {name: f"{app}.{topic}" for name, topic in TopicSettings().model_dump().items() if isinstance(topic, str)}
    topics = names | {"partitions": PARTITIONS} | more.get("topics", {})
    worker = {"position_interval": 1.0, "session_timeout": 6.0, "heartbeat_interval": 1.0}
    return Settings(
        app=app,
        kafka=KafkaSettings(bootstrap=bootstrap),
        topics=TopicSettings(**topics),
        worker=WorkerSettings(**(worker | {"fenced_grace": 5.0, "metrics_port": 0} | more.get("worker", {}))),
        trends={"flush_interval": 0.5},
        encoder={"model": "fake", "session_timeout": 6.0, "metrics_port": 0} | more.get("encoder", {}),
        interests=more.get("interests", {}),
        variants=more.get("variants", {}),
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the environment of a process."""
    values = settings.model_dump(mode="json")
    return {f"PENCHANT_{n.upper()}": v if isinstance(v, str) else json.dumps(v) for n, v in values.items()}
