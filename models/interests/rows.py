"""Rows of users: from the arena's arrays to stored rows and back."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.types import Rows
from schemas.errors import SchemaError
from schemas.halves import round_to_half
from schemas.rows import keys
from schemas.rows.user import (
    FEEDBACK,
    FEEDBACK_BYTES,
    HEAD,
    HEAD_BYTES,
    INTEREST,
    INTEREST_BYTES,
    RING,
    RING_BYTES,
    RINGS,
    SEEN_BYTES,
    SEEN_CHUNK,
    SEEN_CHUNKS,
    SLOTS,
    check_version,
)
from schemas.vectors import DIMENSIONS, VECTOR_BYTES

Row = tuple[bytes, bytes | None]

_WORD = 8
_DIRECTION_WORDS = VECTOR_BYTES // _WORD
_LONGEST = INTEREST_BYTES // _WORD
_INTEREST_PLACES = [keys.INTEREST + bytes([slot]) for slot in range(SLOTS)]
_RING_PLACES = [keys.RING + bytes([ring]) for ring in range(RINGS)]
_SEEN_PLACES = [keys.SEEN + bytes([chunk]) for chunk in range(SEEN_CHUNKS)]
# As the bits of `Rows.changed` are.
_PLACES = [*_INTEREST_PLACES, keys.HEAD, keys.FEEDBACK, *_RING_PLACES, *_SEEN_PLACES]
_PLACES_COUNT = len(_PLACES)
_AT_HEAD, _AT_FEEDBACK, _AT_RINGS, _AT_SEEN = (
    _PLACES.index(place) for place in (keys.HEAD, keys.FEEDBACK, _RING_PLACES[0], _SEEN_PLACES[0])
)


def check_row(place: bytes, row: bytes) -> None:
    """Raises SchemaError or UnknownVersionError when the row at `place` (its key after the owner) cannot be read."""
    if place == keys.HEAD:
        check_version(row, "head", HEAD_BYTES)
    elif place == keys.FEEDBACK:
        check_version(row, "feedback", FEEDBACK_BYTES)
    elif place in _INTEREST_PLACES:
        check_version(row, "interest", INTEREST_BYTES)
    elif place in _RING_PLACES:
        _check_size(row, "ring", RING_BYTES)
    elif place in _SEEN_PLACES:
        _check_size(row, "seen", SEEN_BYTES)
    else:
        raise SchemaError(f"no user row has a key that ends in {place!r}: another program wrote into this store")


def _check_size(row: bytes, what: str, size: int) -> None:
    if len(row) != size:
        raise SchemaError(f"a {what} row has {len(row)} bytes, {size} are needed")


def put_row(arrays: Rows, slot: int, place: bytes, row: bytes) -> None:
    """Puts a checked row into a user's slot."""
    if place == keys.HEAD:
        arrays.head[slot] = np.frombuffer(row, HEAD)[0]
    elif place == keys.FEEDBACK:
        arrays.feedback[slot] = np.frombuffer(row, FEEDBACK)[0]
    elif place[:1] == keys.RING:
        arrays.rings[slot, place[1]] = np.frombuffer(row, RING)[0]
    elif place[:1] == keys.INTEREST:
        arrays.meta[slot, place[1]] = np.frombuffer(row, INTEREST, 1)[0]
        arrays.directions[slot, place[1]] = np.frombuffer(row, "<f2", DIMENSIONS, INTEREST.itemsize)
    else:
        start = place[1] * SEEN_CHUNK
        arrays.seen[slot, start : start + SEEN_CHUNK] = np.frombuffer(row, "<u4")


