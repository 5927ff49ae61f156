"""Record columns: what the interest records of many users say, column by column."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel


class Bytes(NamedTuple):
    """Pieces of bytes: number n lies in data (uint8) between starts[n] and starts[n + 1] (int64)."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]


class RecordColumns(NamedTuple):
    """Columns of m records; what each has several of lies in a row, from starts[j] to starts[j + 1] (m + 1,) int64.

    owners: pieces with the users' ids in UTF-8; at seconds; behaviors, new_behaviors; known bool: whether the vector
    ready (m, 256) uint8, float16, means anything; anomaly, drift; dimensions (m, 4), all 0 for none.
    """

    owners: Bytes
    at: NDArray[np.float64]
    behaviors: NDArray[np.uint64]
    new_behaviors: NDArray[np.uint32]
    known: NDArray[np.bool_]
    ready: NDArray[np.uint8]
    anomaly: NDArray[np.float64]
    drift: NDArray[np.float64]
    dimensions: NDArray[np.float64]


class InterestColumns(NamedTuple):
    """Columns of the p interests of all records.

    numbers (p, 7): intensity, attention, mass, short, at, half_life, turned. states, labels and keywords (p, 5):
    fragment numbers, of keywords -1 where fewer. asked_at: 0 for never. items, types (p, 3): fragment numbers, of types
    -1 from the first reason on that is not there; times, shares (p, 3): of the reasons. vectors (p, 256) uint8: of
    float16.
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.uint32]
    numbers: NDArray[np.float64]
    behaviors: NDArray[np.uint32]
    states: NDArray[np.int64]
    asked_at: NDArray[np.float64]
    labels: NDArray[np.int64]
    keywords: NDArray[np.int64]
    items: NDArray[np.int64]
    types: NDArray[np.int64]
    times: NDArray[np.float64]
    shares: NDArray[np.float64]
    older: NDArray[np.float64]
    vectors: NDArray[np.uint8]


class NamedColumns(NamedTuple):
    """Named numbers of all records: kinds, -1 for none, and names are fragment numbers."""

    starts: NDArray[np.int64]
    kinds: NDArray[np.int64]
    names: NDArray[np.int64]
    values: NDArray[np.float64]


class LinkColumns(NamedTuple):
    """Links of all records: interests (l, 2) uint32, by id; numbers (l, 3): support, confidence, lift."""

    starts: NDArray[np.int64]
    interests: NDArray[np.uint32]
    numbers: NDArray[np.float64]


class Columns(NamedTuple):
    """All that records say, but for what is the same in each."""

    records: RecordColumns
    interests: InterestColumns
    categories: NamedColumns
    turned: NamedColumns
    links: LinkColumns


def joined(pieces: Sequence[bytes]) -> Bytes:
    """These pieces, one after the other."""
    starts = np.zeros(len(pieces) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, pieces), np.int64, len(pieces)), out=starts[1:])
    return Bytes(np.frombuffer(b"".join(pieces), np.uint8), starts)


def largest_first(kinds: NDArray[np.int64], names: NDArray[np.int64], values: NDArray[np.float64]) -> NamedColumns:
    """Columns of what each of m records has (m, k), by falling value, without unknown names (-1) and values of 0."""
    columns = NamedColumns(
        np.zeros(len(names) + 1, np.int64),
        np.empty(names.size, np.int64),
        np.empty(names.size, np.int64),
        np.empty(names.size),
    )
    _sort_each(kinds, names, values, columns)
    count = columns.starts[-1]
    return NamedColumns(columns.starts, columns.kinds[:count], columns.names[:count], columns.values[:count])


@kernel
def _sort_each(
    kinds: NDArray[np.int64], names: NDArray[np.int64], values: NDArray[np.float64], columns: NamedColumns
) -> None:
    starts, sorted_kinds, sorted_names, sorted_values = columns
    end = 0
    for j in range(names.shape[0]):
        for k in range(names.shape[1]):
            if names[j, k] < 0 or not values[j, k] > 0.0:
                continue
            place = end
            while place > starts[j] and sorted_values[place - 1] < values[j, k]:
                sorted_kinds[place], sorted_names[place] = sorted_kinds[place - 1], sorted_names[place - 1]
                sorted_values[place] = sorted_values[place - 1]
                place -= 1
            sorted_kinds[place], sorted_names[place], sorted_values[place] = kinds[j, k], names[j, k], values[j, k]
            end += 1
        starts[j + 1] = end
