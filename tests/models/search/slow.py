"""The slow twin of a search by interests: one row and one interest at a time, in Python's own numbers."""

from math import exp, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.search.interests import Interests


class Scored(NamedTuple):
    """A row, and the parts of its score."""

    row: int
    text: float
    liked: float
    disliked: float

    @property
    def score(self) -> float:
        """What it is ranked by."""
        return self.text + self.liked - self.disliked


def attend(query: NDArray[np.float32], interests: Interests, temperature: float) -> list[float]:
    """Shares of attention: each interest's own share times e to its cosine over the temperature, that sum to 1."""
    raw = [
        0.0 if muted or share == 0.0 else exp(log(share) + dot(unit, query) / temperature)
        for unit, share, muted in zip(interests.units, interests.shares.tolist(), interests.muted, strict=True)
    ]
    return [one / sum(raw) for one in raw] if sum(raw) else raw


def search(
    query: NDArray[np.float32],
    vectors: NDArray[np.float32],
    interests: Interests,
    weight: float,
    temperature: float,
    capture: float,
    turned_away: list[float],
) -> list[Scored]:
    """All rows that are not muted, best first."""
    attention = attend(query, interests, temperature)
    found = []
    for row, vector in enumerate(vectors):
        liked, against = 0.0, turned_away[row]
        near_muted = False
        for place, unit in enumerate(interests.units):
            cosine = dot(unit, vector)
            liked += attention[place] * cosine
            against = max(against, float(interests.against[place]) * cosine)
            near_muted = near_muted or (bool(interests.muted[place]) and cosine >= capture)
        if not near_muted:
            found.append(Scored(row, dot(query, vector), weight * liked, weight * against))
    return sorted(found, key=lambda one: -one.score)


def dot(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The inner product."""
    return float(sum(float(a) * float(b) for a, b in zip(one, other, strict=True)))
