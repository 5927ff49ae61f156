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

PARTS: Final = 10_000
# Bytes that all of a place but its texts needs at most: numbers, and the fixed texts around them.
PLACE_ROOM: Final = 512
ZERO, POINT, MINUS, COMMA, CLOSE = b"0.-,}"
# Numbers of the fixed texts; those of families come first.
ITEM, SCORE, PROPENSITY, REASONS, INTEREST, BY_CHANCE, BY_RULE, END, TAIL = np.arange(FAMILIES, FAMILIES + 9)


class PlaceColumns(NamedTuple):
    """Columns of the places (m, k) of m lists.

    items: number of the item's text, -1 for no item; scores in 1/10,000; propensities: number of its text. families
    (m, k, 4), the greatest part first, and parts (m, k, 4) in 1/10,000; interests: an interest's id, -1 for none; ways
    as in models.ranking.choosing. All int64.
    """

    items: NDArray[np.int64]
    scores: NDArray[np.int64]
    propensities: NDArray[np.int64]
    families: NDArray[np.int64]
    parts: NDArray[np.int64]
    interests: NDArray[np.int64]
    ways: NDArray[np.int64]


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
    items, scores, propensities, families, parts, interests, ways = columns
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
            place = _put_decimal(out, place, scores[u, k])
            place = put_copy(out, place, words, starts, PROPENSITY)
            place = put_copy(out, place, chances.data, chances.starts, propensities[u, k])
            place = put_copy(out, place, words, starts, REASONS)
            if ways[u, k] == BY_SCORE:
                place = _put_reasons(out, place, words, starts, families[u, k], parts[u, k], interests[u, k])
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
    families: NDArray[np.int64],
    parts: NDArray[np.int64],
    interest: int,
) -> int:
    """Families by their parts, the greatest first; none of those without a part."""
    for f in range(families.shape[0]):
        if parts[f] == 0:
            break
        if f > 0:
            place = put_byte(out, place, COMMA)
        place = put_copy(out, place, words, starts, families[f])
        place = _put_decimal(out, place, parts[f])
        if families[f] == WANTED and interest >= 0:
            place = put_copy(out, place, words, starts, INTEREST)
            place = _put_digits(out, place, interest)
        place = put_byte(out, place, CLOSE)
    return place


@kernel
def _put_decimal(out: NDArray[np.uint8], place: int, value: int) -> int:
    """A number in 1/10,000, with one to four decimals."""
    if value < 0:
        place = put_byte(out, place, MINUS)
    left = abs(value)
    place = _put_digits(out, place, left // PARTS)
    place = put_byte(out, place, POINT)
    left, unit = left % PARTS, PARTS // 10
    place = put_byte(out, place, ZERO + left // unit)
    left %= unit
    while left > 0:
        unit //= 10
        place = put_byte(out, place, ZERO + left // unit)
        left %= unit
    return place


@kernel
def _put_digits(out: NDArray[np.uint8], place: int, value: int) -> int:
    """A whole number that is not negative."""
    unit = 1
    while value // unit >= 10:
        unit *= 10
    while unit > 0:
        place = put_byte(out, place, ZERO + value // unit % 10)
        unit //= 10
    return place
