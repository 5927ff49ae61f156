"""Accepting: from messages to behaviors that may be applied; what does not fit becomes a dead letter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from schemas.behaviors import (
    FIRST_LIKELY_SECOND,
    LARGEST_BYTES,
    Behavior,
    decode_behavior,
    decode_behaviors,
    too_large,
    unlikely_time,
)
from schemas.content_types import require_json
from schemas.encoding import EncodeAnswer, decode_answer
from schemas.errors import SchemaError
from streams.agents.dead_letters import DeadLetters
from streams.kafka.transport import Batch, Record


@dataclass
class Accepted:
    """Behaviors of one batch that may be applied, in order, with the records they came in."""

    behaviors: list[Behavior] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    def add(self, behavior: Behavior, at: float, record: Record) -> None:
        """Adds one at the end."""
        self.behaviors.append(behavior)
        self.at.append(at)
        self.records.append(record)

    def only(self, kept: Sequence[int]) -> "Accepted":
        """Those at these places, in order."""
        if len(kept) == len(self.behaviors):
            return self
        return Accepted(
            [self.behaviors[place] for place in kept],
            [self.at[place] for place in kept],
            [self.records[place] for place in kept],
        )


def accepted(arrived: Iterable[tuple[Behavior, Record]]) -> Accepted:
    """These behaviors, accepted before."""
    found = Accepted()
    for behavior, record in arrived:
        found.add(behavior, behavior.at, record)
    return found


def decoded(batch: Batch, future_limit: float, letters: DeadLetters) -> Accepted:
    """The behaviors of a clickstream's batch. Args: future_limit: seconds by which one may be ahead of the broker."""
    return _all_of(batch.records, future_limit) or _one_by_one(batch, future_limit, letters)


def _all_of(records: Sequence[Record], future_limit: float) -> Accepted | None:
    """All of them, when each is fine; None says to look at them one by one."""
    values = [record.value or b"" for record in records]
    if max(map(len, values), default=0) > LARGEST_BYTES:
        return None
    try:
        for written in [headers for record in records if (headers := record.headers)]:
            require_json(written)
        behaviors = decode_behaviors(values)
    except SchemaError:
        return None
    at = _times_of(behaviors)
    latest = np.array([record.timestamp for record in records], np.float64) * 1e-3 + future_limit
    if not ((at >= FIRST_LIKELY_SECOND) & (at <= latest)).all():
        return None
    return Accepted(behaviors, at.tolist(), list(records))


def _times_of(behaviors: Sequence[Behavior]) -> NDArray[np.float64]:
    occurred = [behavior.occurred_at for behavior in behaviors]
    if set(map(type, occurred)) == {int}:
        return np.array(occurred, np.float64) / 1000
    return np.array([behavior.at for behavior in behaviors])


def _one_by_one(batch: Batch, future_limit: float, letters: DeadLetters) -> Accepted:
    found = Accepted()
    for record in batch.records:
        try:
            if record.value is None:
                raise SchemaError("not a behavior: the message has no value")
            if len(record.value) > LARGEST_BYTES:
                raise too_large(record.value)
            require_json(record.headers)
            behavior = decode_behavior(record.value)
            at = behavior.at
            if not FIRST_LIKELY_SECOND <= at <= record.timestamp * 1e-3 + future_limit:
                raise unlikely_time(behavior, future_limit)
        except SchemaError as error:
            letters.add(batch.topic, record, type(error).__name__, str(error))
            continue
        found.add(behavior, at, record)
    return found


def decoded_answers(batch: Batch, letters: DeadLetters) -> tuple[list[EncodeAnswer], Accepted]:
    """The encoder's answers of a batch, and the behaviors that they are about."""
    answers: list[EncodeAnswer] = []
    found = Accepted()
    for record in batch.records:
        try:
            answer = decode_answer(record.value or b"")
            behavior = decode_behavior(answer.payload)
            found.add(behavior, behavior.at, record)
            answers.append(answer)
        except SchemaError as error:
            letters.add(batch.topic, record, "SchemaError", str(error))
    return answers, found
