"""Worth: what every item is to a user by the interest state alone, as the worker ranks but without popularity.

The score of an item is (1 - alpha) times its likeness to the recommendation-ready vector, plus alpha times how much the
user likes its category, less a part of what speaks against it: its likeness to what was turned away, or that it or its
category was, whichever is strongest. What belongs to a muted interest comes last.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.facets import LEAF
from models.evaluation.population import Population
from models.interests.hierarchy import category_scores, category_shares, category_tree
from models.interests.turned import strength
from schemas.rows.user import MUTED

# What a likeness of 1 is worth in units of the ranking's score, in which what is unwanted is told: so many that
# being passed over once does not outweigh all that an item is liked for.
UNITS = 16.0


class Wishes(NamedTuple):
    """What some users (m,) want. ready (m, 128); liked, lost (m, l) by category; units (m, 8, 128).

    against (m, 8): how strongly each interest was turned away, 0 to 1, infinite for a muted one. turned (m, 8) int64:
    rows of items that were, -1 for none; strengths (m, 8), 0 to 1.
    """

    ready: NDArray[np.float32]
    liked: NDArray[np.float32]
    lost: NDArray[np.float32]
    units: NDArray[np.float32]
    against: NDArray[np.float32]
    turned: NDArray[np.int64]
    strengths: NDArray[np.float32]


class Worth:
    """The items of a catalog, with their categories. vectors (n, 128) float32."""

    def __init__(self, catalog: Catalog) -> None:
        count = len(catalog.ids)
        self.vectors = catalog.vectors[:count]
        self._tree = category_tree(path for path in catalog.categories if path)
        nodes = self._tree.nodes_of(catalog.facets[:count, LEAF])
        self._leaves = np.unique(nodes[nodes >= 0])
        self._leaf_of = np.searchsorted(self._leaves, nodes)
        self._leaf_of[nodes < 0] = len(self._leaves)
        self._row_of = {int(value): row for row, value in enumerate(catalog.prints[:count])}

    def wishes(self, population: Population, slots: NDArray[np.int64]) -> Wishes:
        """What these users want, in the context of their latest behavior."""
        attention = population.attention(slots)
        feedback, options = population.arena.feedback[slots], population.options.interests
        against = strength(attention.turned, options.turned_limit)
        against[population.arena.meta["flags"][slots] & MUTED != 0] = np.inf
        ages = np.maximum(population.arena.head["at"][slots] - feedback["turned_at"], 0.0)
        faded = feedback["turned_mass"] * np.exp2(-ages / options.turned_half_life)[:, None]
        strengths = strength(faded, options.turned_limit).astype(np.float32)
        turned = [[self._row_of.get(value, -1) for value in prints] for prints in feedback["turned"].tolist()]
        return Wishes(
            attention.ready,
            self._liked(population, slots),
            self._lost(feedback["turned"], strengths),
            attention.units,
            against.astype(np.float32),
            np.array(turned, np.int64),
            strengths,
        )

    def scores(self, wishes: Wishes, population: Population) -> NDArray[np.float32]:
        """How much each user wants each item (m, n) float32."""
        options = population.options
        scores = wishes.ready @ self.vectors.T
        if len(self._leaves) and options.interests.alpha:
            scores *= 1.0 - options.interests.alpha
            scores += np.float32(options.interests.alpha) * wishes.liked[:, self._leaf_of]
        capture = population.options.laws_in(population.catalog).rules.capture
        for user in np.flatnonzero(wishes.against.any(1) | wishes.strengths.any(1)):
            scores[user] -= options.ranking.unwanted / UNITS * self._speaks_against(wishes, int(user), capture)
        return scores

    def _speaks_against(self, wishes: Wishes, user: int, capture: float) -> NDArray[np.float32]:
        worst = wishes.lost[user, self._leaf_of]
        items = wishes.turned[user] >= 0
        np.maximum.at(worst, wishes.turned[user, items], wishes.strengths[user, items])
        for slot in np.flatnonzero(wishes.against[user]):
            like = self.vectors @ wishes.units[user, slot]
            strength = wishes.against[user, slot]
            muted = np.where(like >= capture, np.float32(np.inf), np.float32(0.0))
            worst = np.maximum(worst, muted if np.isinf(strength) else strength * like)
        return worst

    def _liked(self, population: Population, slots: NDArray[np.int64]) -> NDArray[np.float32]:
        """How much users like each leaf category (m, l + 1), 0 for items without one."""
        head = population.arena.head[slots]
        shares = category_shares(self._tree, self._tree.nodes_of(head["categories"]), head["category_mass"])
        liked = np.zeros((len(slots), len(self._leaves) + 1), np.float32)
        liked[:, :-1] = category_scores(self._tree, shares)[:, self._leaves]
        return liked

    def _lost(self, turned: NDArray[np.uint32], strengths: NDArray[np.float32]) -> NDArray[np.float32]:
        """How strongly each leaf category was turned away (m, l + 1), 0 for items without one."""
        nodes = self._tree.nodes_of(turned)
        users, places = np.nonzero(nodes >= 0)
        lost = np.zeros((len(turned), len(self._tree.paths)), np.float32)
        lost[users, nodes[users, places]] = strengths[users, places]
        return np.hstack([lost[:, self._leaves], np.zeros((len(turned), 1), np.float32)])
