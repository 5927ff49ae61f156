"""Interests agent: behaviors of one partition's users in; interest records, lists and signals out."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.step import StepOptions, interest_records, receive, receive_again, receive_encoded, recommend
from schemas.behaviors import (
    FIRST_LIKELY_SECOND,
    LARGEST_BYTES,
    Behavior,
    decode_behavior,
    too_large,
    unlikely_time,
)
from schemas.content_types import JSON_HEADERS, MSGPACK_HEADERS, require_json
from schemas.encoding import EncodeRequest, decode_answer, encode_request
from schemas.errors import SchemaError
from schemas.rows.partition import PositionsRow
from schemas.trends import encode_signal_block
from schemas.vectors import DIMENSIONS, from_bytes
from streams.agents.ages import Ages
from streams.agents.dead_letters import DeadLetters
from streams.agents.signals import Signals
from streams.agents.users import Users
from streams.agents.waiting import Waiting
from streams.kafka.transport import Batch, Record
from streams.metrics import WorkerMetrics
from streams.settings import TopicSettings
from streams.state.processor import Facts, Flush, Output
from streams.state.store import LocalStore, Row

# Event time in seconds by which a behavior may be late and still find its faded user unswept.
RETIREMENT_MARGIN = 7 * 86_400.0


@dataclass(frozen=True)
class InterestsOptions:
    """What the agent needs to know. Times in seconds.

    partitions: of the clickstream; signal_partitions: of item.signals. partitioner: named by the user, or None.
    arena_users: users kept in memory. lists: whether ranked lists are published too.
    """

    topics: TopicSettings
    step: StepOptions
    partitions: int
    signal_partitions: int
    partitioner: str | None
    arena_users: int
    waiting_limit: int
    waiting_age: float
    future_limit: float
    lists: bool


@dataclass
class _Accepted:
    """Behaviors of one batch that may be applied, in order, with the records they came in."""

    behaviors: list[Behavior] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


class InterestsProcessor:
    """The users of one partition."""

    def __init__(self, options: InterestsOptions, catalog: Catalog, partition: int, metrics: WorkerMetrics) -> None:
        self._options = options
        self._metrics = metrics
        self._catalog = catalog
        self._partition = partition
        self._arena = UserArena()
        self._users = Users(self._arena, options.partitioner, partition, options.partitions, metrics)
        self._waiting = Waiting(options.waiting_limit)
        self._letters = DeadLetters(partition, metrics)
        self._ages = Ages(metrics.freshness)
        self._signals = Signals(options.step.interests)
        self._requests: list[tuple[bytes | None, bytes | None]] = []
        self._rows: list[Row] = []
        self._retired: list[bytes] = []
        self._watermark = 0.0
        self._events = 0

    def load(self, store: LocalStore, positions: PositionsRow | None) -> None:
        """Begins from the recovered store."""
        self._users.load(store, positions.partitioners if positions else ())
        self._waiting.load(store, positions.next_waiting if positions else 0)
        if positions:
            self._watermark, self._events = positions.watermark, positions.events

    def apply(self, batch: Batch) -> None:
        """Applies a batch of the clickstream or of encoded behaviors."""
        self._metrics.behaviors.labels(batch.topic).inc(len(batch.records))
        if batch.topic == self._options.topics.behaviors_encoded:
            self._apply_encoded(batch)
        else:
            self._apply_clickstream(batch)

    def _apply_clickstream(self, batch: Batch) -> None:
        stage = self._metrics.stage_seconds.labels
        with stage("decode").time():
            accepted = self._decode(batch)
        with stage("apply").time():
            self._apply_accepted(batch.topic, accepted)

    def _apply_accepted(self, topic: str, accepted: _Accepted) -> None:
        slots = self._users.slots_of([behavior.owner for behavior in accepted.behaviors])
        if (slots < 0).any():
            slots = self._refuse_strangers(topic, accepted, slots)
        if not accepted.behaviors:
            return
        at = np.array(accepted.at)
        self._watermark = max(self._watermark, float(at.max()))
        resolution = receive(self._arena, self._catalog, slots, accepted.behaviors, at, self._options.step)
        self._count(accepted.behaviors, at, resolution.applied)
        self._ages.add(at[resolution.applied], [accepted.records[index] for index in resolution.applied.tolist()])
        self._metrics.duplicates.inc(resolution.duplicates)
        for index in resolution.texts.tolist():
            self._ask(accepted.behaviors[index], accepted.records[index])
        for index in resolution.waiting.tolist():
            self._let_wait(topic, accepted, index)

    def _decode(self, batch: Batch) -> _Accepted:
        accepted, future_limit = _Accepted(), self._options.future_limit
        for record in batch.records:
            try:
                if record.value is None:
                    raise SchemaError("not a behavior: the message has no value")
                if len(record.value) > LARGEST_BYTES:
                    raise too_large(record.value)
                if record.headers:
                    require_json(record.headers)
                behavior = decode_behavior(record.value)
                at = behavior.at
                if not FIRST_LIKELY_SECOND <= at <= record.timestamp * 1e-3 + future_limit:
                    raise unlikely_time(behavior, future_limit)
            except SchemaError as error:
                self._letters.add(batch.topic, record, type(error).__name__, str(error))
                continue
            accepted.behaviors.append(behavior)
            accepted.at.append(at)
            accepted.records.append(record)
        return accepted

    def _refuse_strangers(self, topic: str, accepted: _Accepted, slots: np.ndarray) -> np.ndarray:
        """Dead-letters behaviors whose user no known partitioner would have put on this partition."""
        for index in np.flatnonzero(slots < 0).tolist():
            record, why = accepted.records[index], self._users.why_refused()
            self._letters.add(topic, record, "PartitionerError", why if record.key else f"it has no key: {why}")
        kept = np.flatnonzero(slots >= 0).tolist()
        accepted.behaviors = [accepted.behaviors[index] for index in kept]
        accepted.at = [accepted.at[index] for index in kept]
        accepted.records = [accepted.records[index] for index in kept]
        return slots[kept]

    def _ask(self, behavior: Behavior, record: Record) -> None:
        request = EncodeRequest(kind="behavior", model="text", payload=record.value or b"")
        self._requests.append((behavior.owner.encode(), encode_request(request)))

    def _let_wait(self, topic: str, accepted: _Accepted, index: int) -> None:
        behavior, record = accepted.behaviors[index], accepted.records[index]
        row = self._waiting.add(topic, record, behavior, accepted.at[index])
        if row is None:
            self._letters.add(
                topic, record, "WaitingFull", f"{self._options.waiting_limit} behaviors already wait for their items"
            )
            self._users.forget_event(behavior)
        else:
            self._rows.append(row)

    def _apply_encoded(self, batch: Batch) -> None:
        behaviors: list[Behavior] = []
        vectors: list[bytes | None] = []
        records: list[Record] = []
        for record in batch.records:
            try:
                answer = decode_answer(record.value or b"")
                behaviors.append(decode_behavior(answer.payload))
                vectors.append(answer.vector)
                records.append(record)
            except SchemaError as error:
                self._letters.add(batch.topic, record, "SchemaError", str(error))
        if not behaviors:
            return
        slots = self._users.slots_of([behavior.owner for behavior in behaviors])
        at = np.array([behavior.at for behavior in behaviors])
        matrix = np.zeros((len(behaviors), DIMENSIONS), np.float32)
        for index, vector in enumerate(vectors):
            if vector is not None:
                matrix[index] = from_bytes(vector)
        known = np.array([vector is not None for vector in vectors])
        receive_encoded(self._arena, slots, behaviors, at, matrix, known, self._options.step)
        self._count(behaviors, at, np.arange(len(behaviors)))
        self._ages.add(at, records)

    def _count(self, behaviors: Sequence[Behavior], at: np.ndarray, applied: np.ndarray) -> None:
        self._events += len(applied)
        self._signals.add(behaviors, at, applied)

    # -- behaviors that waited for their item

    def wants(self, item_ids: Sequence[str]) -> bool:
        """Whether any behavior waits for one of these items."""
        return self._waiting.wants(item_ids)

    def items_arrived(self, item_ids: Sequence[str]) -> bool:
        """Applies what waited for these items, now that the catalog has them; says whether anything did."""
        waited = self._waiting.take(item_ids)
        if not waited:
            return False
        behaviors = [one.behavior for one in waited]
        at = np.array([one.at for one in waited])
        slots = self._users.slots_of([behavior.owner for behavior in behaviors])
        resolution = receive_again(self._arena, self._catalog, slots, behaviors, at, self._options.step)
        self._count(behaviors, at, resolution.applied)
        self._rows += [(one.key, None) for one in waited]
        return True

    def tick(self) -> bool:
        """Rechecks the catalog for what waits, dead-letters what waited too long, retires users that faded."""
        changed = self.items_arrived([item_id for item_id in self._waiting.items() if item_id in self._catalog.rows])
        expired = self._waiting.expired(self._watermark - self._options.waiting_age)
        for one in expired:
            self._letters.add_waiting(one, f"item {one.behavior.item_id} did not come within the waiting age")
            self._rows.append((one.key, None))
            self._users.forget_event(one.behavior)
        retired = self._users.retire(self._watermark - RETIREMENT_MARGIN, self._options.step.rules)
        self._retired += retired
        return changed or bool(expired or retired)

    # -- flush

    def take(self) -> Flush:
        """Changed rows; a record and a list per user with new behaviors; signals, requests and dead letters."""
        changed = self._arena.changed_slots()
        touched = changed[self._arena.new_behaviors[changed] > 0]
        stage = self._metrics.stage_seconds.labels
        with stage("rank").time():
            lists = self._lists(touched)
        with stage("pack").time():
            flush = Flush(outputs=self._outputs(touched, lists))
            flush.rows = [*self._arena.take_rows(changed), *self._rows]
        self._rows = []
        return flush

    def _lists(self, touched: np.ndarray) -> list[bytes]:
        if not self._options.lists or not len(touched):
            return []
        return recommend(self._arena, touched, self._catalog, self._options.step)

    def _outputs(self, touched: np.ndarray, lists: list[bytes]) -> list[Output]:
        options, topics, partition = self._options, self._options.topics, self._partition
        keys = self._users.keys_of(touched)
        outputs: list[Output] = list(self._letters.take())
        if self._retired:
            outputs.append(Output(topics.interests, partition, [(key, None) for key in self._retired], []))
            self._retired = []
        if lists:
            outputs.append(Output(topics.recommendations, partition, list(zip(keys, lists, strict=True)), JSON_HEADERS))
        if len(touched):
            records = interest_records(self._arena, touched, self._catalog.encoder, options.step)
            outputs.append(Output(topics.interests, partition, list(zip(keys, records, strict=True)), MSGPACK_HEADERS))
        if self._requests:
            outputs.append(Output(topics.encode_requests, partition, self._requests, MSGPACK_HEADERS))
            self._requests = []
        for target, block in self._signals.take(options.signal_partitions, f"users/{partition}", self._events):
            outputs.append(Output(topics.item_signals, target, [(None, encode_signal_block(block))], MSGPACK_HEADERS))
        return outputs

    def facts(self) -> Facts:
        """What the positions row is to say."""
        return Facts(self._users.partitioners, self._watermark, self._events, self._waiting.next_number)

    def committed(self) -> None:
        """Evicts the users touched least recently beyond the memory cap; their rows are in the store now."""
        self._users.evict(self._options.arena_users)
        self._ages.observe(time.time())

    @property
    def users_in_memory(self) -> int:
        """How many users the arena holds."""
        return len(self._arena)

    @property
    def waiting(self) -> int:
        """How many behaviors wait for their item."""
        return len(self._waiting)