def taken_rows(arrays: Rows, slots: NDArray[np.int64], prefixes: list[bytes]) -> list[Row]:
    """Changed rows of these users as (key, bytes), None for a row that exists no more; prefixes: of keys, by slot.

    Rows of one kind, which are of one size, stand together, and so become bytes together.
    """
    count = _count_rows(arrays.changed, slots)
    users, gone = np.empty(count, np.int64), np.empty((count, 2), np.int64)
    starts = np.zeros((_PLACES_COUNT + 1, 2), np.int64)
    out = np.empty(count * _LONGEST, np.uint64)
    lost = _take_each(arrays, _words_of(arrays), slots, users, gone, starts, out)
    rows: list[Row] = [(prefixes[slot] + _PLACES[place], None) for slot, place in gone[:lost].tolist()]
    for place, ((row, word), (stop, end)) in zip(_PLACES, pairwise(starts.tolist()), strict=True):
        if stop > row:
            keys = [prefixes[slot] + place for slot in users[row:stop].tolist()]
            size = _WORD * (end - word) // (stop - row)
            rows += zip(keys, out[word:end].view(f"V{size}").tolist(), strict=True)
    return rows


class _Words(NamedTuple):
    """The arrays of Rows that are stored as they are, as words of 8 bytes."""

    head: NDArray[np.uint64]
    feedback: NDArray[np.uint64]
    rings: NDArray[np.uint64]
    meta: NDArray[np.uint64]
    seen: NDArray[np.uint64]


def _words_of(arrays: Rows) -> _Words:
    kept = (arrays.head, arrays.feedback, arrays.rings, arrays.meta)
    head, feedback, rings, meta = (rows.view(np.uint64).reshape(*rows.shape, -1) for rows in kept)
    return _Words(head, feedback, rings, meta, arrays.seen.reshape(-1, SEEN_CHUNKS, SEEN_CHUNK).view(np.uint64))


@kernel
def _count_rows(changed: NDArray[np.uint32], slots: NDArray[np.int64]) -> int:
    count = 0
    for j in range(slots.shape[0]):
        bits = changed[slots[j]]
        while bits:
            bits &= bits - np.uint32(1)
            count += 1
    return count


@kernel
def _take_each(
    arrays: Rows,
    words: _Words,
    slots: NDArray[np.int64],
    users: NDArray[np.int64],
    gone: NDArray[np.int64],
    starts: NDArray[np.int64],
    out: NDArray[np.uint64],
) -> int:
    """Fills users (their slots) and out with each changed row, kind by kind, and gone with slot and kind of what is no
    more, of which it gives the number; starts (18, 2): the first row and word of each kind (of _PLACES), and the end.
    """
    changed = arrays.changed
    row = end = lost = 0
    for place in range(_PLACES_COUNT):
        starts[place, 0], starts[place, 1] = row, end
        for j in range(slots.shape[0]):
            slot = slots[j]
            if not changed[slot] >> np.uint32(place) & np.uint32(1):
                continue
            stop = _put_row(arrays, words, slot, place, out, end)
            if stop == end:
                gone[lost, 0], gone[lost, 1] = slot, place
                lost += 1
            else:
                users[row], row, end = slot, row + 1, stop
    starts[_PLACES_COUNT, 0], starts[_PLACES_COUNT, 1] = row, end
    return lost


@kernel
def _put_row(arrays: Rows, words: _Words, slot: int, place: int, out: NDArray[np.uint64], end: int) -> int:
    """Puts a row of a user at out[end:], if it exists; where it ends."""
    head = arrays.head[slot]
    if place < _AT_HEAD:
        if head.used >> place & 1:
            end = _put(out, end, words.meta[slot, place])
            direction = arrays.directions[slot, place]
            halves = out[end : end + _DIRECTION_WORDS].view(np.uint16)
            round_to_half(direction, direction.view(np.uint32), halves)
            end += _DIRECTION_WORDS
        return end
    if place == _AT_HEAD:
        return _put(out, end, words.head[slot]) if head.version else end
    if place == _AT_FEEDBACK:
        return _put(out, end, words.feedback[slot]) if arrays.feedback[slot].version else end
    few = words.rings[slot, place - _AT_RINGS] if place < _AT_SEEN else words.seen[slot, place - _AT_SEEN]
    return _put(out, end, few) if np.any(few) else end


@kernel
def _put(out: NDArray[np.uint64], end: int, words: NDArray[np.uint64]) -> int:
    for k in range(words.shape[0]):
        out[end + k] = words[k]
    return end + words.shape[0]
