"""Columns: behaviors as the arrays that kernels take."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from models.catalog.prints import item_print
from models.interests.kernels.types import FACETS, Columns
from schemas.behaviors import TYPE_CODES, Behavior
from schemas.ids import fingerprints
from schemas.rows.user import DEVICES, HOURS
from schemas.vectors import DIMENSIONS

Name = TypeVar("Name")

DAY = 86_400
BIN = DAY // HOURS
DWELL, SKIP, IMPRESSION = TYPE_CODES["dwell"], TYPE_CODES["skip"], TYPE_CODES["impression"]
DEVICE_CODES = {name: code for code, name in enumerate(DEVICES, 1)}
OTHER = DEVICE_CODES["other"]
NO_CONTEXT = (None, None)
NO_FACETS = np.zeros((1, FACETS), np.uint32)
NO_PRINTS = np.zeros(1, np.uint32)
NO_TABLE = np.full(2, -1, np.int32)


def columns_of(
    slots: NDArray[np.int64],
    behaviors: Sequence[Behavior],
    at: NDArray[np.float64],
    weights: NDArray[np.float64],
    quick_return: float,
    prints: NDArray[np.uint32],
    vectors: NDArray[np.float32],
    vector_rows: NDArray[np.int64],
) -> Columns:
    """Behaviors with their vectors, without what a catalog says of their items.

    Args: slots, at, prints, vector_rows (n,); vectors (N, 128); weights (16,) per type code; quick_return: seconds
    below which a dwell counts as a skip.
    """
    types = np.array([TYPE_CODES[behavior.type] for behavior in behaviors], np.uint8)
    event_ids = fingerprints([behavior.event_id for behavior in behaviors])
    own = weights[types]
    for j in np.flatnonzero(types == DWELL).tolist():
        value = behaviors[j].value
        if value is not None and value < quick_return:
            own[j] = weights[SKIP]
    hours, devices = _contexts(behaviors, at)
    shown, starts = _shown(behaviors, types)
    nowhere = np.full(len(types), -1, np.int64)
    return Columns(
        slots,
        types,
        own,
        at,
        event_ids,
        prints,
        hours,
        devices,
        vectors,
        vector_rows,
        NO_FACETS,
        nowhere,
        shown,
        starts,
        NO_PRINTS,
        NO_TABLE,
    )


def bare_columns(slots: NDArray[np.int64], event_ids: NDArray[np.uint64], at: NDArray[np.float64]) -> Columns:
    """Events of which nothing but the time is known. Args: slots, event_ids, at (n,)."""
    n = len(slots)
    return Columns(
        slots,
        np.zeros(n, np.uint8),
        np.zeros(n),
        at,
        event_ids,
        np.zeros(n, np.uint32),
        np.zeros(n, np.uint8),
        np.zeros(n, np.uint8),
        np.zeros((1, DIMENSIONS), np.float32),
        np.full(n, -1, np.int64),
        NO_FACETS,
        np.full(n, -1, np.int64),
        NO_PRINTS,
        np.zeros(n + 1, np.int64),
        NO_PRINTS,
        NO_TABLE,
    )


def text_print(text: str) -> int:
    """The 32 bits by which a user's rows remember what it searched for."""
    return item_print("\0text\0" + text.casefold())


def _contexts(behaviors: Sequence[Behavior], at: NDArray[np.float64]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Four-hour bins of the local day, UTC where no time zone is given, and device codes (n,)."""
    pairs, pair_of = _numbered(
        [NO_CONTEXT if (own := behavior.context) is None else (own.time_zone, own.device) for behavior in behaviors]
    )
    zones, zone_of_pair = _numbered([zone for zone, _ in pairs])
    codes = [0 if name is None else DEVICE_CODES.get(name.casefold(), OTHER) for _, name in pairs]
    hours = (at + _offsets(zones, zone_of_pair[pair_of], at)) % DAY // BIN
    return hours.astype(np.uint8), np.array(codes, np.uint8)[pair_of]


def _numbered(names: Sequence[Name]) -> tuple[list[Name], NDArray[np.int64]]:
    """The different names, and of each of n which one it is (n,)."""
    numbers: dict[Name, int] = {}
    places = [numbers.setdefault(name, len(numbers)) for name in names]
    return list(numbers), np.array(places, np.int64)


def _offsets(zones: list[str | None], zone_of: NDArray[np.int64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Seconds (n,) that each behavior's zone was ahead of UTC."""
    four_hours = (at // BIN).astype(np.int64)
    pairs, pair_of = np.unique(four_hours * len(zones) + zone_of, return_inverse=True)
    found = [
        0.0 if (zone := zones[pair % len(zones)]) is None else _offset(zone, pair // len(zones))
        for pair in pairs.tolist()
    ]
    return np.array(found, np.float64)[pair_of]


@lru_cache(4096)
def _offset(time_zone: str, four_hours: int) -> float:
    """Seconds that this zone was ahead of UTC when these four hours began; 0 for a zone that nobody knows."""
    try:
        zone = ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):
        return 0.0
    offset = datetime.fromtimestamp(four_hours * BIN, UTC).astimezone(zone).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def _shown(behaviors: Sequence[Behavior], types: NDArray[np.uint8]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Prints of what impressions show, and where those of each behavior begin (n + 1,)."""
    lengths = np.zeros(len(types) + 1, np.int64)
    prints: list[int] = []
    for j in np.flatnonzero(types == IMPRESSION).tolist():
        items = behaviors[j].shown
        lengths[j + 1] = len(items)
        prints += [item_print(item) for item in items]
    return np.array(prints, np.uint32), np.cumsum(lengths)
