"""Terms: the words and phrases of each item as numbers, with how rare they are in the catalog."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from models.catalog.function_words import FUNCTION_WORDS

TERMS: Final = 16
CATEGORY_PLACES: Final = 3
BUCKETS: Final = 1 << 20
RARE: Final = 8  # items
PHRASE_WEIGHT: Final = 1.05  # a phrase is in no more items than its words, and at a tie reads better
NAME_WEIGHT: Final = 8.0
DEPTH: Final = 0.25
FINER_WEIGHTS: Final = (1.02, 1.01, 1.0)
STALE: Final = 64
PENDING: Final = 1024
LONGEST: Final = 40
_TAGS_FIRST = 4
_words = re.compile(r"\w+(?:[-'’]\w+)*").findall
_letter = re.compile(r"[^\W\d_]").search


def term_names(title: str, tags: tuple[str, ...], categories: tuple[str, ...]) -> list[str | None]:
    """An item's terms, lower case, at most TERMS of them and none twice; None marks an empty place.

    The first CATEGORY_PLACES are for its categories, the leaf first. Then come some tags as phrases, the title's words
    each after the pair it makes with the one before, and the remaining tags. Numbers, single letters, function words
    and what is over LONGEST characters are no terms, and no pair goes across one.
    """
    path = dict.fromkeys(filter(None, map(_phrase, categories[: -CATEGORY_PLACES - 1 : -1])))
    names: list[str | None] = [*path, *[None] * (CATEGORY_PLACES - len(path))]
    others = dict.fromkeys(path)
    for name in _candidates(title, tags):
        others[name] = None
        if len(names) + len(others) - len(path) == TERMS:
            break
    return names + list(others)[len(path) :]


@lru_cache(maxsize=1 << 16)
def term_id(name: str) -> int:
    """The term's 31 bits, the lowest of which says whether it has more than one word."""
    return xxh3_64_intdigest(name.encode()) & 0x7FFFFFFE | (" " in name)


class Weighted(NamedTuple):
    """The terms of each row: ids (c, 16) int32, -1 for none; weights (c, 16), names (c, 3) float32, 0 for none."""

    ids: NDArray[np.int32]
    weights: NDArray[np.float32]
    names: NDArray[np.float32]


class Terms:
    """The catalog's terms by row.

    frequency (2**20,) int32: in how many items a term is, counted by the id's low 20 bits, so that any number of terms
    fits and a rare one may at worst seem less rare. Only the thread that writes the catalog may call anything here.
    """

    def __init__(self, capacity: int) -> None:
        self.frequency = np.zeros(BUCKETS, np.int32)
        self._make_room(capacity)
        self._rows = 0
        self._pending: dict[int, list[int]] = {}
        self._unweighed: list[NDArray[np.int64]] = []
        self._since_whole = 0

    def put(self, row: int, title: str, tags: tuple[str, ...], categories: tuple[str, ...]) -> None:
        """Sets or replaces the terms of a row, for which there is room."""
        self._pending[row] = [-1 if name is None else term_id(name) for name in term_names(title, tags, categories)]
        if len(self._pending) == PENDING:
            self._settle()

    def grow(self, capacity: int) -> None:
        """Makes room for more rows; readers of the old arrays are not disturbed."""
        old = self._ids, self._weights, self._names, self._worded
        self._make_room(capacity)
        for grown, kept in zip((self._ids, self._weights, self._names, self._worded), old, strict=True):
            grown[: len(kept)] = kept

    def weighted(self) -> Weighted:
        """The terms of each row, what each says as a keyword, and what each category says as a name.

        A weight is ln(1 + items / frequency): the more items share a term the less it says. That of a word or phrase is
        times frequency / (frequency + RARE), since what hardly any item has names that item and no kind of it. As a
        name, a category weighs NAME_WEIGHT * ln(items / frequency) ** DEPTH: more than words, since the shop itself
        gave it, little more the rarer it is, and nothing when all items are in it. Rows that changed are weighed at
        once; all of them when one in STALE has changed, so that no weight is far behind the catalog.
        Source: the class-based TF-IDF of Grootendorst 2022, with items for its average number of words per class,
        since no worker sees all classes.
        """
        if self._pending:
            self._settle()
        if self._unweighed:
            changed = np.concatenate(self._unweighed)
            self._unweighed.clear()
            self._since_whole += len(changed)
            whole = self._since_whole * STALE >= self._rows
            self._weigh(np.arange(self._rows) if whole else changed)
            self._since_whole = 0 if whole else self._since_whole
        return Weighted(self._ids, self._weights, self._names)

    def worded(self) -> NDArray[np.bool_]:
        """Which rows (c,) have a term at all."""
        if self._pending:
            self._settle()
        return self._worded

    def _make_room(self, capacity: int) -> None:
        self._ids = np.full((capacity, TERMS), -1, np.int32)
        self._weights = np.zeros((capacity, TERMS), np.float32)
        self._names = np.zeros((capacity, CATEGORY_PLACES), np.float32)
        self._worded = np.zeros(capacity, np.bool_)

    def _settle(self) -> None:
        rows = np.array(list(self._pending), np.int64)
        lines = np.array([ids + [-1] * (TERMS - len(ids)) for ids in self._pending.values()], np.int32)
        self._pending.clear()
        _count(self.frequency, self._ids[rows], -1)
        _count(self.frequency, lines, 1)
        self._ids[rows] = lines
        self._worded[rows] = (lines >= 0).any(axis=1)
        self._rows = max(self._rows, int(rows.max()) + 1)
        self._unweighed.append(rows)

    def _weigh(self, rows: NDArray[np.int64]) -> None:
        ids = self._ids[rows]
        frequency = np.maximum(self.frequency[ids & (BUCKETS - 1)], 1).astype(np.float32)
        rarity = np.float32(self._rows) / frequency
        smooth = frequency / (frequency + np.float32(RARE))
        smooth *= np.where(ids & 1, np.float32(PHRASE_WEIGHT), np.float32(1.0))
        smooth[:, :CATEGORY_PLACES] = FINER_WEIGHTS
        self._weights[rows] = np.where(ids < 0, np.float32(0.0), np.log1p(rarity) * smooth)
        names = NAME_WEIGHT * np.log(np.maximum(rarity[:, :CATEGORY_PLACES], 1.0)) ** DEPTH * np.array(FINER_WEIGHTS)
        self._names[rows] = np.where(ids[:, :CATEGORY_PLACES] < 0, 0.0, names)


def _candidates(title: str, tags: tuple[str, ...]) -> Iterator[str]:
    yield from filter(None, map(_phrase, tags[:_TAGS_FIRST]))
    yield from _words_and_pairs(title)
    yield from filter(None, map(_phrase, tags[_TAGS_FIRST:]))


@lru_cache(maxsize=4096)
def _phrase(text: str) -> str | None:
    phrase = " ".join(_lower(text).split())
    return phrase if 1 < len(phrase) <= LONGEST and _letter(phrase) else None


def _words_and_pairs(title: str) -> Iterator[str]:
    before = ""
    for word in _words(_lower(title[: TERMS * LONGEST])):
        if not 1 < len(word) <= LONGEST or word in FUNCTION_WORDS or not _letter(word):
            before = ""
            continue
        if before and before != word:
            yield f"{before} {word}"
        yield word
        before = word


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()


def _count(frequency: NDArray[np.int32], ids: NDArray[np.int32], change: int) -> None:
    np.add.at(frequency, ids[ids >= 0] & (BUCKETS - 1), change)
