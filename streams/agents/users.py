"""Users: who lives on a partition; loads them into the arena on first touch, evicts them, retires the faded."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.interests.admission import faded
from models.interests.arena import UserArena
from models.interests.kernels import Rules
from schemas.behaviors import Behavior
from schemas.ids import fingerprint
from schemas.rows import keys
from schemas.rows.user import HEAD, ROWS_PER_USER, SEEN_CHUNK, SEEN_CHUNKS
from streams.kafka.partitioners import PARTITIONERS, explains
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
        self._partition = partition
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
        slots = [find(owner, -1) for owner in owners]
        self._metrics.arena_lookups.labels("hit").inc(len(slots) - slots.count(-1))
        if -1 in slots:
            self._load_missing([owner for owner, slot in zip(owners, slots, strict=True) if slot < 0])
            slots = [find(owner, -1) for owner in owners]
        return np.array(slots, np.int64)

    def _load_missing(self, owners: Sequence[str]) -> None:
        missing = list(dict.fromkeys(owners))
        prefixes = [keys.owner_prefix(owner) for owner in missing]
        heads = self._store.get_many([prefix + keys.HEAD for prefix in prefixes])
        new: list[str] = []
        for owner, prefix, head in zip(missing, prefixes, heads, strict=True):
            if head is None:
                new.append(owner)
            else:
                self._arena.load(owner, self._rows_of(prefix, head))
        welcome = self._explained(new)
        lookups = self._metrics.arena_lookups
        lookups.labels("loaded").inc(len(missing) - len(new))
        lookups.labels("new").inc(len(welcome))
        lookups.labels("refused").inc(len(new) - len(welcome))
        if welcome:
            self._arena.add(welcome)

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
        table = explains(self.partitioners, encoded, self._partition, self._partitions).T
        alive = np.ones(len(self.partitioners), np.bool_)
        welcome = []
        for owner, row in zip(owners, table, strict=True):
            if (row & alive).any():
                alive &= row
                welcome.append(owner)
        if not self._fixed:
            self.partitioners = tuple(
                name for name, lives in zip(self.partitioners, alive.tolist(), strict=True) if lives
            )
        return welcome

    def why_refused(self) -> str:
        """Why an owner was refused, and how to mend it."""
        return (
            f"the user does not belong on partition {self._partition} of {self._partitions} by "
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

    def retire(self, now: float, rules: Rules) -> list[bytes]:
        """Forgets stored users faded at `now` (event time, seconds), part of the store a call; gives their keys."""
        candidates: list[tuple[str, bytes]] = []
        seen, last = 0, None
        for key, row in self._store.scan(b"", self._cursor):
            seen, last = seen + 1, key
            owner = keys.owner_of(key)
            if (
                owner is not None
                and key == keys.owner_prefix(owner) + keys.HEAD
                and self._may_be_faded(row, now, rules)
            ):
                candidates.append((owner, row))
            if seen >= SWEEP_ROWS:
                break
        self._cursor = last + b"\0" if last is not None and seen >= SWEEP_ROWS else None
        slots = self.slots_of([owner for owner, _ in candidates])
        gone = slots[faded(self._arena, slots, now, rules)] if len(slots) else slots
        self._arena.forget(gone)
        return self.keys_of(gone)

    def _may_be_faded(self, head: bytes, now: float, rules: Rules) -> bool:
        at = float(np.frombuffer(head, HEAD)[0]["at"])
        return bool(np.exp2(-(now - at) / rules.half_life) < rules.floor)


def row_keys_of(prefix: bytes, head: bytes) -> list[bytes]:
    """Keys of the interest and seen rows that a stored head says exist."""
    fields = np.frombuffer(head, HEAD)[0]
    used, seen = int(fields["used"]), int(fields["seen_count"])
    interests = [prefix + keys.INTEREST + bytes([slot]) for slot in range(ROWS_PER_USER) if used >> slot & 1]
    chunks = min(SEEN_CHUNKS, -(-seen // SEEN_CHUNK))
    return interests + [prefix + keys.SEEN + bytes([chunk]) for chunk in range(chunks)]
