"""Handoffs: visitors who turn out to be users; their histories and later behaviors go to where the user lives."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.interests.admission import faded
from models.interests.arena import UserArena
from models.interests.kernels.types import Laws
from models.interests.merging import event_prints, is_named, merge, name, withdraw
from schemas.behaviors import Behavior, decode_behavior, encode_behavior
from schemas.content_types import MSGPACK_HEADERS
from schemas.encoding import EncodeAnswer, decode_answer, encode_answer
from schemas.errors import SchemaError
from schemas.handoffs import Claim, Forward, ForwardedAnswer, Handoff, History, decode_handoff, encode_handoff
from streams.agents.aliases import Alias, Aliases
from streams.agents.dead_letters import DeadLetters
from streams.agents.users import Users
from streams.agents.waiting import Waiting
from streams.kafka.transport import Batch, Record
from streams.state.processor import Output
from streams.state.store import Row


@dataclass
class Arrivals:
    """Behaviors that other partitions have admitted and forwarded, with the records they came in; each list in order.

    answers: those that come with what the encoder made of them.
    """

    behaviors: list[tuple[Behavior, Record]] = field(default_factory=list)
    answers: list[tuple[EncodeAnswer, Behavior, Record]] = field(default_factory=list)


class Handoffs:
    """What one partition claims, answers and forwards.

    A partition where an `identify` is applied claims the anonymous id of every partition that may hold it. Each of
    those answers with the history it has, and keeps an alias that forwards later behaviors. An alias redirects only
    what names no user: so nothing is forwarded twice, and no circle can come of it. It keeps the event ids of the
    history and of what it forwards, so that what comes again is seen where it comes, in whatever order partitions work.
    """

    def __init__(
        self, topic: str, arena: UserArena, users: Users, aliases: Aliases, waiting: Waiting, letters: DeadLetters
    ) -> None:
        self._topic = topic
        self._arena = arena
        self._users = users
        self._aliases = aliases
        self._waiting = waiting
        self._letters = letters
        self._sent: dict[int, list[tuple[bytes | None, bytes | None]]] = defaultdict(list)
        self._rows: list[Row] = []
        self._withdrawn: list[bytes] = []

    # -- behaviors of this partition

    def divert(self, behaviors: Sequence[Behavior], at: Sequence[float]) -> tuple[list[int], int]:
        """Forwards behaviors of aliases; gives the indices of all others, and how many were received before."""
        aliases = self._aliases_among(behaviors)
        if not aliases:
            return list(range(len(behaviors))), 0
        stay: list[int] = []
        duplicates = 0
        for index, behavior in enumerate(behaviors):
            alias = aliases.get(behavior.owner) if behavior.user_id is None else None
            if alias is None:
                stay.append(index)
            elif self._aliases.is_faded(alias, at[index]):
                self._aliases.drop(behavior.owner)
                del aliases[behavior.owner]
                stay.append(index)
            elif alias.admit(behavior.event_id, at[index]):
                self._aliases.put(behavior.owner, alias)
                self._forward(alias, behavior)
            else:
                duplicates += 1
        return stay, duplicates

    def divert_answers(self, answers: Sequence[EncodeAnswer], behaviors: Sequence[Behavior]) -> list[int]:
        """Forwards what came back from the encoder after its visitor became a user; the indices of all others."""
        aliases = self._aliases_among(behaviors)
        stay: list[int] = []
        for index, (answer, behavior) in enumerate(zip(answers, behaviors, strict=True)):
            alias = aliases.get(behavior.owner) if behavior.user_id is None else None
            if alias is None:
                stay.append(index)
            else:
                renamed = msgspec.structs.replace(answer, payload=_renamed(behavior, alias))
                self._send(alias.partition, ForwardedAnswer(user_id=alias.user_id, answer=encode_answer(renamed)))
        return stay

    def note(self, behaviors: Sequence[Behavior], slots: NDArray[np.int64], identifies: Sequence[int]) -> None:
        """Remembers which owners (slots) are users and no visitors; claims what these (indices) identify."""
        name(self._arena, slots[[behavior.user_id is not None for behavior in behaviors]])
        for index in identifies:
            behavior = behaviors[index]
            if behavior.anonymous_id != behavior.user_id:
                self._claim(behavior)

    def _claim(self, behavior: Behavior) -> None:
        user, visitor = behavior.user_id or "", behavior.anonymous_id or ""
        claim = Claim(user_id=user, anonymous_id=visitor, partition=self._users.partition, at=behavior.at)
        for partition in self._users.homes_of(visitor):
            self._send(partition, claim)

    def _aliases_among(self, behaviors: Sequence[Behavior]) -> dict[str, Alias]:
        visitors = {behavior.owner for behavior in behaviors if behavior.user_id is None}
        return self._aliases.of([visitor for visitor in visitors if not self._is_visitor_here(visitor)])

    def _is_visitor_here(self, owner: str) -> bool:
        """Whether an anonymous id has a state in memory, and so no alias."""
        slot = self._arena.slot_of(owner)
        return slot >= 0 and bool(self._arena.head["version"][slot]) and not is_named(self._arena, slot)

    def _forward(self, alias: Alias, behavior: Behavior) -> None:
        self._send(alias.partition, Forward(user_id=alias.user_id, behavior=_renamed(behavior, alias)))

    def _send(self, partition: int, handoff: Handoff) -> None:
        self._sent[partition].append((handoff.user_id.encode(), encode_handoff(handoff)))

    # -- what other partitions hand over

    def receive(self, batch: Batch, laws: Laws) -> Arrivals:
        """Answers claims and merges histories, in order; gives the behaviors that were forwarded."""
        arrivals = Arrivals()
        for record in batch.records:
            try:
                self._take_in(decode_handoff(record.value or b""), record, arrivals, laws)
            except SchemaError as error:
                self._letters.add(self._topic, record, type(error).__name__, str(error))
        return arrivals

    def _take_in(self, handoff: Handoff, record: Record, arrivals: Arrivals, laws: Laws) -> None:
        if isinstance(handoff, Claim):
            self._answer(handoff, record, laws)
        elif isinstance(handoff, History):
            self._merge(handoff, record, laws)
        elif isinstance(handoff, ForwardedAnswer):
            answer = decode_answer(handoff.answer)
            arrivals.answers.append((answer, decode_behavior(answer.payload), record))
        else:
            arrivals.behaviors.append((decode_behavior(handoff.behavior), record))

    def _answer(self, claim: Claim, record: Record, laws: Laws) -> None:
        visitor, (slot,) = claim.anonymous_id, self._users.present([claim.anonymous_id]).tolist()
        if slot >= 0 and is_named(self._arena, slot):
            why = f"{visitor!r} is a user's id, since it came as a user_id: let visitors' behaviors have no user_id"
            self._letters.add(self._topic, record, "ClaimError", why)
            return
        alias = self._aliases.of([visitor]).get(visitor)
        if alias is None or self._aliases.is_faded(alias, claim.at):
            alias = Alias(claim.user_id, claim.partition, claim.at, claim.at)
        alias.follow(claim)
        self._aliases.put(visitor, alias)
        if slot >= 0:
            self._hand_over(alias, visitor, slot, claim.at, laws)
        for waited in self._waiting.take_owner(visitor):
            self._rows.append((waited.key, None))
            self._forward(alias, waited.behavior)

    def _hand_over(self, alias: Alias, visitor: str, slot: int, at: float, laws: Laws) -> None:
        """Sends the history; one that had faded by then is none, as it would be for the visitor's next behavior."""
        if faded(self._arena, np.array([slot]), at, laws)[0]:
            self._arena.forget(np.array([slot]))
        else:
            alias.events.extend(event_prints(self._arena, slot))
            rows = tuple(withdraw(self._arena, slot))
            self._send(alias.partition, History(user_id=alias.user_id, anonymous_id=visitor, rows=rows))
        self._withdrawn.append(visitor.encode())

    def _merge(self, history: History, record: Record, laws: Laws) -> None:
        slots = self._users.slots_of([history.user_id])
        if slots[0] < 0:
            self._letters.add(self._topic, record, "PartitionerError", self._users.why_refused())
            return
        merge(self._arena, int(slots[0]), history.rows, laws)
        name(self._arena, slots)

    # -- flush

    def take_rows(self) -> list[Row]:
        """Rows of aliases that changed, and of what waits here no more."""
        rows, self._rows = [*self._rows, *self._aliases.take_rows()], []
        return rows

    def take(self, interests: str) -> list[Output]:
        """Handoffs by partition, and the withdrawal of visitors' records from the topic `interests`."""
        withdrawn: list[tuple[bytes | None, bytes | None]] = [(key, None) for key in self._withdrawn]
        sent, self._withdrawn, self._sent = self._sent, [], defaultdict(list)
        outputs = [Output(interests, self._users.partition, withdrawn, [])] if withdrawn else []
        return outputs + [Output(self._topic, target, sent[target], MSGPACK_HEADERS) for target in sorted(sent)]


def _renamed(behavior: Behavior, alias: Alias) -> bytes:
    return encode_behavior(msgspec.structs.replace(behavior, user_id=alias.user_id))
