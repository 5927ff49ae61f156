"""Packing: many interest records as msgpack at once, where one by one would cost twenty times as much.

The bytes mean what `schemas.interests.encode_interest_record` writes; numbers have a fixed width here.
"""

from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.msgpack import (
    FIXED_ARRAY,
    FLOAT64,
    NIL,
    UINT32,
    UINT64,
    put_array,
    put_big,
    put_bits,
    put_byte,
    put_copy,
    put_float,
    put_small,
    put_text,
    put_vector,
)
from models.interests.record_columns import Bytes, Columns, InterestColumns, LinkColumns, NamedColumns, joined
from schemas.interests import Rates
from schemas.rows.user import DIMENSION_NAMES

NUMBERS = 7
INTEREST_FIELDS, REASON_FIELDS, LINK_FIELDS = 16, 4, 5
RECORD_ROOM, INTEREST_ROOM, SHARE_ROOM, LINK_ROOM = 768, 448, 24, 48


def packed_records(columns: Columns, fragments: Bytes, encoder: str, rates: Rates) -> list[bytes]:
    """One msgpack InterestRecord per row of the columns."""
    fixed = _fixed(encoder, rates)
    out = np.empty(_room(columns, fragments, fixed), np.uint8)
    stops = np.zeros(len(columns.records.at) + 1, np.int64)
    _write_each(out, stops, fixed, fragments, columns)
    data = out[: stops[-1]].tobytes()
    places = stops.tolist()
    return [data[start:stop] for start, stop in pairwise(places)]


# Not of range, for whose numbers, known before, numba would compile what takes them once each.
USER_ID, AT, BEHAVIORS, NEW_BEHAVIORS, VECTOR, INTERESTS, CATEGORIES, DIMENSIONS, LINKS, TURNED, ANOMALY, DRIFT, END = (
    np.arange(13)
)


def _fixed(encoder: str, rates: Rates) -> Bytes:
    """What stands between the numbers: pieces by the constants above, then one for each dimension."""
    pack = msgspec.msgpack.Encoder().encode
    number = bytes([FLOAT64])
    pieces = [
        b"\x8f" + pack("user_id"),
        pack("at") + number,
        pack("behaviors") + bytes([UINT64]),
        pack("new_behaviors") + bytes([UINT32]),
        pack("encoder") + pack(encoder) + pack("vector"),
        pack("interests"),
        pack("rates") + pack(rates) + pack("categories"),
        pack("dimensions"),
        pack("links"),
        pack("turned_away"),
        pack("anomaly") + number,
        pack("drift") + number,
        pack("schema_version") + b"\x01",
        *(b"\x92" + pack(name) + number for name in DIMENSION_NAMES),
    ]
    return joined(pieces)


def _room(columns: Columns, fragments: Bytes, fixed: Bytes) -> int:
    """Bytes that suffice."""
    records, interests, categories, turned, links = columns
    used = (interests.states, interests.labels, interests.keywords, interests.items, interests.types)
    named = (categories.names, turned.kinds, turned.names)
    return int(
        sum(_lengths(fragments.starts, numbers) for numbers in (*used, *named))
        + len(records.owners.data)
        + len(records.at) * (len(fixed.data) + RECORD_ROOM)
        + len(interests.ids) * INTEREST_ROOM
        + (len(categories.values) + len(turned.values)) * SHARE_ROOM
        + len(links.numbers) * LINK_ROOM
    )


@kernel
def _lengths(starts: NDArray[np.int64], numbers: NDArray[np.int64]) -> int:
    total = 0
    for number in numbers.flat:
        if number >= 0:
            total += starts[number + 1] - starts[number]
    return total


