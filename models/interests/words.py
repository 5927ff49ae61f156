"""Words: a readable label and keywords for each interest, from the items that it is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.nearest import NearestItems
from models.catalog.terms import CATEGORY_PLACES, TERMS, term_id, term_names
from models.compiled import kernel

CANDIDATES: Final = 12
KEYWORDS: Final = 5
_KEPT_ANSWERS = 1 << 16

Vectors = Callable[[NDArray[np.int64]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Words:
    """What an interest is called: a label, and up to five keywords that share no word with it or each other."""

    label: str
    keywords: tuple[str, ...] = ()


class Wording:
    """Names interests by a catalog, and remembers the strings for what it has named before."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._nearest = NearestItems(catalog)
        self._names: dict[int, str] = {}
        self._answers: dict[bytes, Words] = {}

    def of(self, rows: NDArray[np.int32], masses: NDArray[np.floating], vectors: Vectors) -> list[Words]:
        """The words of n interests.

        An interest without a word in its evidence takes those of the catalog item nearest to its vector; in a catalog
        without words it is called by an item's title or id, and by nothing only when the catalog is empty.

        Args: rows (n, e) int32, the catalog rows of each interest's evidence, -1 for none; masses (n, e), how much of
            the interest each made, all taken for equal where none is above 0; vectors: from places among the n to their
            vectors (k, 128), of any length.
        """
        if not len(self._catalog):
            return [Words("")] * len(rows)
        weighted = self._catalog.terms.weighted()
        rows = np.ascontiguousarray(rows, np.int32)
        masses = np.where((masses > 0).any(axis=1, keepdims=True), masses, 1.0).astype(np.float32)
        terms, sources = best_terms(rows, masses, *weighted)
        lacking = np.flatnonzero(terms[:, 0] < 0)
        if len(lacking):
            near = self._nearest.worded(vectors(lacking))[:, None]
            terms[lacking], sources[lacking] = best_terms(near, np.ones(near.shape, np.float32), *weighted)
        words = self._spelled(terms, sources)
        for place in np.flatnonzero(terms[:, 0] < 0):
            words[place] = self._called_by_an_item(rows[place], masses[place], vectors(np.array([place])))
        return words

    def _spelled(self, terms: NDArray[np.int32], sources: NDArray[np.int32]) -> list[Words]:
        keys = terms.view(f"V{terms.shape[1] * terms.itemsize}").ravel().tolist()
        words = list(map(self._answers.get, keys))
        for place, known in enumerate(words):
            if known is None:
                words[place] = self._remembered(keys[place], terms[place].tolist(), sources[place].tolist())
        return words  # type: ignore[return-value]

    def _remembered(self, key: bytes, terms: list[int], sources: list[int]) -> Words:
        if len(self._answers) >= _KEPT_ANSWERS:
            self._answers.clear()
            self._names.clear()
        names = [self._name(term, row) for term, row in zip(terms, sources, strict=True) if term >= 0]
        answer = self._answers[key] = Words(names[0], different(names)) if names else Words("")
        return answer

    def _name(self, term: int, row: int) -> str:
        if term not in self._names:
            catalog = self._catalog
            for name in term_names(catalog.titles[row], catalog.tags[row], catalog.categories[row]):
                if name is not None:
                    self._names[term_id(name)] = name
        return self._names[term]

    def _called_by_an_item(
        self, rows: NDArray[np.int32], masses: NDArray[np.floating], vector: NDArray[np.float32]
    ) -> Words:
        row = int(rows[np.argmax(np.where(rows >= 0, masses, -np.inf))])
        if row < 0:
            row = max(int(self._nearest.of_any_kind(vector)[0]), 0)
        return Words(self._catalog.titles[row] or self._catalog.ids[row])


def different(names: list[str]) -> tuple[str, ...]:
    """The first KEYWORDS of names[1:] that share no word with names[0] or with each other."""
    used = set(names[0].split())
    chosen: list[str] = []
    for name in names[1:]:
        if used.isdisjoint(words := name.split()):
            chosen.append(name)
            used.update(words)
    return tuple(chosen[:KEYWORDS])


@kernel
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

    Args: rows, masses (n, e) as in Wording.of; ids, weights (c, 16) and names (c, 3) as in Weighted.
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
