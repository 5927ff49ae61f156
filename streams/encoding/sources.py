"""Sources: one topic as this member of the group reads it, each partition fenced before its position is read."""

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor, wait
from dataclasses import dataclass, field

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from streams.encoding.errors import EncodingError, StuckError
from streams.encoding.publish import Published, Publisher
from streams.encoding.records import Outgoing, Record
from streams.kafka.client import open_consumer
from streams.kafka.hanging import OpenTransactions
from streams.kafka.transactions import FencedError
from streams.logs import get_log
from streams.metrics import EncoderMetrics
from streams.settings import Settings

BROKER_TIMEOUT = 30.0
# Transaction time-outs after which one that has not ended never will: librdkafka may wait for a group's coordinator
# without end when its broker has gone and come back (its issues 5456 and 5511).
STUCK_AFTER = 1.5
ENDING = frozenset(
    {
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
    }
)

log = get_log("encoding")


@dataclass(frozen=True)
class Taken:
    """What one look at a source gave. ends: the log's end, where a partition's was reached behind its records."""

    records: list[Record] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)


def group_of(settings: Settings, topic: str) -> str:
    """The consumer group of all encoders that read this topic."""
    return f"{settings.app}.encoder.{topic}"


class Source:
    """A topic's partitions that the group has given to this process.

    A partition's answers go out in the order of its records, and only publishing commits its position: after a crash
    the next owner fences this one, and only then reads where to go on. One thread uses a source; the group's calls
    come within take() and close(). Each topic has a group of its own, so that a rebalance of live requests waits for no
    encoder that is busy with items. answers: the topic that its answers go to. assigned: whether the group has said
    which partitions are ours.
    """

    def __init__(self, settings: Settings, topic: str, answers: str, pool: Executor, metrics: EncoderMetrics) -> None:
        encoder = settings.encoder
        self.assigned = False
        self._metrics = metrics
        self._settings = settings
        self.topic = topic
        self._answers = answers
        self._transactions = OpenTransactions(settings.kafka)
        self._pool = pool
        self._publishers: dict[int, Publisher] = {}
        self._fenced: dict[int, tuple[float, FencedError]] = {}
        self._taken = Taken()
        self._leaving = False
        self._consumer: Consumer = open_consumer(
            settings.kafka,
            group_of(settings, topic),
            partition_eof=True,
            session_timeout_ms=int(encoder.session_timeout * 1000),
            heartbeat_interval_ms=int(encoder.session_timeout * 300),
            partition_assignment_strategy="range",
            auto_offset_reset="earliest" if encoder.accept_loss else "error",
        )

    def subscribe(self) -> None:
        """Joins the group; partitions come with a later take()."""
        self._consumer.subscribe([self.topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost)

    @property
    def waiting(self) -> int:
        """How many messages wait for their transaction."""
        return sum(len(publisher.waiting) for publisher in self._publishers.values())

    def take(self, most: int, wait: float) -> Taken:
        """At most so many records, those of a partition in order; waits up to `wait` seconds for the first.

        What is taken is for add() before the next take(). Raises EncodingError when the topic cannot be read.
        """
        taken = self._taken = Taken()
        message = self._consumer.poll(wait)
        while message is not None:
            self._note(message, taken)
            message = self._consumer.poll(0) if len(taken.records) < most else None
        return taken

    def add(self, taken: Taken, outgoing: Sequence[Outgoing]) -> None:
        """Takes the answers to the records that were taken, one for each, for their partitions' next transactions."""
        for record, answer in zip(taken.records, outgoing, strict=True):
            self._publishers[record.partition].add(answer, record.offset + 1)
        for partition, end in taken.ends.items():
            self._publishers[partition].reach(end)

    def flush(self, positions: bool = False) -> None:
        """Publishes all that waits, each partition in a transaction of its own, at the same time.

        positions: also commit positions that moved over markers and aborted records only, so that none looks unread.
        Raises TransactionError when a transaction failed, StuckError when one does not end; a fenced partition is
        dropped.
        """
        due = [p for p in self._publishers.values() if p.waiting or (positions and p.position != p.committed)]
        if not due:
            return
        metadata = self._consumer.consumer_group_metadata()
        running = [self._pool.submit(publisher.publish, metadata) for publisher in due]
        limit = STUCK_AFTER * self._settings.encoder.transaction_timeout
        if wait(running, limit).not_done:
            raise StuckError(f"{self.topic}: Kafka has neither taken nor refused a transaction for {limit:g} s")
        for publisher, published in zip(due, running, strict=True):
            try:
                self._count(published.result())
            except FencedError as error:
                self._drop(publisher, error)
        if self._settings.kafka.embedded:
            self._commit_plainly(due)

    def lag(self) -> dict[int, int]:
        """How many offsets of each partition are not answered yet, as of the last fetches."""
        behind = {}
        for partition, publisher in self._publishers.items():
            place = TopicPartition(self.topic, partition)
            low, high = self._consumer.get_watermark_offsets(place, cached=True)
            behind[partition] = max(0, high - (low if publisher.position is None else publisher.position))
        return behind

    def check_fenced(self) -> None:
        """Raises EncodingError when a fenced partition is still assigned to this process after the grace."""
        grace = self._settings.encoder.fenced_grace
        for partition, (at, error) in self._fenced.items():
            if time.monotonic() - at > grace:
                raise EncodingError(
                    f"{self.topic}[{partition}] is still assigned to this encoder {grace:g} s after another one took "
                    f"it ({error}): start it again; if this repeats, look for an encoder of another group that uses "
                    f"app={self._settings.app}"
                )

    def close(self, publish: bool) -> None:
        """Leaves the group; publish: with all that waits published first, else dropped."""
        if publish:
            self.flush(positions=True)
        self._let_go()
        self._leaving = True
        self._consumer.close()

    def _note(self, message: Message, taken: Taken) -> None:
        partition, error = message.partition(), message.error()
        if error is not None and error.code() != KafkaError._PARTITION_EOF:
            self._complain(error, partition)
        elif partition not in self._publishers:
            return
        elif error is not None:
            taken.ends[partition] = message.offset()
        else:
            headers = tuple(message.headers() or ())
            taken.records.append(
                Record(self.topic, partition, message.offset(), message.key(), message.value(), headers)
            )
            taken.ends.pop(partition, None)

    def _complain(self, error: KafkaError, partition: int) -> None:
        where = f"{self.topic}[{partition}]"
        if error.code() == KafkaError._AUTO_OFFSET_RESET:
            raise EncodingError(
                f"{where}: what comes next was deleted before it was read ({error.str()}): set "
                "PENCHANT_ENCODER__ACCEPT_LOSS=true to go on with the oldest record there is"
            )
        if error.fatal() or error.code() in ENDING:
            raise EncodingError(f"{where} cannot be read ({error.str()}): check the topic and this client's rights")
        log.warning("cannot read", topic=self.topic, partition=partition, reason=error.str())

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        if self._leaving:
            return
        self._let_go()
        publishers = [Publisher(self._settings, self.topic, tp.partition) for tp in partitions]
        list(self._pool.map(Publisher.fence, publishers))
        self._transactions.require_none([(self._answers, publisher.partition) for publisher in publishers])
        self._publishers = {publisher.partition: publisher for publisher in publishers}
        self._metrics.rebalances.inc()
        starts = self._positions(partitions)
        consumer.assign(starts)
        self.assigned = True
        log.info("assigned", topic=self.topic, partitions=[tp.partition for tp in starts])

    def _positions(self, partitions: list[TopicPartition]) -> list[TopicPartition]:
        if not partitions:
            return []
        try:
            committed: list[TopicPartition] = self._consumer.committed(partitions, timeout=BROKER_TIMEOUT)
        except KafkaException as error:
            raise EncodingError(f"the positions of {self.topic} cannot be read: {error.args[0].str()}") from error
        for tp in committed:
            known = tp.offset >= 0
            self._publishers[tp.partition].resume(tp.offset if known else None)
            tp.offset = tp.offset if known else OFFSET_BEGINNING
        return committed

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self.flush(positions=True)
        self._let_go()
        log.info("revoked", topic=self.topic, partitions=[tp.partition for tp in partitions])

    def _lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._let_go()
        log.warning("lost", topic=self.topic, partitions=[tp.partition for tp in partitions])

    def _let_go(self) -> None:
        """Forgets the assignment, with what was taken under it."""
        self.assigned = False
        self._taken.records.clear()
        self._taken.ends.clear()
        self._fenced.clear()
        for publisher in self._publishers.values():
            publisher.close()
        self._publishers = {}

    def _drop(self, publisher: Publisher, error: FencedError) -> None:
        log.warning("fenced", topic=self.topic, partition=publisher.partition, reason=str(error))
        self._metrics.fenced.inc()
        publisher.close()
        del self._publishers[publisher.partition]
        self._fenced[publisher.partition] = time.monotonic(), error

    def _count(self, published: Published) -> None:
        self._metrics.commit_seconds.labels(self.topic).observe(published.seconds)
        for topic, number in Counter(outgoing.topic for outgoing in published.outgoing).items():
            self._metrics.answers.labels(topic).inc(number)
        for outgoing in published.outgoing:
            if outgoing.refusal is not None:
                self._metrics.rejected.labels(self.topic, outgoing.refusal).inc()

    def _commit_plainly(self, published: Sequence[Publisher]) -> None:
        """The embedded broker takes offsets in a transaction and forgets them."""
        try:
            self._consumer.commit(offsets=[publisher.offset() for publisher in published], asynchronous=False)
        except KafkaException as error:
            log.warning("positions not committed", topic=self.topic, reason=error.args[0].str())