@kernel
def _write_each(
    out: NDArray[np.uint8], stops: NDArray[np.int64], fixed: Bytes, fragments: Bytes, columns: Columns
) -> None:
    """Fills out and stops. Tuples are taken apart before the loop, since every access to an array in one is counted."""
    owners, at, behaviors, new_behaviors, known, ready, anomaly, drift, dimensions = columns.records
    ids, bounds = owners
    words, places = fixed
    texts, starts = fragments
    place = 0
    for j in range(at.shape[0]):
        place = put_copy(out, place, words, places, USER_ID)
        place = put_text(out, place, ids, bounds, j)
        place = put_copy(out, place, words, places, AT)
        place = put_bits(out, place, at[j])
        place = put_copy(out, place, words, places, BEHAVIORS)
        place = put_big(out, place, behaviors[j])
        place = put_copy(out, place, words, places, NEW_BEHAVIORS)
        place = put_small(out, place, new_behaviors[j])
        place = put_copy(out, place, words, places, VECTOR)
        place = put_vector(out, place, ready[j]) if known[j] else put_byte(out, place, NIL)
        place = put_copy(out, place, words, places, INTERESTS)
        place = _interests(out, place, texts, starts, columns.interests, j)
        place = put_copy(out, place, words, places, CATEGORIES)
        place = _named(out, place, texts, starts, columns.categories, j)
        place = put_copy(out, place, words, places, DIMENSIONS)
        place = _dimensions(out, place, words, places, dimensions[j])
        place = put_copy(out, place, words, places, LINKS)
        place = _links(out, place, columns.links, j)
        place = put_copy(out, place, words, places, TURNED)
        place = _named(out, place, texts, starts, columns.turned, j)
        place = put_copy(out, place, words, places, ANOMALY)
        place = put_bits(out, place, anomaly[j])
        place = put_copy(out, place, words, places, DRIFT)
        place = put_bits(out, place, drift[j])
        place = put_copy(out, place, words, places, END)
        stops[j + 1] = place


@kernel
def _interests(
    out: NDArray[np.uint8],
    place: int,
    texts: NDArray[np.uint8],
    starts: NDArray[np.int64],
    columns: InterestColumns,
    record: int,
) -> int:
    first, last = columns.starts[record], columns.starts[record + 1]
    ids, numbers, behaviors, states, asked_at = columns[1:6]
    labels, keywords, items, types, times, shares, older, vectors = columns[6:]
    place = put_byte(out, place, FIXED_ARRAY + last - first)
    for i in range(first, last):
        place = put_array(out, place, INTEREST_FIELDS)
        place = put_small(out, put_byte(out, place, UINT32), ids[i])
        for k in range(NUMBERS):
            place = put_float(out, place, numbers[i, k])
        place = put_small(out, put_byte(out, place, UINT32), behaviors[i])
        place = put_copy(out, place, texts, starts, states[i])
        place = put_float(out, place, asked_at[i]) if asked_at[i] > 0.0 else put_byte(out, place, NIL)
        place = put_copy(out, place, texts, starts, labels[i])
        count = 0
        while count < keywords.shape[1] and keywords[i, count] >= 0:
            count += 1
        place = put_byte(out, place, FIXED_ARRAY + count)
        for k in range(count):
            place = put_copy(out, place, texts, starts, keywords[i, k])
        count = 0
        while count < types.shape[1] and types[i, count] >= 0:
            count += 1
        place = put_byte(out, place, FIXED_ARRAY + count)
        for k in range(count):
            place = put_byte(out, place, FIXED_ARRAY + REASON_FIELDS)
            place = put_copy(out, place, texts, starts, items[i, k])
            place = put_copy(out, place, texts, starts, types[i, k])
            place = put_float(out, place, times[i, k])
            place = put_float(out, place, shares[i, k])
        place = put_float(out, place, older[i])
        place = put_vector(out, place, vectors[i])
    return place


@kernel
def _named(
    out: NDArray[np.uint8],
    place: int,
    texts: NDArray[np.uint8],
    starts: NDArray[np.int64],
    columns: NamedColumns,
    record: int,
) -> int:
    bounds, kinds, names, values = columns
    first, last = bounds[record], bounds[record + 1]
    place = put_array(out, place, last - first)
    for i in range(first, last):
        place = put_byte(out, place, FIXED_ARRAY + (3 if kinds[i] >= 0 else 2))
        if kinds[i] >= 0:
            place = put_copy(out, place, texts, starts, kinds[i])
        place = put_copy(out, place, texts, starts, names[i])
        place = put_float(out, place, values[i])
    return place


@kernel
def _dimensions(
    out: NDArray[np.uint8],
    place: int,
    words: NDArray[np.uint8],
    places: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> int:
    if not np.any(weights):
        return put_byte(out, place, FIXED_ARRAY)
    place = put_byte(out, place, FIXED_ARRAY + weights.shape[0])
    for k in range(weights.shape[0]):
        place = put_copy(out, place, words, places, END + 1 + k)
        place = put_bits(out, place, weights[k])
    return place


@kernel
def _links(out: NDArray[np.uint8], place: int, columns: LinkColumns, record: int) -> int:
    bounds, interests, numbers = columns
    first, last = bounds[record], bounds[record + 1]
    place = put_array(out, place, last - first)
    for i in range(first, last):
        place = put_byte(out, place, FIXED_ARRAY + LINK_FIELDS)
        for k in range(interests.shape[1]):
            place = put_small(out, put_byte(out, place, UINT32), interests[i, k])
        for k in range(numbers.shape[1]):
            place = put_float(out, place, numbers[i, k])
    return place
