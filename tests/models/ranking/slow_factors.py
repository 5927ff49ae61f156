"""The slow twin of factors: vectors and biases by item in float64, and one step of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.catalog.catalog import Catalog
from models.factors.tables import ItemFactors
from schemas.rows.factors import GRADIENT, read_factors


@dataclass
class Known:
    """What was learned of an item."""

    vector: np.ndarray
    bias: float = 0.0
    bias_square: float = 0.1
    square: float = 0.1


@dataclass
class Items:
    """By print."""

    known: dict[int, Known] = field(default_factory=dict)

    def vector(self, item: int) -> np.ndarray:
        """The item's factors, nothing while it has none."""
        return self.known[item].vector if item in self.known else np.zeros(16)

    def begun(self, item: int) -> Known:
        """What is known of the item, which may be where it begins."""
        return self.known.setdefault(item, Known(first_vector(item)))

    def leaning(self, recents: Sequence[tuple[int, float]]) -> np.ndarray:
        """What these items are together, each by its attention."""
        return sum((share * self.vector(item) for item, share in recents), np.zeros(16))

    def said(self, recents: Sequence[tuple[int, float]], item: int) -> tuple[float, float]:
        """What adds to an item's score: what it has in common with the recent ones, and its bias."""
        bias = self.known[item].bias if item in self.known else 0.0
        return float(self.vector(item) @ self.leaning(recents)), bias


def items_of(catalog: Catalog) -> Items:
    """What the catalog holds."""
    return items_in(catalog.factors[catalog.factors["version"] > 0])


def items_in(rows: np.ndarray) -> Items:
    """What these rows hold."""
    found = Items()
    for row in rows:
        numbers = (float(row[name]) for name in ("bias", "bias_square", "square"))
        found.known[int(row["print"])] = Known(row["vector"].astype(np.float64) / 8192.0, *numbers)
    return found


def step(items: Items, recents: Sequence[tuple[int, float]], slopes: Mapping[int, float], rate: float) -> None:
    """Adagrad, by row, up the likelihood whose slope along each item's score is given.

    Items without a slope stay as they are, and so do recent ones that have factors, if nothing pulls them.
    """
    leaning = items.leaning(recents)
    pull = sum((slope * items.vector(item) for item, slope in slopes.items()), np.zeros(16))
    for item, slope in slopes.items():
        one = items.begun(item)
        one.bias_square += slope**2
        one.bias += rate * slope / one.bias_square**0.5
        move(one, slope * leaning, rate)
    for item, share in recents[:4]:
        move(items.begun(item), share * pull, rate)


def move(one: Known, gradient: np.ndarray, rate: float) -> None:
    """One step of a vector."""
    one.square += float(np.mean(gradient**2))
    one.vector += rate * gradient / one.square**0.5


def first_vector(item: int) -> np.ndarray:
    """What an item's vector begins with."""
    items, row = ItemFactors(), np.zeros(1, GRADIENT)
    row["print"] = item
    items.apply(row, 0.0)
    return items_in(read_factors([row for _, row in items.take()])).known[item].vector
