"""One user: what one behavior does to a user's row and which record follows, for an agent that handles one at a time.

The product's own kernels and struct, without the arrays that it keeps for many users at once.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests import kernels
from models.interests.arena import UserArena
from models.interests.attention import _read, _share
from models.interests.kernels import SEEN_PLACES, Columns, Rows, Rules
from models.interests.options import InterestOptions
from schemas.behaviors import TYPE_CODES, Behavior
from schemas.halves import _round_to_half
from schemas.ids import fingerprint
from schemas.interests import Interest, InterestRecord, encode_interest_record
from schemas.rows.user import (
    HEAD_BYTES,
    INTEREST,
    INTEREST_BYTES,
    ROWS_PER_USER,
    SEEN_BYTES,
    SEEN_CHUNK,
    SEEN_CHUNKS,
    SLOTS,
    UNWANTED,
)
from schemas.vectors import DIMENSIONS, VECTOR_BYTES

META_BYTES = INTEREST.itemsize
ROW_BYTES = HEAD_BYTES + ROWS_PER_USER * INTEREST_BYTES + SEEN_CHUNKS * SEEN_BYTES


class OneUser:
    """Room for one user, filled from a row and copied back for every behavior."""

    def __init__(self, catalog: Catalog, rules: Rules, options: InterestOptions) -> None:
        self._catalog = catalog
        self._rules = rules
        self._options = options
        arena = UserArena(1)
        arena.add(["-"])
        self._arena = arena
        self._head = arena.head.view(np.uint8)
        self._meta = arena.meta.view(np.uint8).reshape(-1)
        self._row = np.zeros(ROW_BYTES, np.uint8)
        self._numbers = np.zeros((ROWS_PER_USER, 7))
        self._halves = np.zeros((ROWS_PER_USER + 1, DIMENSIONS), np.uint16)

    def apply(self, row: bytes, behavior: Behavior) -> tuple[bytes, bytes]:
        """The row after the behavior and the record to send. row: b"" for a new user."""
        catalog, rules, arena = self._catalog, self._rules, self._arena
        place = catalog.rows[behavior.item_id or ""]
        size, count, behaviors, at = _step(
            np.frombuffer(row, np.uint8),
            TYPE_CODES[behavior.type],
            behavior.at,
            np.uint64(fingerprint(behavior.event_id)),
            place,
            catalog.prints,
            catalog.vectors,
            *rules,
            self._options.temperature,
            arena.head,
            arena.meta,
            arena.directions,
            arena.seen,
            arena.changed,
            arena.new_behaviors,
            self._head,
            self._meta,
            self._row,
            self._numbers,
            self._halves,
        )
        return self._row[:size].tobytes(), self._record(behavior.owner, count, behaviors, at)

    def _record(self, owner: str, count: int, behaviors: int, at: float) -> bytes:
        vectors = self._halves[: count + 1].tobytes()
        half_life = self._options.half_life
        interests = []
        unwanted = None
        for start, (slot, number, mass, mass_at, made, share, intensity) in enumerate(self._numbers[:count].tolist()):
            vector = vectors[(start + 1) * VECTOR_BYTES : (start + 2) * VECTOR_BYTES]
            interest = Interest(int(number), intensity, share, mass, mass_at, half_life, int(made), vector)
            if slot == UNWANTED:
                unwanted = interest
            else:
                interests.append(interest)
        return encode_interest_record(
            InterestRecord(
                user_id=owner,
                at=at,
                behaviors=behaviors,
                new_behaviors=1,
                encoder=self._catalog.encoder,
                vector=vectors[:VECTOR_BYTES] if interests else None,
                interests=tuple(interests),
                unwanted=unwanted,
            )
        )


@njit
def _step(
    row: NDArray[np.uint8],
    code: int,
    at: float,
    event_id: np.uint64,
    place: int,
    item_prints: NDArray[np.uint32],
    vectors: NDArray[np.float32],
    weights: NDArray[np.float64],
    half_lives: NDArray[np.float64],
    had: NDArray[np.bool_],
    half_life: float,
    novelty: float,
    floor: float,
    temperature: float,
    head: NDArray[np.void],
    meta: NDArray[np.void],
    directions: NDArray[np.float32],
    seen: NDArray[np.uint32],
    changed: NDArray[np.uint32],
    new_behaviors: NDArray[np.uint32],
    head_bytes: NDArray[np.uint8],
    meta_bytes: NDArray[np.uint8],
    out: NDArray[np.uint8],
    numbers: NDArray[np.float64],
    halves: NDArray[np.uint16],
) -> tuple[int, int, int, float]:
    """Row in, kernel, row out, record; gives the row's size, the number of interests, behaviors and their time."""
    rows = Rows(head, meta, directions, seen, changed, new_behaviors)
    rules = Rules(weights, half_lives, had, half_life, novelty, floor)
    _fill(row, rows, head_bytes, meta_bytes)
    columns = Columns(
        np.zeros(1, np.int64),
        np.full(1, np.uint8(code)),
        np.full(1, at),
        np.full(1, event_id),
        item_prints[place : place + 1],
        vectors,
        np.full(1, place),
    )
    kernels.step_each(rows, columns, rules, np.ones(1, np.bool_), True, np.empty(1, np.bool_))
    size = _copy_out(rows, head_bytes, meta_bytes, out)
    count = _describe(rows, half_life, temperature, numbers, halves)
    return size, count, int(head[0].behaviors), head[0].at


