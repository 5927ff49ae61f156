"""Trend rows: what is known of one item's behaviors, as stored and as published to item.trends.

All little-endian; 96 bytes, then 12 per neighbor: n u4 prints, n f4 near and n f4 far counts; then 8 per companion:
c u4 prints and c f4 counts, the greatest first. A print is the low 32 bits of an item id's fingerprint
(`schemas.ids.item_print`); items with equal prints, one pair in four billion, share a row. An event is a wanted
behavior of any user on any item; the count of all events, N, is the clock by which all fades.

| offset | type | field | what |
|---|---|---|---|
| 0 | u1 | version | 1 |
| 1 | u1 | companions | c, at most 16 |
| 2 | u2 | neighbors | n |
| 4 | u4 | print | of the item |
| 8 | u8 | behaviors | wanted ones, all of them |
| 16 | f8 | events | N at the latest behavior |
| 24 | f8 | born | N at the first behavior, -1 before |
| 32 | f8 | born_at | when that was, epoch seconds |
| 40 | f8 | at | the latest event time of a behavior, epoch seconds |
| 48 | f8 | shown | N at the latest impression, as of which companions are counted |
| 56 | f8 | landmark | N as of which neighbors and totals are kept: now they are times 2**((landmark - N) / half_life) |
| 64 | 4 f4 | popularity | decayed behaviors at half-lives of 50, 500, 5,000 and 50,000 events, as of `events` |
| 80 | 2 f4 | totals | near and far counts of all neighbors, also of those no longer kept |
| 88 | f4 | impressions | decayed at a half-life of 5,000 events, as of `shown` |
| 92 | f4 | half_life | of neighbors and totals, events |

A neighbor is an item after which users came to this one: near counts what came at most 3 places after it, far at most
20 places after it, each less the more lies between. A companion is an item that was shown at most 4 places before or
after this one in the same impression; it is counted at the half-life of `impressions`, so that its count over
`impressions` is the share of these in which it was there.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.errors import SchemaError
from schemas.rows.keys import TREND as TREND_KIND
from schemas.rows.keys import owner_prefix
from schemas.rows.user import VERSION, check_version

POPULARITY_HALF_LIVES: Final = (50.0, 500.0, 5_000.0, 50_000.0)
IMPRESSION_HALF_LIFE: Final = 5_000.0
MOST_NEIGHBORS: Final = 1_024
MOST_RECENTS: Final = 20
MOST_COMPANIONS: Final = 16

TREND = np.dtype(
    [
        ("version", "u1"),
        ("companions", "u1"),
        ("neighbors", "<u2"),
        ("print", "<u4"),
        ("behaviors", "<u8"),
        ("events", "<f8"),
        ("born", "<f8"),
        ("born_at", "<f8"),
        ("at", "<f8"),
        ("shown", "<f8"),
        ("landmark", "<f8"),
        ("popularity", "<f4", (len(POPULARITY_HALF_LIVES),)),
        ("totals", "<f4", (2,)),
        ("impressions", "<f4"),
        ("half_life", "<f4"),
    ]
)
TREND_BYTES: Final = TREND.itemsize
NEIGHBOR_BYTES: Final = 12
COMPANION_BYTES: Final = 8


class Companions(NamedTuple):
    """What items were shown with: prints (t,) uint32 and counts (t,) float32.

    Those of trend j are from starts[j] to starts[j + 1] (m + 1,) int64.
    """

    prints: NDArray[np.uint32]
    counts: NDArray[np.float32]
    starts: NDArray[np.int64]


class TrendRows(NamedTuple):
    """Trends as columns: heads (m,) TREND; prints (s,) uint32, near and far (s,) float32 of all neighbors.

    Those of trend j are from starts[j] to starts[j + 1] (m + 1,) int64.
    """

    heads: NDArray[np.void]
    prints: NDArray[np.uint32]
    near: NDArray[np.float32]
    far: NDArray[np.float32]
    starts: NDArray[np.int64]
    companions: Companions


def trend_name(value: int) -> str:
    """How an item of this print is called where a name is needed: the print as 8 hexadecimal digits."""
    return f"{value:08x}"


def trend_key(value: int) -> bytes:
    """The key of the stored row for an item of this print."""
    return owner_prefix(trend_name(value)) + TREND_KIND


def encode_trends(trends: TrendRows) -> list[bytes]:
    """One row per trend."""
    heads = trends.heads.tobytes()
    columns = trends.prints.tobytes(), trends.near.tobytes(), trends.far.tobytes()
    others = trends.companions.prints.tobytes(), trends.companions.counts.tobytes()
    spans = zip(pairwise(trends.starts.tolist()), pairwise(trends.companions.starts.tolist()), strict=True)
    return [
        b"".join(
            (
                heads[number * TREND_BYTES : (number + 1) * TREND_BYTES],
                *(one[4 * start : 4 * end] for one in columns),
                *(one[4 * first : 4 * last] for one in others),
            )
        )
        for number, ((start, end), (first, last)) in enumerate(spans)
    ]


def check_trend(row: bytes) -> None:
    """Raises UnknownVersionError for a row of a newer version, SchemaError for what is no trend row."""
    check_version(row[:TREND_BYTES], "trend", TREND_BYTES)
    neighbors, companions = int.from_bytes(row[2:4], "little"), row[1]
    size = TREND_BYTES + NEIGHBOR_BYTES * neighbors + COMPANION_BYTES * companions
    if neighbors > MOST_NEIGHBORS or companions > MOST_COMPANIONS or len(row) != size:
        counts = f"{neighbors} neighbors and {companions} companions"
        raise SchemaError(f"a trend row with {counts} does not have {len(row)} bytes")


def decode_trends(rows: Sequence[bytes]) -> TrendRows:
    """The trends of rows that were checked."""
    heads = np.frombuffer(bytearray().join([row[:TREND_BYTES] for row in rows]), TREND)
    neighbors, others = heads["neighbors"].astype(np.int64), heads["companions"].astype(np.int64)
    prints, near, far = (_column(rows, TREND_BYTES + 4 * k * neighbors, 4 * neighbors) for k in range(3))
    after = TREND_BYTES + NEIGHBOR_BYTES * neighbors
    shown, counts = (_column(rows, after + 4 * k * others, 4 * others) for k in range(2))
    companions = Companions(np.frombuffer(shown, "<u4"), np.frombuffer(counts, "<f4"), starts_of(others))
    return TrendRows(
        heads,
        np.frombuffer(prints, "<u4"),
        np.frombuffer(near, "<f4"),
        np.frombuffer(far, "<f4"),
        starts_of(neighbors),
        companions,
    )


def starts_of(sizes: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Where each of some parts of these sizes (m,) begins, and where the last ends (m + 1,)."""
    return np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))


def _column(rows: Sequence[bytes], begins: NDArray[np.int64], sizes: NDArray[np.int64]) -> bytearray:
    """What is in each row from where it begins (m,), of so many bytes (m,)."""
    spans = zip(rows, begins.tolist(), (begins + sizes).tolist(), strict=True)
    return bytearray().join([row[start:end] for row, start, end in spans])


def new_trends(count: int) -> NDArray[np.void]:
    """Heads (count,) of items on which nothing was done."""
    heads = np.zeros(count, TREND)
    heads["version"] = VERSION
    heads["born"] = -1.0
    return heads
