"""Words: a readable label and keywords for each interest, from the items that it is made of."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.nearest import NearestItems
from models.catalog.terms import CATEGORY_PLACES, TERMS
from models.compiled import kernel, making_kernel
from models.interests.fragments import Fragments
from models.interests.spelling import Spelling

CANDIDATES: Final = 12

Vectors = Callable[[NDArray[np.int64]], NDArray[np.float32]]


class Wording:
    """Names interests by a catalog, in fragments that records share."""

    def __init__(self, catalog: Catalog, fragments: Fragments) -> None:
        self._catalog = catalog
        self._nearest = NearestItems(catalog)
        self._fragments = fragments
        self._spelling = Spelling(catalog, fragments)

    def of(self, rows: NDArray[np.int32], masses: NDArray[np.floating], vectors: Vectors) -> NDArray[np.int64]:
        """The fragments of the words of n interests (n, 6): of a label, and of up to five keywords, -1 where fewer.

        The keywords share no word with the label or each other. An interest without a word in its evidence takes those
        of the catalog item nearest to its vector; in a catalog without words it is called by an item's title or id, and
        by nothing only when the catalog is empty.

        Args: rows (n, e) int32, the catalog rows of each interest's evidence, -1 for none; masses (n, e), how much of
            the interest each made, all taken for equal where none is above 0; vectors: from places among the n to their
            vectors (k, 128), of any length.
        """
        if not len(self._catalog):
            return self._spelling.of_texts([""] * len(rows))
        weighted = self._catalog.terms.weighted()
        rows, masses = np.ascontiguousarray(rows, np.int32), masses.astype(np.float32)
        masses[~(masses > 0.0).any(axis=1)] = 1.0
        terms, sources = best_terms(rows, masses, *weighted)
        lacking = np.flatnonzero(terms[:, 0] < 0)
        if len(lacking):
            near = self._nearest.worded(vectors(lacking))[:, None]
            terms[lacking], sources[lacking] = best_terms(near, np.ones(near.shape, np.float32), *weighted)
        words = self._spelling.of_terms(terms, sources)
        nameless = np.flatnonzero(words[:, 0] < 0)
        if len(nameless):
            near_by = [self._item_of(rows[place], masses[place], vectors(np.array([place]))) for place in nameless]
            titles, ids = self._catalog.titles, self._catalog.ids
            words[nameless] = self._spelling.of_texts([titles[row] or ids[row] for row in near_by])
        return words

    def _item_of(self, rows: NDArray[np.int32], masses: NDArray[np.float32], vector: NDArray[np.float32]) -> int:
        """The item that an interest is called by which has no words: the heaviest, else the nearest."""
        row = int(rows[np.argmax(np.where(rows >= 0, masses, -np.inf))])
        return row if row >= 0 else max(int(self._nearest.of_any_kind(vector)[0]), 0)


@making_kernel
def best_terms(
    rows: NDArray[np.int32],
    masses: NDArray[np.float32],
    ids: NDArray[np.int32],
    weights: NDArray[np.float32],
    names: NDArray[np.float32],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The label and then the best other terms (n, 12) int32 of each interest, -1 where fewer, and a row with each.

    A term's score is the sum of mass times weight over the interest's items. The label is the term of the greatest
    score, or of the greatest sum of mass times its weight as a name. Scores are compared as float32, equal ones by id.

    Args: rows, masses (n, e) as in Wording.of, float32; ids, weights (c, 16) and names (c, 3) as in Weighted.
    """
    count, items = rows.shape
    chosen = np.full((2, count, CANDIDATES), -1, np.int32)
    found = np.empty((2, TERMS * items), np.int32)
    scores = np.empty((2, TERMS * items), np.float64)
    keys = np.empty(TERMS * items, np.int64)
    for i in range(count):
        number = 0
        for e in range(items):
            row, mass = rows[i, e], np.float64(masses[i, e])
            if row < 0 or not mass > 0.0:
                continue
            for j in range(TERMS):
                term, weight = ids[row, j], np.float64(weights[row, j])
                if term < 0:
                    continue
                k = number
                for other in range(number):
                    k = other if found[0, other] == term else k
                if k == number:
                    number += 1
                    found[0, k], found[1, k], scores[0, k], scores[1, k] = term, row, 0.0, 0.0
                scores[0, k] += mass * weight
                if j < CATEGORY_PLACES:
                    scores[1, k] += mass * names[row, j]
        _choose(found, scores, number, keys, chosen, i)
    return chosen[0], chosen[1]


@kernel
def _choose(
    found: NDArray[np.int32],
    scores: NDArray[np.float64],
    number: int,
    keys: NDArray[np.int64],
    chosen: NDArray[np.int32],
    i: int,
) -> None:
    """Fills chosen (2, n, 12) at [:, i] from the first `number` of found (2, k): the label, then the rest by score."""
    label, best = -1, np.int64(-1)
    for k in range(number):
        keys[k] = _key(scores[0, k], found[0, k])
        key = _key(max(scores[0, k], scores[1, k]), found[0, k])
        if key > best:
            label, best = k, key
    if label < 0:
        return
    keys[label] = np.iinfo(np.int64).max
    for k in range(number):
        place = 0
        for other in range(number):
            place += keys[other] > keys[k]
        if place < CANDIDATES:
            chosen[0, i, place], chosen[1, i, place] = found[0, k], found[1, k]


@kernel
def _key(score: float, term: int) -> np.int64:
    """A number that orders by score, a float32 of at least 0, and then by term, the smaller first."""
    return (np.int64(np.float32(score).view(np.int32)) << 32) | (0x7FFFFFFF - np.int64(term))
