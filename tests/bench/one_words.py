"""Words of one: a label and keywords as strings, remembered for what was named before."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.terms import term_id, term_names
from models.interests.fragments import Fragments
from models.interests.spelling import KEYWORDS

KEPT_ANSWERS = 1 << 16


class Words(NamedTuple):
    """What an interest is called."""

    label: str
    keywords: tuple[str, ...] = ()


class WordsOfOne:
    """Names interests by a catalog, from the terms that kernels have found."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._names: dict[int, str] = {}
        self._answers: dict[bytes, Words] = {}

    def of(self, terms: NDArray[np.int32], sources: NDArray[np.int32]) -> list[Words]:
        """The words of n interests with terms. Args: terms, sources (n, 12), as best_terms gives them."""
        found = []
        for ids, rows in zip(terms, sources, strict=True):
            key = ids.tobytes()
            if key not in self._answers:
                if len(self._answers) >= KEPT_ANSWERS:
                    self._answers.clear()
                pairs = zip(ids.tolist(), rows.tolist(), strict=True)
                self._answers[key] = words_of([self._name(term, row) for term, row in pairs if term >= 0])
            found.append(self._answers[key])
        return found

    def _name(self, term: int, row: int) -> str:
        if term not in self._names:
            catalog = self._catalog
            for name in term_names(catalog.titles[row], catalog.tags[row], catalog.categories[row]):
                if name is not None:
                    self._names[term_id(name)] = name
        return self._names[term]


def spelled(fragments: Fragments, words: NDArray[np.int64]) -> list[Words]:
    """The words of n interests from their fragments (n, 6)."""
    texts = [[fragments.text(number) for number in one if number >= 0] for one in words.tolist()]
    return [Words(str(label), tuple(map(str, keywords))) for label, *keywords in texts]


def words_of(names: list[str]) -> Words:
    """The first name, and the first KEYWORDS others that share no word with it or with each other."""
    used = set(names[0].split())
    chosen: list[str] = []
    for name in names[1:]:
        if used.isdisjoint(words := name.split()):
            chosen.append(name)
            used.update(words)
    return Words(names[0], tuple(chosen[:KEYWORDS]))
