"""The arena: the states of a partition's users as arrays, loaded from stored rows and taken back as such."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.factors.tables import GradientTable
from models.interests.errors import ArenaError
from models.interests.kernels.fading import erase_each
from models.interests.kernels.types import FACETS, RING_CHANGED, ROOM, Rows
from models.interests.rows import Row, check_row, put_row, taken_rows
from models.kernels.lines import zeros_by_line
from schemas.rows.keys import owner_prefix
from schemas.rows.learned import new_learned
from schemas.rows.mixer import new_mixer
from schemas.rows.user import (
    FEEDBACK,
    HEAD,
    INTEREST,
    RING,
    RINGS,
    SEEN_CHUNK,
    SEEN_CHUNKS,
    SLOTS,
    USER_BYTES,
    VERSION,
)
from schemas.vectors import DIMENSIONS

LISTED = 10
# Users that there is room for from the start. Room that is not used yet is no more than address space, but what is
# moved to greater room is copied, which costs as much for each user as some behaviors do.
ROOM_AT_FIRST = 16_384
LAST_LIST = np.dtype([("at", "<f8"), ("items", "<u4", (LISTED,)), ("variant", "<u4"), ("pad", "u1", (4,))])


class UserArena:
    """Users in numbered slots; a given-up slot is used again.

    slots: owner's id to slot. owners: slot to owner's id, "" where free. For the arrays see `kernels.types.Rows`;
    directions hold the mean vector of each interest, not of unit length. learned (1,) LEARNED and mixers (v,) MIXER, by
    variant of ranking, are shared by all users, and so are gradients, what they say of items since the last flush.
    last_touch (capacity,) int64 orders users by use. last_lists (capacity,) LAST_LIST are what was published last, in
    memory alone: prints of up to ten items, 0 where fewer; the list's event time in epoch seconds, 0 where there was
    none; its variant.
    """

    bytes_per_user = USER_BYTES + 2 * SLOTS * DIMENSIONS + LAST_LIST.itemsize

    def __init__(self, capacity: int = ROOM_AT_FIRST, variants: int = 1) -> None:
        self.slots: dict[str, int] = {}
        self.owners: list[str] = []
        self._prefixes: list[bytes] = []
        self._free: list[int] = []
        self._clock = 0
        self.learned = new_learned()
        self.mixers = new_mixer(variants)
        self.gradients = GradientTable()
        self._allocate(max(capacity, 1))

    def __len__(self) -> int:
        return len(self.slots)

    def slot_of(self, owner: str) -> int:
        """The user's slot, -1 if the user is not here."""
        return self.slots.get(owner, -1)

    def touch(self, slots: NDArray[np.int64]) -> None:
        """Notes that these users were used just now."""
        self._clock += 1
        self.last_touch[slots] = self._clock

    def add(self, owners: Sequence[str]) -> NDArray[np.int64]:
        """Slots (n,) of new users, all zero. Raises ArenaError for one that is here already."""
        slots = np.array([self._take_slot(owner) for owner in owners], np.int64)
        self.head["version"][slots] = VERSION
        self.touch(slots)
        return slots

    def load(self, owner: str, rows: Iterable[tuple[bytes, bytes]]) -> int:
        """The slot of a user read from stored rows.

        Raises: SchemaError for a row that does not fit, UnknownVersionError for one that a newer program wrote.
        """
        start = len(owner_prefix(owner))
        placed = [(key[start:], row) for key, row in rows]
        for place, row in placed:
            check_row(place, row)
        slot = int(self.add([owner])[0])
        for place, row in placed:
            put_row(self.arrays, slot, place, row)
        return slot

    def changed_slots(self) -> NDArray[np.int64]:
        """Users with rows to write."""
        return np.flatnonzero(self.changed)

    def take_rows(self, slots: NDArray[np.int64]) -> list[Row]:
        """The changed rows of these users, None for a row to delete; they count as unchanged from then on."""
        rows = taken_rows(self.arrays, slots, self._prefixes)
        self.changed[slots] = 0
        return rows

    def forget(self, slots: NDArray[np.int64]) -> None:
        """Zeroes these users; their next take_rows deletes every row."""
        erase_each(self.arrays, slots)
        self.last_lists[slots] = 0

    def forget_event(self, slot: int, event_id: int) -> None:
        """Takes an event's fingerprint from what a user has sent, so that it counts when it comes again."""
        low, high = event_id & 0xFFFFFFFF, event_id >> 32 & 0xFFFF
        rings = self.rings[slot]
        ring, place = np.nonzero((rings["event_low"] == low) & (rings["event_high"] == high))
        rings["event_low"][ring, place] = 0
        rings["event_high"][ring, place] = 0
        for number in ring.tolist():
            self.changed[slot] |= RING_CHANGED << number

    def least_recently_touched(self, count: int, keep: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Up to `count` unchanged users, longest unused first, none where keep (capacity,) is true."""
        here = np.fromiter(self.slots.values(), np.int64, len(self.slots))
        here = here[(self.changed[here] == 0) & ~keep[here]]
        return here[np.argsort(self.last_touch[here], kind="stable")[:count]]

    def evict(self, slots: NDArray[np.int64]) -> None:
        """Gives up these slots. Raises ArenaError when a user has changes that were not taken."""
        unsaved = slots[self.changed[slots] != 0]
        if len(unsaved):
            raise ArenaError(f"{len(unsaved)} of {len(slots)} users to evict have unsaved changes: take_rows first")
        erase_each(self.arrays, slots)
        self.last_lists[slots] = 0
        for slot in slots.tolist():
            del self.slots[self.owners[slot]]
            self.owners[slot] = ""
            self._free.append(slot)
        self.changed[slots] = 0

    def _allocate(self, capacity: int) -> None:
        self.head = self._grown("head", capacity, (), HEAD)
        self.feedback = self._grown("feedback", capacity, (), FEEDBACK)
        self.rings = self._grown("rings", capacity, (RINGS,), RING)
        self.meta = self._grown("meta", capacity, (SLOTS,), INTEREST)
        self.directions = self._grown("directions", capacity, (SLOTS, DIMENSIONS), np.float32)
        self.seen = self._grown("seen", capacity, (SEEN_CHUNKS * SEEN_CHUNK,), np.uint32)
        self.changed = self._grown("changed", capacity, (), np.uint32)
        self.new_behaviors = self._grown("new_behaviors", capacity, (), np.uint32)
        self.last_touch = self._grown("last_touch", capacity, (), np.int64)
        self.last_lists = self._grown("last_lists", capacity, (), LAST_LIST)
        self.arrays = Rows(
            self.head,
            self.feedback,
            self.rings,
            self.meta,
            self.directions,
            self.seen,
            self.changed,
            self.new_behaviors,
            self.learned,
            np.zeros(1, ROOM),
            np.zeros(FACETS, np.uint32),
        )

    def _grown(self, name: str, capacity: int, shape: tuple[int, ...], dtype: np.dtype | type) -> NDArray:
        grown = zeros_by_line((capacity, *shape), dtype)
        old = getattr(self, name, None)
        if old is not None:
            grown[: len(old)] = old
        return grown

    def _take_slot(self, owner: str) -> int:
        if owner in self.slots:
            raise ArenaError(f"user {owner!r} is in the arena already: look it up with slot_of first")
        prefix = owner_prefix(owner)
        if self._free:
            slot = self._free.pop()
            self.owners[slot] = owner
            self._prefixes[slot] = prefix
        else:
            slot = len(self.owners)
            if slot == len(self.head):
                self._allocate(2 * slot)
            self.owners.append(owner)
            self._prefixes.append(prefix)
        self.slots[owner] = slot
        return slot
