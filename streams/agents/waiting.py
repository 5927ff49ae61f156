"""Waiting: behaviors whose item is not in the catalog yet, kept as rows of the partition until it comes."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.behaviors import Behavior, decode_behavior
from schemas.rows.keys import WAITING_PREFIX, waiting_key
from schemas.rows.partition import WaitingRow, decode_waiting, encode_partition_row
from streams.kafka.transport import Record
from streams.state.store import LocalStore, Row


class WaitingBehavior(NamedTuple):
    """One behavior that waits: the key of its row, where it came from, its JSON, itself, and its event time."""

    key: bytes
    topic: str
    offset: int
    data: bytes
    behavior: Behavior
    at: float


class Waiting:
    """The behaviors of one partition that wait, by item id; at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        self.next_number = 0
        self._limit = limit
        self._count = 0
        self._by_item: dict[str, list[WaitingBehavior]] = {}

    def __len__(self) -> int:
        return self._count

    def load(self, store: LocalStore, next_number: int) -> None:
        """Reads the rows of an earlier run."""
        self.next_number = next_number
        for key, data in store.scan(WAITING_PREFIX):
            row = decode_waiting(data)
            behavior = decode_behavior(row.behavior)
            self._keep(WaitingBehavior(key, row.topic, row.offset, row.behavior, behavior, behavior.at))

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
        self._count -= len(taken)
        return sorted(taken, key=lambda waited: waited.key)

    def expired(self, before: float) -> list[WaitingBehavior]:
        """Removes and returns what happened before that event time, epoch seconds."""
        stale = [item_id for item_id, waits in self._by_item.items() if any(one.at < before for one in waits)]
        waits = self.take(stale)
        for waited in waits:
            if waited.at >= before:
                self._keep(waited)
        return [waited for waited in waits if waited.at < before]
