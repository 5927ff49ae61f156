"""Intake: what comes in changes its users, waits for its item, or is refused."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.step import SPOKEN, Resolution, StepOptions, receive_again
from schemas.behaviors import TYPE_CODES, Behavior, encode_behavior, owners_of
from schemas.encoding import EncodeAnswer, EncodeRequest, encode_request
from schemas.rows.partition import PositionsRow
from streams.agents.accepting import Accepted
from streams.agents.ages import Ages
from streams.agents.aliases import Aliases
from streams.agents.answers import receive_answers
from streams.agents.dead_letters import DeadLetters
from streams.agents.handoffs import Handoffs
from streams.agents.options import InterestsOptions
from streams.agents.quality import Quality
from streams.agents.signals import Signals
from streams.agents.users import Users
from streams.agents.waiting import Waiting
from streams.kafka.transport import Record
from streams.metrics import WorkerMetrics
from streams.state.store import LocalStore, Row

TakeIn = Callable[
    [UserArena, Catalog, np.ndarray, Sequence[Behavior], np.ndarray, StepOptions],
    Resolution,
]
Request = tuple[bytes | None, bytes | None]
IDENTIFY = TYPE_CODES["identify"]


class Intake:
    """For the users of one partition. Its parts take part in the flush, each with what it has to write or to send.

    watermark: the latest event time of a behavior, epoch seconds; events: behaviors applied so far.
    """

    def __init__(
        self,
        options: InterestsOptions,
        catalog: Catalog,
        partition: int,
        arena: UserArena,
        metrics: WorkerMetrics,
        quality: Quality,
    ) -> None:
        self._options = options
        self._catalog, self._arena, self._metrics, self._quality = catalog, arena, metrics, quality
        self.users = Users(arena, options.partitioner, partition, options.partitions, metrics)
        self.waiting = Waiting(options.waiting_limit, options.topics.handoffs)
        self.letters = DeadLetters(partition, metrics)
        self.aliases = Aliases(options.step.interests, options.arena_users)
        self.handoffs = Handoffs(options.topics.handoffs, arena, self.users, self.aliases, self.waiting, self.letters)
        self.ages = Ages(metrics.freshness)
        self.signals = Signals()
        self.watermark = 0.0
        self.events = 0
        self._requests: list[Request] = []
        self._rows: list[Row] = []

    def load(self, store: LocalStore, positions: PositionsRow | None) -> None:
        """Begins from the recovered store."""
        self.users.load(store, positions.partitioners if positions else ())
        self.waiting.load(store, positions.next_waiting if positions else 0)
        self.aliases.load(store)
        if positions:
            self.watermark, self.events = positions.watermark, positions.events
            self.signals.told = positions.signals

    def take_behaviors(self, topic: str, taken: Accepted, take_in: TakeIn) -> None:
        """Applies behaviors that came in this topic, as `take_in` does."""
        slots = self.users.slots_of(owners_of(taken.behaviors))
        if (slots < 0).any():
            slots, taken = self._refuse_strangers(topic, taken, slots)
        if not taken.behaviors:
            return
        at = np.array(taken.at)
        self.watermark = max(self.watermark, float(at.max()))
        resolution = take_in(self._arena, self._catalog, slots, taken.behaviors, at, self._options.step)
        self._quality.judge(resolution.judgments)
        self._count(taken.behaviors, at, slots, resolution)
        applied = resolution.applied
        self.ages.add(at[applied], taken.only(applied.tolist()).records)
        self._metrics.duplicates.inc(resolution.duplicates)
        for index in resolution.texts.tolist():
            self._ask(topic, taken.behaviors[index], taken.records[index])
        for index in resolution.waiting.tolist():
            self._let_wait(topic, taken, index)

    def take_answers(self, topic: str, answers: Sequence[EncodeAnswer], answered: Accepted) -> None:
        """Applies behaviors that come back with what the encoder made of their texts."""
        slots = self.users.slots_of([behavior.owner for behavior in answered.behaviors])
        if (slots < 0).any():
            answers = [answers[index] for index in np.flatnonzero(slots >= 0).tolist()]
            slots, answered = self._refuse_strangers(topic, answered, slots)
        if not answers:
            return
        behaviors, at = answered.behaviors, np.array(answered.at)
        receive_answers(self._arena, self._catalog, slots, behaviors, at, answers, self._options.step)
        self.events += len(behaviors)
        self.signals.add_shown(behaviors, at, [k for k, one in enumerate(behaviors) if one.type == "impression"])
        self.handoffs.note(behaviors, slots, [k for k, one in enumerate(behaviors) if one.type == "identify"])
        self.ages.add(at, answered.records)

    def items_arrived(self, item_ids: Sequence[str]) -> bool:
        """Applies what waited for these items, now that the catalog has them; says whether anything did."""
        waited = self.waiting.take(item_ids)
        if not waited:
            return False
        behaviors = [one.behavior for one in waited]
        at = np.array([one.at for one in waited])
        slots = self.users.slots_of([behavior.owner for behavior in behaviors])
        resolution = receive_again(self._arena, self._catalog, slots, behaviors, at, self._options.step)
        self._count(behaviors, at, slots, resolution)
        self._rows += [(one.key, None) for one in waited]
        return True

    def recheck(self) -> bool:
        """Applies what waits for items that the catalog has, and dead-letters what waited too long; says if any did."""
        changed = self.items_arrived([item_id for item_id in self.waiting.items() if item_id in self._catalog.rows])
        expired = self.waiting.expired(self.watermark - self._options.waiting_age)
        for one in expired:
            self.letters.add_waiting(one, f"item {one.behavior.item_id} did not come within the waiting age")
            self._rows.append((one.key, None))
            self.users.forget_event(one.behavior)
        return changed or bool(expired)

    def take_rows(self) -> list[Row]:
        """Rows of behaviors that began to wait since the last call, or wait no longer."""
        rows, self._rows = self._rows, []
        return rows

    def take_requests(self) -> list[Request]:
        """Behaviors whose texts need vectors, since the last call."""
        requests, self._requests = self._requests, []
        return requests

    def _refuse_strangers(self, topic: str, taken: Accepted, slots: np.ndarray) -> tuple[np.ndarray, Accepted]:
        """Dead-letters behaviors whose user no known partitioner would have put on this partition."""
        for index in np.flatnonzero(slots < 0).tolist():
            record, why = taken.records[index], self.users.why_refused()
            self.letters.add(topic, record, "PartitionerError", why if record.key else f"it has no key: {why}")
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
        row = self.waiting.add(topic, record, behavior, taken.at[index])
        if row is None:
            self.letters.add(
                topic, record, "WaitingFull", f"{self._options.waiting_limit} behaviors already wait for their items"
            )
            self.users.forget_event(behavior)
        else:
            self._rows.append(row)

    def _count(self, behaviors: Sequence[Behavior], at: np.ndarray, slots: np.ndarray, became: Resolution) -> None:
        self.events += len(became.applied)
        self.signals.add(behaviors, at, became)
        applied = became.applied
        self.handoffs.note(behaviors, slots, applied[became.types[applied] == IDENTIFY].tolist())
