"""Packing: the places of many lists as JSON at once, where structs and texts one by one cost more than choosing them.

The bytes mean what `schemas.recommendations.encode_recommendations` writes.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.msgpack import put_byte, put_copy
from models.interests.record_columns import Bytes, joined
from models.ranking.choosing import BY_SCORE, EXPLORED
from models.ranking.kernels.families import FAMILIES, FAMILY_NAMES, WANTED

DECIMALS: Final = 4
PARTS: Final = 10**DECIMALS
# Unsigned, as what is not negative is divided sooner.
SCALE, TEN = np.uint64(PARTS), np.uint64(10)
# Bytes that all of a place but its texts needs at most: numbers, and the fixed texts around them.
PLACE_ROOM: Final = 512
ZERO, POINT, MINUS, COMMA, CLOSE = b"0.-,}"
# Numbers of the fixed texts; those of families come first.
ITEM, SCORE, PROPENSITY, REASONS, INTEREST, BY_CHANCE, BY_RULE, END, TAIL = np.arange(FAMILIES, FAMILIES + 9)


class PlaceColumns(NamedTuple):
    """Columns of the places (m, k) of m lists.

    items int64: number of the item's text, -1 for no item; scores float32; propensities int64: number of its text;
    parts (m, k, 4) float32 of each family of features; interests int64: an interest's id, -1 for none; ways int8 as in
    models.ranking.choosing.
    """

    items: NDArray[np.int64]
    scores: NDArray[np.float32]
    propensities: NDArray[np.int64]
    parts: NDArray[np.float32]
    interests: NDArray[np.int64]
    ways: NDArray[np.int8]


def packed_lists(
    heads: Sequence[bytes], items: Sequence[bytes], propensities: Sequence[bytes], columns: PlaceColumns
) -> list[bytes]:
    """Each list: its head, which ends where the first place begins, and all places. Args: items, propensities: JSON."""
    before, names, chances, fixed = joined(heads), joined(items), joined(propensities), joined(_fixed())
    longest = max(map(len, items), default=0) + max(map(len, propensities), default=0) + PLACE_ROOM
    out = np.empty(len(before.data) + columns.items.size * longest + len(heads) * len(fixed.data), np.uint8)
    stops = np.zeros(len(heads) + 1, np.int64)
    _write_each(out, stops, before, names, chances, fixed, columns)
    data = out[: stops[-1]].tobytes()
    return [data[start:stop] for start, stop in pairwise(stops.tolist())]


def _fixed() -> list[bytes]:
    """What stands between the numbers, by the constants above."""
    kinds = [b'{"kind":"' + name.encode() + b'","share":' for name in FAMILY_NAMES]
    alone = [b'{"kind":"' + name + b'","share":1.0}' for name in (b"exploration", b"rule")]
    places = [b'{"item_id":', b',"score":', b',"propensity":', b',"reasons":[', b',"interest":', *alone, b"]}"]
    return [*kinds, *places, b'],"schema_version":1}']


@kernel
def _write_each(
    out: NDArray[np.uint8],
    stops: NDArray[np.int64],
    heads: Bytes,
    names: Bytes,
    chances: Bytes,
    fixed: Bytes,
    columns: PlaceColumns,
) -> None:
    """Fills out and stops."""
    words, starts = fixed
    items, scores, propensities, parts, interests, ways = columns
    place = 0
    for u in range(items.shape[0]):
        place = put_copy(out, place, heads.data, heads.starts, u)
        first = True
        for k in range(items.shape[1]):
            if items[u, k] < 0:
                continue
            if not first:
                place = put_byte(out, place, COMMA)
            first = False
            place = put_copy(out, place, words, starts, ITEM)
            place = put_copy(out, place, names.data, names.starts, items[u, k])
            place = put_copy(out, place, words, starts, SCORE)
            place = _put_decimal(out, place, _counted(np.float64(scores[u, k])))
            place = put_copy(out, place, words, starts, PROPENSITY)
            place = put_copy(out, place, chances.data, chances.starts, propensities[u, k])
            place = put_copy(out, place, words, starts, REASONS)
            if ways[u, k] == BY_SCORE:
                place = _put_reasons(out, place, words, starts, parts[u, k], interests[u, k])
            else:
                place = put_copy(out, place, words, starts, BY_CHANCE if ways[u, k] == EXPLORED else BY_RULE)
            place = put_copy(out, place, words, starts, END)
        place = put_copy(out, place, words, starts, TAIL)
        stops[u + 1] = place


@kernel
def _put_reasons(
    out: NDArray[np.uint8],
    place: int,
    words: NDArray[np.uint8],
    starts: NDArray[np.int64],
    parts: NDArray[np.float32],
    interest: int,
) -> int:
    """Families by their shares of what speaks for the item, the greatest first; none that speaks against it."""
    whole = 0.0
    for f in range(FAMILIES):
        whole += max(np.float64(parts[f]), 0.0)
    put = 0
    while True:
        family, most = -1, 0
        for f in range(FAMILIES):
            share = _counted(np.float64(parts[f]) / whole) if parts[f] > 0.0 else 0
            if share > most and not put >> f & 1:
                family, most = f, share
        if family < 0:
            return place
        if put:
            place = put_byte(out, place, COMMA)
        put |= 1 << family
        place = put_copy(out, place, words, starts, family)
        place = _put_decimal(out, place, most)
        if family == WANTED and interest >= 0:
            place = put_copy(out, place, words, starts, INTEREST)
            place = _put_digits(out, place, np.uint64(interest))
        place = put_byte(out, place, CLOSE)


@kernel
def _counted(value: float) -> int:
    """A number in 1/10,000, the nearest one."""
    return int(np.rint(value * PARTS))


@kernel
def _put_decimal(out: NDArray[np.uint8], place: int, value: int) -> int:
    """A number in 1/10,000, with one to four decimals."""
    if value < 0:
        place = put_byte(out, place, MINUS)
    size = np.uint64(abs(value))
    place = _put_digits(out, place, size // SCALE)
    place = put_byte(out, place, POINT)
    part, decimals = size % SCALE, DECIMALS
    for k in range(DECIMALS):
        put_byte(out, place + DECIMALS - 1 - k, ZERO + np.int64(part % TEN))
        if part % TEN == np.uint64(0) and k == DECIMALS - decimals and decimals > 1:
            decimals -= 1
        part //= TEN
    return place + decimals


@kernel
def _put_digits(out: NDArray[np.uint8], place: int, value: np.uint64) -> int:
    """A whole number."""
    count, left = 1, value // TEN
    while left > np.uint64(0):
        count, left = count + 1, left // TEN
    left = value
    for k in range(count):
        put_byte(out, place + count - 1 - k, ZERO + np.int64(left % TEN))
        left //= TEN
    return place + count
