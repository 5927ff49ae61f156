"""Spelling: how terms are written in records, and which of them make a label and keywords."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.prints import PrintIndex
from models.catalog.terms import term_id, term_names
from models.compiled import kernel, making_kernel
from models.interests.finding import Finder, finder_of, row_of
from models.interests.fragments import Fragments

KEYWORDS: Final = 5
UNKNOWN: Final = -2
_ROOM = 256


class Spelling:
    """The names of the terms that were met: each has a number, a fragment and its words by number."""

    def __init__(self, catalog: Catalog, fragments: Fragments) -> None:
        self._catalog = catalog
        self._fragments = fragments
        self._forget()

    def of_terms(self, terms: NDArray[np.int32], sources: NDArray[np.int32]) -> NDArray[np.int64]:
        """Fragments (n, 6) of the first term and of up to five others that share no word with it or each other.

        Args: terms (n, k), -1 where fewer; sources (n, k): for each an item of the catalog that has it.
        """
        if self._cleared != self._fragments.cleared:
            self._forget()
        chosen = np.empty((len(terms), 1 + KEYWORDS), np.int64)
        if self._spelled(terms, chosen):
            unknown = chosen[:, 0] == UNKNOWN
            for row in np.unique(sources[unknown][terms[unknown] >= 0]).tolist():
                self._learn(row)
            self._spelled(terms, chosen)
        return chosen

    def of_texts(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Fragments (n, 6) of labels that are no terms."""
        chosen = np.full((len(texts), 1 + KEYWORDS), -1, np.int64)
        chosen[:, 0] = [self._fragments[text] for text in texts]
        return chosen

    def _spelled(self, terms: NDArray[np.int32], chosen: NDArray[np.int64]) -> int:
        finder = finder_of(self._index, len(self._places))
        return _choose_each(terms, finder, self._numbers, self._starts, self._words, chosen)

    def _forget(self) -> None:
        self._cleared = self._fragments.cleared
        self._places: dict[int, int] = {}
        self._word_numbers: dict[str, int] = {}
        self._index = PrintIndex(_ROOM)
        self._numbers = np.zeros(_ROOM, np.int64)
        self._starts = np.zeros(_ROOM + 1, np.int64)
        self._words = np.zeros(_ROOM, np.int64)

    def _learn(self, row: int) -> None:
        catalog = self._catalog
        for name in term_names(catalog.titles[row], catalog.tags[row], catalog.categories[row]):
            if name is not None and (term := term_id(name)) not in self._places:
                self._enter(term, name)

    def _enter(self, term: int, name: str) -> None:
        numbers = self._word_numbers
        words = [numbers.setdefault(word, len(numbers)) for word in dict.fromkeys(name.split())]
        place = self._places[term] = len(self._places)
        start = int(self._starts[place])
        end = start + len(words)
        if place == len(self._numbers):
            self._index.grow(2 * place)
            self._numbers, self._starts = np.resize(self._numbers, 2 * place), np.resize(self._starts, 2 * place + 1)
        if end > len(self._words):
            self._words = np.resize(self._words, 2 * end)
        self._index.add(place, term + 1)
        self._numbers[place], self._starts[place + 1] = self._fragments[name], end
        self._words[start:end] = words


@making_kernel
def _choose_each(
    terms: NDArray[np.int32],
    finder: Finder,
    numbers: NDArray[np.int64],
    starts: NDArray[np.int64],
    words: NDArray[np.int64],
    chosen: NDArray[np.int64],
) -> int:
    """Fills chosen (n, 6), its first column with UNKNOWN where a term is not known yet; how many those are."""
    prints, table, known = finder
    used = np.empty(words.shape[0], np.int64)
    unknown = 0
    for i in range(terms.shape[0]):
        chosen[i] = -1
        count = held = 0
        for k in range(terms.shape[1]):
            if terms[i, k] < 0 or count > KEYWORDS:
                break
            place = row_of(terms[i, k] + 1, prints, table, known)
            if place < 0:
                chosen[i, 0] = UNKNOWN
                unknown += 1
                break
            first, last = starts[place], starts[place + 1]
            if _disjoint(words[first:last], used[:held]):
                used[held : held + last - first] = words[first:last]
                held += last - first
                chosen[i, count] = numbers[place]
                count += 1
    return unknown


@kernel
def _disjoint(words: NDArray[np.int64], used: NDArray[np.int64]) -> bool:
    for word in words:
        for other in used:
            if word == other:
                return False
    return True
