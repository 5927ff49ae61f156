"""Users: who lives on a partition; loads them into the arena on first touch, evicts them, retires the faded."""

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from models.interests.admission import faded
from models.interests.arena import UserArena
from models.interests.kernels.types import Laws
from schemas.behaviors import Behavior
from schemas.ids import fingerprint
from schemas.rows import keys
from schemas.rows.user import HEAD, RINGS, SEEN_CHUNKS, SLOTS
from streams.kafka.partitioners import PARTITIONERS, explains, partition_of
from streams.metrics import WorkerMetrics
from streams.state.store import LocalStore

SWEEP_ROWS = 5_000


class Users:
    """The users of one partition, in the arena or in the store.

    partitioner: the one to trust, or None to keep those that explain every owner seen so far.
    """

    def __init__(
        self, arena: UserArena, partitioner: str | None, partition: int, partitions: int, metrics: WorkerMetrics
    ) -> None:
        self.partitioners: tuple[str, ...] = (partitioner,) if partitioner else PARTITIONERS
        self._fixed = partitioner is not None
        self._arena = arena
        self._metrics = metrics
        self.partition = partition
        self._partitions = partitions
        self._cursor: bytes | None = None

    def load(self, store: LocalStore, partitioners: tuple[str, ...]) -> None:
        """Begins from the recovered store, and from the partitioners it had not ruled out."""
        self._store = store
        if partitioners and not self._fixed:
            self.partitioners = partitioners

    def slots_of(self, owners: Sequence[str]) -> NDArray[np.int64]:
        """Arena slots (n,) of these owners, loaded or new; -1 where no partitioner would have put one here."""
        find = self._arena.slots.get
        slots = np.array([find(owner, -1) for owner in owners], np.int64)
        missing = np.flatnonzero(slots < 0)
        self._metrics.arena_lookups.labels("hit").inc(len(slots) - len(missing))
        if len(missing):
            absent = [owners[place] for place in missing.tolist()]
            self._load_missing(absent)
            slots[missing] = [find(owner, -1) for owner in absent]
        return slots

    def present(self, owners: Sequence[str]) -> NDArray[np.int64]:
        """Arena slots (n,) of these owners, loaded if need be; -1 for whoever has no state here, and gets none."""
        self._load_stored([owner for owner in dict.fromkeys(owners) if self._arena.slot_of(owner) < 0])
        slots = np.array([self._arena.slot_of(owner) for owner in owners], np.int64)
        return np.where((slots >= 0) & (self._arena.head["version"][slots] != 0), slots, -1)

    def homes_of(self, owner: str) -> list[int]:
        """The partitions where a producer may put this owner, by the partitioners that are left."""
        return sorted({partition_of(name, owner.encode(), self._partitions) for name in self.partitioners})

    def _load_missing(self, owners: Sequence[str]) -> None:
        missing = list(dict.fromkeys(owners))
        new = self._load_stored(missing)
        welcome = self._explained(new)
        lookups = self._metrics.arena_lookups
        lookups.labels("loaded").inc(len(missing) - len(new))
        lookups.labels("new").inc(len(welcome))
        lookups.labels("refused").inc(len(new) - len(welcome))
        if welcome:
            self._arena.add(welcome)

    def _load_stored(self, missing: Sequence[str]) -> list[str]:
        """Loads those of these owners that are in the store; gives the others."""
        prefixes = [keys.owner_prefix(owner) for owner in missing]
        heads = self._store.get_many([prefix + keys.HEAD for prefix in prefixes])
        new: list[str] = []
        for owner, prefix, head in zip(missing, prefixes, heads, strict=True):
            if head is None:
                new.append(owner)
            else:
                self._arena.load(owner, self._rows_of(prefix, head))
        return new

    def _rows_of(self, prefix: bytes, head: bytes) -> list[tuple[bytes, bytes]]:
        row_keys = row_keys_of(prefix, head)
        rows = self._store.get_many(row_keys)
        return [
            (prefix + keys.HEAD, head),
            *((k, row) for k, row in zip(row_keys, rows, strict=True) if row is not None),
        ]

    def _explained(self, owners: Sequence[str]) -> list[str]:
        """Those a remaining partitioner puts here; each that stays rules out the partitioners that would not."""
        if not owners:
            return []
        encoded = [owner.encode() for owner in owners]
        table = explains(self.partitioners, encoded, self.partition, self._partitions)
        bits = 1 << np.arange(len(self.partitioners))
        alive, welcome = int(bits.sum()), []
        for owner, explained in zip(owners, (bits @ table).tolist(), strict=True):
            if explained & alive:
                alive &= explained
                welcome.append(owner)
        if not self._fixed:
            self.partitioners = tuple(name for place, name in enumerate(self.partitioners) if alive >> place & 1)
        return welcome

    def why_refused(self) -> str:
        """Why an owner was refused, and how to mend it."""
        return (
            f"the user does not belong on partition {self.partition} of {self._partitions} by "
            f"{' or '.join(self.partitioners)}: key every behavior by its user_id (else anonymous_id), and let all "
            "producers use the same partitioner"
        )

    def forget_event(self, behavior: Behavior) -> None:
        """Lets an admitted behavior that became a dead letter before it was applied count when it comes again."""
        slot = int(self.slots_of([behavior.owner])[0])
        if slot >= 0:
            self._arena.forget_event(slot, fingerprint(behavior.event_id))

    def keys_of(self, slots: NDArray[np.int64]) -> list[bytes]:
        """Message keys of these users: their ids."""
        owners = self._arena.owners
        return [owners[slot].encode() for slot in slots.tolist()]

    def evict(self, limit: int) -> None:
        """Gives up the users touched least recently when more than `limit` are here."""
        surplus = len(self._arena) - limit
        if surplus > 0:
            margin = surplus + limit // 8
            keep = np.zeros(len(self._arena.changed), np.bool_)
            leaving = self._arena.least_recently_touched(margin, keep)
            self._arena.evict(leaving)
            self._metrics.arena_evictions.inc(len(leaving))

    def next_rows(self) -> list[tuple[bytes, bytes]]:
        """The next part of the stored rows, to be swept; from the start again after the last."""
        rows = list(islice(self._store.scan(b"", self._cursor), SWEEP_ROWS))
        self._cursor = rows[-1][0] + b"\0" if len(rows) == SWEEP_ROWS else None
        return rows

    def retire(self, rows: Iterable[tuple[bytes, bytes]], now: float, laws: Laws) -> list[bytes]:
        """Forgets those users among stored rows that have faded at `now` (event time, seconds); gives their keys."""
        owners = [
            owner
            for key, row in rows
            if (owner := keys.owner_of(key)) is not None
            and key == keys.owner_prefix(owner) + keys.HEAD
            and self._may_be_faded(row, now, laws)
        ]
        slots = self.slots_of(owners)
        gone = slots[faded(self._arena, slots, now, laws)] if len(slots) else slots
        self._arena.forget(gone)
        return self.keys_of(gone)

    def _may_be_faded(self, head: bytes, now: float, laws: Laws) -> bool:
        at = float(np.frombuffer(head, HEAD)[0]["at"])
        return bool(np.exp2(-(now - at) / laws.rules.half_life) < laws.rules.floor)


def row_keys_of(prefix: bytes, head: bytes) -> list[bytes]:
    """Keys of the other rows that a stored head says may exist."""
    fields = np.frombuffer(head, HEAD)[0]
    used, seen = int(fields["used"]), int(fields["seen_count"])
    rings = [prefix + keys.RING + bytes([ring]) for ring in range(RINGS)]
    interests = [prefix + keys.INTEREST + bytes([slot]) for slot in range(SLOTS) if used >> slot & 1]
    had = [prefix + keys.SEEN + bytes([chunk]) for chunk in range(SEEN_CHUNKS)] if seen else []
    return [prefix + keys.FEEDBACK, *rings, *interests, *had]
