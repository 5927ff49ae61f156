"""Interests agent: behaviors of one partition's users in; interest records, lists and signals out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.records import RecordWriter
from models.ranking.rules import NO_RULES
from models.step import SPOKEN, Resolution, StepOptions, Traces, lists_for, no_traces, receive, receive_again
from schemas.behaviors import (
    Behavior,
    encode_behavior,
)
from schemas.content_types import JSON_HEADERS, MSGPACK_HEADERS
from schemas.encoding import EncodeAnswer, EncodeRequest, encode_request
from schemas.rows.partition import PositionsRow
from schemas.trends import encode_signal_block
from streams.agents.accepting import Accepted, accepted, decoded, decoded_answers
from streams.agents.ages import Ages
from streams.agents.aliases import Aliases
from streams.agents.answers import receive_answers
from streams.agents.dead_letters import DeadLetters
from streams.agents.handoffs import Handoffs
from streams.agents.learned import Learned
from streams.agents.mood import Mood
from streams.agents.quality import Quality
from streams.agents.rules import RulesFile
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

TakeIn = Callable[
    [UserArena, Catalog, np.ndarray, Sequence[Behavior], np.ndarray, StepOptions],
    Resolution,
]


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


class InterestsProcessor:
    """The users of one partition. rules: what lists obey, None for nothing; quality: who counts what they are worth."""

    def __init__(
        self,
        options: InterestsOptions,
        catalog: Catalog,
        partition: int,
        metrics: WorkerMetrics,
        rules: RulesFile | None = None,
        quality: Quality | None = None,
    ) -> None:
        variants = [one.name for one in options.step.variants]
        self._options = options
        self._quality = quality or Quality(metrics, variants)
        self._rules = rules
        self._metrics = metrics
        self._catalog = catalog
        self._partition = partition
        self._arena = UserArena(variants=len(variants))
        self._users = Users(self._arena, options.partitioner, partition, options.partitions, metrics)
        self._waiting = Waiting(options.waiting_limit, options.topics.handoffs)
        self._letters = DeadLetters(partition, metrics)
        self._aliases = Aliases(options.step.interests, options.arena_users)
        self._handoffs = Handoffs(
            options.topics.handoffs, self._arena, self._users, self._aliases, self._waiting, self._letters
        )
        self._ages = Ages(metrics.freshness)
        self._writer = RecordWriter(catalog, options.step.interests, Mood(metrics, partition).observe)
        self._learned = Learned(self._arena, variants)
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
        self._aliases.load(store)
        self._learned.load(store)
        if positions:
            self._watermark, self._events = positions.watermark, positions.events
            self._signals.told = positions.signals

    def apply(self, batch: Batch) -> None:
        """Applies a batch of the clickstream, of encoded behaviors, or of what other partitions hand over."""
        self._metrics.behaviors.labels(batch.topic).inc(len(batch.records))
        if batch.topic == self._options.topics.behaviors_encoded:
            self._apply_encoded(batch)
        elif batch.topic == self._options.topics.handoffs:
            self._apply_handoffs(batch)
        else:
            self._apply_clickstream(batch)

    def _apply_clickstream(self, batch: Batch) -> None:
        stage = self._metrics.stage_seconds.labels
        with stage("decode").time():
            found = self._decode(batch)
        with stage("apply").time():
            stay, duplicates = self._handoffs.divert(found.behaviors, found.at)
            self._metrics.duplicates.inc(duplicates)
            self._apply_accepted(batch.topic, found.only(stay), receive)

    def _apply_accepted(self, topic: str, taken: Accepted, take_in: TakeIn) -> None:
        slots = self._users.slots_of([behavior.owner for behavior in taken.behaviors])
        if (slots < 0).any():
            slots, taken = self._refuse_strangers(topic, taken, slots)
        if not taken.behaviors:
            return
        at = np.array(taken.at)
        self._watermark = max(self._watermark, float(at.max()))
        resolution = take_in(self._arena, self._catalog, slots, taken.behaviors, at, self._options.step)
        self._quality.judge(resolution.judgments)
        self._count(taken.behaviors, at, slots, resolution.applied, resolution.traces)
        self._ages.add(at[resolution.applied], [taken.records[index] for index in resolution.applied.tolist()])
        self._metrics.duplicates.inc(resolution.duplicates)
        for index in resolution.texts.tolist():
            self._ask(topic, taken.behaviors[index], taken.records[index])
        for index in resolution.waiting.tolist():
            self._let_wait(topic, taken, index)

    def _decode(self, batch: Batch) -> Accepted:
        return decoded(batch, self._options.future_limit, self._letters)

    def _refuse_strangers(self, topic: str, taken: Accepted, slots: np.ndarray) -> tuple[np.ndarray, Accepted]:
        """Dead-letters behaviors whose user no known partitioner would have put on this partition."""
        for index in np.flatnonzero(slots < 0).tolist():
            record, why = taken.records[index], self._users.why_refused()
            self._letters.add(topic, record, "PartitionerError", why if record.key else f"it has no key: {why}")
        kept = np.flatnonzero(slots >= 0).tolist()
        return slots[kept], taken.only(kept)

    def _ask(self, topic: str, behavior: Behavior, record: Record) -> None:
        kind: Literal["behavior", "request"] = "request" if behavior.type in SPOKEN else "behavior"
        forwarded = topic == self._options.topics.handoffs
        payload = encode_behavior(behavior) if forwarded else record.value or b""
        request = EncodeRequest(kind=kind, model="text", payload=payload)
        self._requests.append((behavior.owner.encode(), encode_request(request)))

    def _let_wait(self, topic: str, taken: Accepted, index: int) -> None:
        behavior, record = taken.behaviors[index], taken.records[index]
        row = self._waiting.add(topic, record, behavior, taken.at[index])
        if row is None:
            self._letters.add(
                topic, record, "WaitingFull", f"{self._options.waiting_limit} behaviors already wait for their items"
            )
            self._users.forget_event(behavior)
        else:
            self._rows.append(row)

    def _apply_encoded(self, batch: Batch) -> None:
        answers, answered = decoded_answers(batch, self._letters)
        stay = self._handoffs.divert_answers(answers, answered.behaviors)
        self._apply_answers(batch.topic, [answers[index] for index in stay], answered.only(stay))

    def _apply_answers(self, topic: str, answers: Sequence[EncodeAnswer], answered: Accepted) -> None:
        slots = self._users.slots_of([behavior.owner for behavior in answered.behaviors])
        if (slots < 0).any():
            answers = [answers[index] for index in np.flatnonzero(slots >= 0).tolist()]
            slots, answered = self._refuse_strangers(topic, answered, slots)
        if not answers:
            return
        behaviors, at = answered.behaviors, np.array(answered.at)
        receive_answers(self._arena, self._catalog, slots, behaviors, at, answers, self._options.step)
        self._count(behaviors, at, slots, np.arange(len(behaviors)), no_traces(len(behaviors)))
        self._ages.add(at, answered.records)

    def _apply_handoffs(self, batch: Batch) -> None:
        arrivals = self._handoffs.receive(batch, self._options.step.laws_in(self._catalog))
        self._apply_accepted(batch.topic, accepted(arrivals.behaviors), receive_again)
        answered = [(behavior, record) for _, behavior, record in arrivals.answers]
        self._apply_answers(batch.topic, [answer for answer, _, _ in arrivals.answers], accepted(answered))

    def _count(
        self, behaviors: Sequence[Behavior], at: np.ndarray, slots: np.ndarray, applied: np.ndarray, traces: Traces
    ) -> None:
        self._events += len(applied)
        self._signals.add(behaviors, at, applied, traces)
        self._handoffs.note(behaviors, slots, applied)

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
        self._count(behaviors, at, slots, resolution.applied, resolution.traces)
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
        rows, before = self._users.next_rows(), self._watermark - RETIREMENT_MARGIN
        retired = self._users.retire(rows, before, self._options.step.laws)
        self._retired += retired
        changed |= self._aliases.retire(rows, before)
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
            flush.rows = [*self._arena.take_rows(changed), *self._rows, *self._learned.take()]
            flush.rows += self._handoffs.take_rows()
        self._rows = []
        return flush

    def _lists(self, touched: np.ndarray) -> list[bytes]:
        if not self._options.lists or not len(touched):
            return []
        active = self._rules.active(self._catalog, len(touched)) if self._rules else NO_RULES
        lists = lists_for(self._arena, touched, self._catalog, self._options.step, active)
        self._quality.publish(self._catalog, lists)
        return lists.records

    def _outputs(self, touched: np.ndarray, lists: list[bytes]) -> list[Output]:
        options, topics, partition = self._options, self._options.topics, self._partition
        keys = self._users.keys_of(touched)
        outputs: list[Output] = list(self._letters.take())
        outputs += self._handoffs.take(topics.interests)
        if self._retired:
            outputs.append(Output(topics.interests, partition, [(key, None) for key in self._retired], []))
            self._retired = []
        if lists:
            outputs.append(Output(topics.recommendations, partition, list(zip(keys, lists, strict=True)), JSON_HEADERS))
        if len(touched):
            records = self._writer.write(self._arena, touched)
            outputs.append(Output(topics.interests, partition, list(zip(keys, records, strict=True)), MSGPACK_HEADERS))
        if self._requests:
            outputs.append(Output(topics.encode_requests, partition, self._requests, MSGPACK_HEADERS))
            self._requests = []
        for target, block in self._signals.take(options.signal_partitions, f"users/{partition}"):
            outputs.append(Output(topics.item_signals, target, [(None, encode_signal_block(block))], MSGPACK_HEADERS))
        return outputs

    def facts(self) -> Facts:
        """What the positions row is to say."""
        waiting, told = self._waiting.next_number, self._signals.told
        return Facts(self._users.partitioners, self._watermark, self._events, waiting, told)

    def committed(self) -> None:
        """Evicts the users touched least recently beyond the memory cap; their rows are in the store now."""
        self._users.evict(self._options.arena_users)
        self._aliases.committed()
        self._ages.observe(time.time())

    @property
    def users_in_memory(self) -> int:
        """How many users the arena holds."""
        return len(self._arena)

    @property
    def waiting(self) -> int:
        """How many behaviors wait for their item."""
        return len(self._waiting)
