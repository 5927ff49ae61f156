"""Waiting: behaviors whose item is not in the catalog yet, kept as rows of the partition until it comes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.behaviors import Behavior, decode_behavior
from schemas.errors import SchemaError
from schemas.handoffs import Forward, decode_handoff
from schemas.rows.keys import WAITING_PREFIX, waiting_key
from schemas.rows.partition import WaitingRow, decode_waiting, encode_partition_row
from streams.kafka.transport import Record
from streams.state.store import LocalStore, Row


class WaitingBehavior(NamedTuple):
    """One behavior that waits: the key of its row, where it came from, as what, itself, and its event time."""

    key: bytes
    topic: str
    offset: int
    data: bytes
    behavior: Behavior
    at: float


class Waiting:
    """The behaviors of one partition that wait, by item id; at most `limit` of them.

    handoffs: the topic whose records are forwarded behaviors; those of any other are behaviors.
    """

    def __init__(self, limit: int, handoffs: str) -> None:
        self.next_number = 0
        self._limit = limit
        self._handoffs = handoffs
        self._count = 0
        self._owners: Counter[str] = Counter()
        self._by_item: dict[str, list[WaitingBehavior]] = {}

    def __len__(self) -> int:
        return self._count

    def load(self, store: LocalStore, next_number: int) -> None:
        """Reads the rows of an earlier run."""
        self.next_number = next_number
        for key, data in store.scan(WAITING_PREFIX):
            row = decode_waiting(data)
            behavior = self._read(row)
            self._keep(WaitingBehavior(key, row.topic, row.offset, row.behavior, behavior, behavior.at))

    def _read(self, row: WaitingRow) -> Behavior:
        if row.topic != self._handoffs:
            return decode_behavior(row.behavior)
        handoff = decode_handoff(row.behavior)
        if not isinstance(handoff, Forward):
            raise SchemaError(f"a waiting row: what came from {row.topic} at {row.offset} is no forwarded behavior")
        return decode_behavior(handoff.behavior)

    def add(self, topic: str, record: Record, behavior: Behavior, at: float) -> Row | None:
        """The row that keeps this behavior, or None when the limit is reached."""
        if self._count >= self._limit or record.value is None:
            return None
        key = waiting_key(self.next_number)
        self.next_number += 1
        self._keep(WaitingBehavior(key, topic, record.offset, record.value, behavior, at))
        return key, encode_partition_row(WaitingRow(topic=topic, offset=record.offset, behavior=record.value))

    def _keep(self, waited: WaitingBehavior) -> None:
        self._by_item.setdefault(waited.behavior.item_id or "", []).append(waited)
        self._owners[waited.behavior.owner] += 1
        self._count += 1

    def items(self) -> Iterable[str]:
        """Ids of the items that are waited for."""
        return self._by_item.keys()

    def wants(self, item_ids: Sequence[str]) -> bool:
        """Whether any of these items is waited for."""
        return any(item_id in self._by_item for item_id in item_ids)

    def take(self, item_ids: Sequence[str]) -> list[WaitingBehavior]:
        """Removes and returns what waits for these items, in order of arrival."""
        taken = [waited for item_id in item_ids for waited in self._by_item.pop(item_id, ())]
        return self._let_go(taken)

    def take_owner(self, owner: str) -> list[WaitingBehavior]:
        """Removes and returns what waits of this owner, in order of arrival."""
        if owner not in self._owners:
            return []
        taken = [one for waits in self._by_item.values() for one in waits if one.behavior.owner == owner]
        for item_id in {one.behavior.item_id or "" for one in taken}:
            left = [one for one in self._by_item.pop(item_id) if one.behavior.owner != owner]
            if left:
                self._by_item[item_id] = left
        return self._let_go(taken)

    def _let_go(self, taken: list[WaitingBehavior]) -> list[WaitingBehavior]:
        self._count -= len(taken)
        for one in taken:
            self._owners[one.behavior.owner] -= 1
            if not self._owners[one.behavior.owner]:
                del self._owners[one.behavior.owner]
        return sorted(taken, key=lambda waited: waited.key)

    def expired(self, before: float) -> list[WaitingBehavior]:
        """Removes and returns what happened before that event time, epoch seconds."""
        stale = [item_id for item_id, waits in self._by_item.items() if any(one.at < before for one in waits)]
        waits = self.take(stale)
        for waited in waits:
            if waited.at >= before:
                self._keep(waited)
        return [waited for waited in waits if waited.at < before]
