"""Cluster: what the doctor asks Kafka, each question asked once."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from confluent_kafka import IsolationLevel, KafkaError, Message, TopicPartition
from confluent_kafka.admin import ClusterMetadata, ConsumerGroupDescription, OffsetSpec

from streams.apps.doctor.finding import some
from streams.apps.operators import OperatorError
from streams.kafka.client import open_consumer
from streams.kafka.topic_plan import TopicPlan, topic_plan
from streams.kafka.topics import TopicAdmin, TopicError, TopicReport, partitions_of
from streams.settings import Settings

ANSWER = 5.0  # seconds in which Kafka must answer a question
READ = 4.0  # seconds for reading one sample
SAMPLE_BYTES = 64 << 20
# Named because librdkafka asks for a name; it never joins and never commits.
GROUP = "penchant.doctor.never.commits"

Place = tuple[str, int]
T = TypeVar("T")


@dataclass(frozen=True)
class Range:
    """Offsets of one partition: from start up to, not including, end."""

    start: int
    end: int


class UntoldError(Exception):
    """What a check is about is not there; another check says so already."""


class Cluster:
    """A Kafka that answers. Raises TopicError when it does not.

    seconds: how long its first answer took. partitions: the partition count of each topic that can be seen.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.topics = TopicAdmin(settings, answer=ANSWER)
        began = time.monotonic()
        self.metadata: ClusterMetadata = self.topics.cluster()
        self.seconds = time.monotonic() - began
        self.partitions = partitions_of(self.metadata)
        self._answers: dict[Callable[[Cluster], Any], Any] = {}

    @property
    def embedded(self) -> bool:
        """Whether it is the embedded broker, which knows neither rights nor topics' settings nor groups' members."""
        return self.settings.kafka.embedded

    @cached_property
    def plan(self) -> tuple[TopicPlan, ...]:
        """The topics that there should be."""
        return topic_plan(self.settings)

    @cached_property
    def missing(self) -> list[str]:
        """Topics of the plan that cannot be seen."""
        return [topic.name for topic in self.plan if topic.name not in self.partitions]

    @cached_property
    def reports(self) -> dict[str, TopicReport | TopicError]:
        """What Kafka says about each topic of the plan that is there; the error where its cleanup policy is wrong."""
        return {topic.name: self._report(topic) for topic in self.plan if topic.name in self.partitions}

    def _report(self, topic: TopicPlan) -> TopicReport | TopicError:
        try:
            return self.topics.examine(topic, self.partitions[topic.name])
        except TopicError as error:
            return error

    def once(self, ask: Callable[["Cluster"], T]) -> T:
        """What the question came to when it was asked first, be it an error."""
        if ask not in self._answers:
            try:
                self._answers[ask] = ask(self)
            except Exception as error:
                self._answers[ask] = error
        answer = self._answers[ask]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def there(self, *topics: str) -> list[str]:
        """Those of the topics that are there. Raises UntoldError when none is."""
        found = [topic for topic in topics if topic in self.partitions]
        if not found:
            raise UntoldError(f"needs {some(list(dict.fromkeys(topics)))}, which cannot be seen")
        return found

    def places(self, *topics: str) -> list[Place]:
        """Every partition of those of the topics that are there. Raises UntoldError when none is."""
        return [(topic, partition) for topic in self.there(*topics) for partition in range(self.partitions[topic])]

    def offsets(self, places: Iterable[Place], spec: OffsetSpec) -> dict[Place, int]:
        """The committed offset that the spec names in each partition; -1 where there is none."""
        asked = {TopicPartition(*place): spec for place in places}
        answers = self.topics.admin.list_offsets(
            asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=ANSWER
        )
        return {(tp.topic, tp.partition): answered(answer).offset for tp, answer in answers.items()}

    def latest(self, most: int, *topics: str) -> list[Message]:
        """At most the last `most` records of each partition, as far as they can be read within the time for it."""
        places = self.places(*topics)
        first, last = self.offsets(places, OffsetSpec.earliest()), self.offsets(places, OffsetSpec.latest())
        return self.read({place: Range(max(first[place], last[place] - most), last[place]) for place in places})

    def since(self, moment: float, *topics: str) -> list[Message]:
        """Records appended since that moment (epoch seconds), as far as they can be read within the time for it."""
        places = self.places(*topics)
        first = self.offsets(places, OffsetSpec.for_timestamp(int(moment * 1000)))
        last = self.offsets(places, OffsetSpec.latest())
        return self.read({place: Range(first[place], last[place]) for place in places if first[place] >= 0})

    def read(self, ranges: Mapping[Place, Range]) -> list[Message]:
        """What is committed in these ranges; stops early when time or memory run out."""
        wanted = {place: span for place, span in ranges.items() if span.start < span.end}
        if not wanted:
            return []
        consumer = open_consumer(self.settings.kafka, GROUP, partition_eof=True)
        try:
            consumer.assign([TopicPartition(*place, span.start) for place, span in wanted.items()])
            return _read(consumer, wanted)
        finally:
            consumer.close()

    def committed(self, group: str, *topics: str) -> dict[Place, int]:
        """The group's committed offset in each partition; below 0 where it has none."""
        asked = [TopicPartition(*place) for place in self.places(*topics)]
        consumer = open_consumer(self.settings.kafka, group)
        try:
            found: list[TopicPartition] = consumer.committed(asked, timeout=ANSWER)
        finally:
            consumer.close()
        return {(tp.topic, tp.partition): tp.offset for tp in found}

    def lag(self, group: str, topic: str) -> int:
        """How many offsets of the topic the group has not read yet."""
        committed = self.committed(group, topic)
        first, last = self.offsets(committed, OffsetSpec.earliest()), self.offsets(committed, OffsetSpec.latest())
        return sum(
            last[place] - (offset if offset >= 0 else first[place])
            for place, offset in committed.items()
            if last[place] > offset
        )

    def group(self, name: str) -> ConsumerGroupDescription:
        """The group, its members and what we may do with it."""
        asked = self.topics.admin.describe_consumer_groups(
            [name], include_authorized_operations=True, request_timeout=ANSWER
        )
        return answered(asked[name])


def answered(future: "Future[Any]") -> Any:
    """What a question came to."""
    return future.result(2 * ANSWER)


def _read(consumer: Any, wanted: Mapping[Place, Range]) -> list[Message]:
    messages: list[Message] = []
    open_places, size, end = set(wanted), 0, time.monotonic() + READ
    while open_places and size < SAMPLE_BYTES and time.monotonic() < end:
        for message in consumer.consume(1000, 0.05):
            place, error = (message.topic(), message.partition()), message.error()
            if error is None and message.offset() < wanted[place].end:
                messages.append(message)
                size += len(message.value() or b"")
            if error is None and message.offset() < wanted[place].end - 1:
                continue
            _require_readable(error, place)
            open_places.discard(place)
    return messages


def _require_readable(error: KafkaError | None, place: Sequence[object]) -> None:
    if error is not None and error.code() != KafkaError._PARTITION_EOF and not error.retriable():
        raise OperatorError(f"{place[0]} cannot be read ({error.str()}): grant this client READ on it")
