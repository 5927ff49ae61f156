"""Interests: what a search takes from a user's published record."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.interests.names import JOINED
from models.interests.options import InterestOptions
from models.interests.turned import strength
from schemas.interests import InterestRecord
from schemas.vectors import DIMENSIONS, from_bytes


class Interests(NamedTuple):
    """A user's s interests in the record's order, as of the record's time.

    units (s, 128) float32 of unit length. shares (s,) float64: of attention, that sum to 1 or are all 0. against (s,)
    float64, 0 to 1: how much each was turned away. muted (s,) bool.
    """

    units: NDArray[np.float32]
    shares: NDArray[np.float64]
    against: NDArray[np.float64]
    muted: NDArray[np.bool_]


NONE = Interests(np.zeros((0, DIMENSIONS), np.float32), np.zeros(0), np.zeros(0), np.zeros(0, np.bool_))


def interests_of(record: InterestRecord, options: InterestOptions) -> Interests:
    """The record's interests, with what was turned away faded to the record's time."""
    if not record.interests:
        return NONE
    units = np.stack([from_bytes(one.vector) for one in record.interests])
    units /= np.maximum(np.linalg.norm(units, axis=1, keepdims=True), np.float32(1e-12))
    ages = np.array([record.at - one.at for one in record.interests])
    turned = np.array([one.turned for one in record.interests]) * np.exp2(-ages / record.rates.turned_half_life)
    return Interests(
        units,
        np.array([one.attention for one in record.interests], np.float64),
        _strength(turned, options),
        np.array([one.state == "muted" for one in record.interests], np.bool_),
    )


def turned_away_of(
    record: InterestRecord, ids: Sequence[str], categories: Sequence[tuple[str, ...]], options: InterestOptions
) -> NDArray[np.float64]:
    """How strongly the record speaks against each of n items by its id or its category (n,), 0 to 1."""
    named = {(one.kind, one.name): one.strength for one in record.turned_away}
    found = np.zeros(len(ids))
    if named:
        for row, (item_id, path) in enumerate(zip(ids, categories, strict=True)):
            by_item = named.get(("item", item_id), 0.0)
            found[row] = max(by_item, named.get(("category", JOINED.join(path)), 0.0) if path else 0.0)
    return _strength(found, options)


def _strength(turned: NDArray[np.float64], options: InterestOptions) -> NDArray[np.float64]:
    return strength(turned, options.turned_limit)
