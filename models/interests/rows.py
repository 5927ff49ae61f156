"""Rows of users: from the arena's arrays to stored rows and back."""

from itertools import pairwise
from operator import add
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
    """Changed rows of these users as (key, bytes), None for a row that exists no more; prefixes: of keys, by slot."""
    count = _count_rows(arrays.changed, slots)
    users, places = np.empty(count, np.int64), np.empty(count, np.int64)
    stops = np.zeros(count + 1, np.int64)
    out = np.empty(count * _LONGEST, np.uint64)
    _take_each(arrays, _words_of(arrays), slots, users, places, stops, out)
    data = out[: stops[-1]].tobytes()
    keys = map(add, map(prefixes.__getitem__, users.tolist()), map(_PLACES.__getitem__, places.tolist()))
    bounds = (_WORD * stops).tolist()
    return list(zip(keys, [data[start:stop] or None for start, stop in pairwise(bounds)], strict=True))


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
    places: NDArray[np.int64],
    stops: NDArray[np.int64],
    out: NDArray[np.uint64],
) -> None:
    """Fills users, places (of _PLACES), stops and out with each changed row, and nothing for one that exists no more.

    Tuples are taken apart before the loop, since every access to an array in one is counted.
    """
    heads, feedbacks, directions, changed = arrays.head, arrays.feedback, arrays.directions, arrays.changed
    head_words, feedback_words, ring_words, meta_words, seen_words = words
    row = end = 0
    for j in range(slots.shape[0]):
        slot = slots[j]
        head = heads[slot]
        for place in range(_PLACES_COUNT):
            if not changed[slot] >> np.uint32(place) & np.uint32(1):
                continue
            if place < _AT_HEAD:
                if head.used >> place & 1:
                    end = _put(out, end, meta_words[slot, place])
                    direction = directions[slot, place]
                    halves = out[end : end + _DIRECTION_WORDS].view(np.uint16)
                    round_to_half(direction, direction.view(np.uint32), halves)
                    end += _DIRECTION_WORDS
            elif place == _AT_HEAD:
                end = _put(out, end, head_words[slot]) if head.version else end
            elif place == _AT_FEEDBACK:
                end = _put(out, end, feedback_words[slot]) if feedbacks[slot].version else end
            elif place < _AT_SEEN:
                ring = ring_words[slot, place - _AT_RINGS]
                end = _put(out, end, ring) if np.any(ring) else end
            else:
                chunk = seen_words[slot, place - _AT_SEEN]
                end = _put(out, end, chunk) if np.any(chunk) else end
            users[row], places[row], stops[row + 1] = slot, place, end
            row += 1


@kernel
def _put(out: NDArray[np.uint64], end: int, words: NDArray[np.uint64]) -> int:
    for k in range(words.shape[0]):
        out[end + k] = words[k]
    return end + words.shape[0]