@njit
def _fill(row: NDArray[np.uint8], rows: Rows, head_bytes: NDArray[np.uint8], meta_bytes: NDArray[np.uint8]) -> None:
    head = rows.head[0]
    known = row.shape[0] > 0
    for k in range(HEAD_BYTES):
        head_bytes[k] = row[k] if known else 0
    at = HEAD_BYTES
    for s in range(ROWS_PER_USER):
        used = known and head.used >> s & 1 != 0
        for k in range(META_BYTES):
            meta_bytes[s * META_BYTES + k] = row[at + k] if used else 0
        if used:
            _from_half(row[at + META_BYTES : at + INTEREST_BYTES], rows.directions[0, s])
            at += INTEREST_BYTES
        else:
            for d in range(DIMENSIONS):
                rows.directions[0, s, d] = 0.0
    chunks = row[at:].view(np.uint32) if known else row.view(np.uint32)
    for k in range(SEEN_PLACES):
        rows.seen[0, k] = chunks[k] if k < chunks.shape[0] else 0


@njit
def _copy_out(rows: Rows, head_bytes: NDArray[np.uint8], meta_bytes: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
    head = rows.head[0]
    for k in range(HEAD_BYTES):
        out[k] = head_bytes[k]
    at = HEAD_BYTES
    for s in range(ROWS_PER_USER):
        if head.used >> s & 1:
            for k in range(META_BYTES):
                out[at + k] = meta_bytes[s * META_BYTES + k]
            direction = rows.directions[0, s]
            _round_to_half(
                direction, direction.view(np.uint32), out[at + META_BYTES : at + INTEREST_BYTES].view(np.uint16)
            )
            at += INTEREST_BYTES
    kept = min(SEEN_PLACES, (np.int64(head.seen_count) + SEEN_CHUNK - 1) // SEEN_CHUNK * SEEN_CHUNK)
    chunks = out[at : at + 4 * kept].view(np.uint32)
    for k in range(kept):
        chunks[k] = rows.seen[0, k]
    return at + 4 * kept


@njit
def _from_half(data: NDArray[np.uint8], values: NDArray[np.float32]) -> None:
    halves = data.view(np.uint16)
    bits = values.view(np.uint32)
    for d in range(halves.shape[0]):
        half = np.uint32(halves[d])
        magnitude = half & np.uint32(0x7FFF)
        if magnitude < np.uint32(0x0400):
            values[d] = np.float32(magnitude) / np.float32(16777216.0)
        else:
            bits[d] = (magnitude << np.uint32(13)) + np.uint32(0x38000000)
        bits[d] |= (half & np.uint32(0x8000)) << np.uint32(16)


@njit
def _describe(
    rows: Rows, half_life: float, temperature: float, numbers: NDArray[np.float64], halves: NDArray[np.uint16]
) -> int:
    used = np.zeros((1, ROWS_PER_USER), np.bool_)
    masses = np.zeros((1, ROWS_PER_USER))
    logs = np.full((1, SLOTS), -np.inf)
    units = np.zeros((1, ROWS_PER_USER, DIMENSIONS), np.float32)
    shares = np.zeros((1, SLOTS))
    ready = np.zeros((1, DIMENSIONS), np.float32)
    _read(rows, np.zeros(1, np.int64), half_life, used, masses, logs, units)
    _share(logs / temperature, units, shares, ready)
    _round_to_half(ready[0], ready[0].view(np.uint32), halves[0])
    count = 0
    for s in range(ROWS_PER_USER):
        if used[0, s]:
            _number(rows.meta[0, s], s, masses[0, s], shares[0, s] if s < SLOTS else 0.0, numbers[count])
            count += 1
            _round_to_half(units[0, s], units[0, s].view(np.uint32), halves[count])
    return count


@njit
def _number(interest: Any, slot: int, decayed: float, share: float, numbers: NDArray[np.float64]) -> None:
    numbers[0] = slot
    numbers[1] = interest.id
    numbers[2] = interest.mass
    numbers[3] = interest.at
    numbers[4] = interest.behaviors
    numbers[5] = share
    numbers[6] = decayed / (1.0 + decayed)
