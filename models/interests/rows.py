"""Rows of users: from the arena's arrays to stored rows and back."""

import numpy as np
from numpy.typing import NDArray

from models.interests.kernels.types import FEEDBACK_CHANGED, HEAD_CHANGED, RING_CHANGED, SEEN_CHANGED, Rows
from schemas.errors import SchemaError
from schemas.halves import to_half
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
from schemas.vectors import DIMENSIONS

Row = tuple[bytes, bytes | None]

_INTEREST_PLACES = [keys.INTEREST + bytes([slot]) for slot in range(SLOTS)]
_RING_PLACES = [keys.RING + bytes([ring]) for ring in range(RINGS)]
_SEEN_PLACES = [keys.SEEN + bytes([chunk]) for chunk in range(SEEN_CHUNKS)]


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
    changed = arrays.changed[slots]
    return [
        *_heads(arrays, slots[changed & HEAD_CHANGED != 0], prefixes),
        *_feedback(arrays, slots[changed & FEEDBACK_CHANGED != 0], prefixes),
        *_rings(arrays, slots, changed // RING_CHANGED, prefixes),
        *_interests(arrays, slots, changed, prefixes),
        *_seen_chunks(arrays, slots, changed // SEEN_CHANGED, prefixes),
    ]


def _heads(arrays: Rows, slots: NDArray[np.int64], prefixes: list[bytes]) -> list[Row]:
    exists = arrays.head["version"][slots] != 0
    heads = _words(arrays.head)[slots[exists]]
    return _cut(slots, [keys.HEAD] * len(slots), exists, heads.tobytes(), prefixes)


def _feedback(arrays: Rows, slots: NDArray[np.int64], prefixes: list[bytes]) -> list[Row]:
    exists = arrays.feedback["version"][slots] != 0
    rows = _words(arrays.feedback)[slots[exists]]
    return _cut(slots, [keys.FEEDBACK] * len(slots), exists, rows.tobytes(), prefixes)


def _rings(arrays: Rows, slots: NDArray[np.int64], changed: NDArray[np.uint32], prefixes: list[bytes]) -> list[Row]:
    users, places = _set_bits(changed, RINGS)
    users = slots[users]
    rows = _words(arrays.rings)[users, places]
    exists = np.count_nonzero(rows, axis=1) > 0
    return _cut(users, [_RING_PLACES[place] for place in places.tolist()], exists, rows[exists].tobytes(), prefixes)


def _interests(arrays: Rows, slots: NDArray[np.int64], changed: NDArray[np.uint32], prefixes: list[bytes]) -> list[Row]:
    users, places = _set_bits(changed, SLOTS)
    users = slots[users]
    exists = arrays.head["used"][users] >> places & 1 != 0
    at = users[exists], places[exists]
    meta = _words(arrays.meta)[at]
    directions = to_half(arrays.directions[at]).view(np.uint64)
    rows = np.concatenate((meta, directions), axis=1)
    return _cut(users, [_INTEREST_PLACES[place] for place in places.tolist()], exists, rows.tobytes(), prefixes)


def _seen_chunks(
    arrays: Rows, slots: NDArray[np.int64], changed: NDArray[np.uint32], prefixes: list[bytes]
) -> list[Row]:
    users, places = _set_bits(changed, SEEN_CHUNKS)
    users = slots[users]
    exists = arrays.head["seen_count"][users] > places * SEEN_CHUNK
    chunks = arrays.seen.reshape(-1, SEEN_CHUNKS, SEEN_CHUNK)[users[exists], places[exists]]
    return _cut(users, [_SEEN_PLACES[place] for place in places.tolist()], exists, chunks.tobytes(), prefixes)


def _words(rows: NDArray[np.void]) -> NDArray[np.uint64]:
    return rows.view(np.uint64).reshape(*rows.shape, -1)


def _set_bits(bits: NDArray[np.uint32], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    users, places = np.nonzero(bits[:, None] >> np.arange(count, dtype=np.uint32) & 1)
    return users, places


def _cut(
    slots: NDArray[np.int64], places: list[bytes], exists: NDArray[np.bool_], data: bytes, prefixes: list[bytes]
) -> list[Row]:
    size = len(data) // max(int(exists.sum()), 1)
    rows: list[Row] = []
    start = 0
    for slot, place, here in zip(slots.tolist(), places, exists.tolist(), strict=True):
        rows.append((prefixes[slot] + place, data[start : start + size] if here else None))
        start += size if here else 0
    return rows
