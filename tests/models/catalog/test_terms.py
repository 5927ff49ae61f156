"""Terms: which words an item has, and how much each weighs."""

from collections import Counter
from math import log, log1p

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.catalog.terms import (
    CATEGORY_PLACES,
    DEPTH,
    FINER_WEIGHTS,
    NAME_WEIGHT,
    PHRASE_WEIGHT,
    RARE,
    TERMS,
    term_id,
    term_names,
)
from schemas.items import ItemVector

WORDS = st.sampled_from(["red", "mug", "of", "tea", "7", "größe", "x", "pot"])
TITLES = st.lists(WORDS, max_size=6).map(" ".join)
PATHS = st.lists(WORDS, max_size=4).map(tuple)


def words_of(title: str) -> list[str]:
    assert term_names(title, (), ())[:CATEGORY_PLACES] == [None] * CATEGORY_PLACES
    return term_names(title, (), ())[CATEGORY_PLACES:]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("", []),
        ("Blue Mug", ["blue", "blue mug", "mug"]),
        ("Cake Tin, 3 sizes", ["cake", "cake tin", "tin", "sizes"]),
        ("Set of 6 T-lights", ["set", "t-lights"]),
        ("Die Größe der Tasse", ["größe", "tasse"]),
        ("L'été à l’ombre", ["l'été", "l’ombre"]),
        ("mp3 mp3 player", ["mp3", "mp3 player", "player"]),
        ("ｆｕｌｌ ﬁre", ["full", "full fire", "fire"]),
        ("Чайник синий", ["чайник", "чайник синий", "синий"]),
        ("a 1 22 ---", []),
        ("x" * 41 + " tea", ["tea"]),
    ],
)
def test_a_title_gives_its_words_and_the_pairs_of_neighbors(title: str, words: list[str]):
    assert sorted(words_of(title)) == sorted(words)


def test_categories_come_first_from_the_leaf_up_then_tags_as_they_are():
    names = term_names("mug", ("Gift  idea", "9", "Blue"), ("Shop", "Home", "Kitchen", "Mugs & Cups"))
    assert names == ["mugs & cups", "kitchen", "home", "gift idea", "blue", "mug"]
    assert term_names("", (), ("Home", "home", "4"))[:CATEGORY_PLACES] == ["home", None, None]


def test_an_item_has_a_bounded_number_of_terms_and_its_categories_are_among_them():
    long = " ".join(f"word{n}" for n in range(100))
    names = term_names(long, tuple(f"tag {n}" for n in range(50)), ("Home", "Mugs"))
    assert len(names) == TERMS
    assert names[:3] == ["mugs", "home", None]
    assert {"tag 0", "word0", "word1"} <= set(names)


@given(TITLES, st.lists(TITLES, max_size=3).map(tuple), PATHS)
def test_no_term_comes_twice(title: str, tags: tuple[str, ...], path: tuple[str, ...]):
    names = [name for name in term_names(title, tags, path) if name is not None]
    assert len(set(names)) == len(names) <= TERMS


def test_a_term_has_the_same_id_in_every_process_and_a_phrase_is_told_by_it():
    assert [term_id(name) for name in ("mug", "blue mug")] == [1_031_322_574, 774_664_985]
    assert [term_id(name) & 1 for name in ("mug", "blue mug", "t-lights")] == [0, 1, 0]


def slow_weights(items: dict[str, ItemVector]) -> list[tuple[list[float], list[float]]]:
    """By the formula, item for item: each term's weight, and that of each category as a name."""
    named = [term_names(item.title, item.tags, item.categories) for item in items.values()]
    frequency = Counter(name for names in named for name in names)

    def weight(name: str | None, place: int) -> float:
        if name is None:
            return 0.0
        df = frequency[name]
        if place < CATEGORY_PLACES:
            return log1p(len(items) / df) * FINER_WEIGHTS[place]
        return log1p(len(items) / df) * df / (df + RARE) * (PHRASE_WEIGHT if " " in name else 1.0)

    def name_weight(name: str | None, place: int) -> float:
        rarity = len(items) / frequency[name]
        return 0.0 if name is None else NAME_WEIGHT * log(rarity) ** DEPTH * FINER_WEIGHTS[place]

    return [
        (
            [weight(name, place) for place, name in enumerate(names)],
            [name_weight(name, place) for place, name in enumerate(names[:CATEGORY_PLACES])],
        )
        for names in named
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), TITLES, PATHS, st.booleans()), min_size=1, max_size=30))
def test_weights_are_those_of_the_items_as_they_are_now(puts: list[tuple[int, str, tuple[str, ...], bool]]):
    catalog = Catalog(capacity=1)
    items: dict[str, ItemVector] = {}
    for number, title, path, look in puts:
        item = ItemVector(item_id=f"item-{number}", encoder="e", title=title, categories=path)
        catalog.put(item)
        items[item.item_id] = item
        if look:
            catalog.terms.weighted()
    found = catalog.terms.weighted()
    for row, (item, (weights, names)) in enumerate(zip(items.values(), slow_weights(items), strict=True)):
        terms = term_names(item.title, item.tags, item.categories)
        rest = [0] * (TERMS - len(terms))
        assert found.ids[row].tolist() == [-1 if name is None else term_id(name) for name in terms] + [-1 for _ in rest]
        np.testing.assert_allclose(found.weights[row], weights + rest, rtol=1e-5)
        np.testing.assert_allclose(found.names[row], names, rtol=1e-5)
        assert catalog.terms.worded()[row] == any(terms)


def test_a_large_catalog_weighs_new_items_at_once_and_no_weight_is_far_behind():
    catalog, items = Catalog(), {}
    colors = ("red", "blue", "green", "white", "black")
    for number in range(3_000):
        item = ItemVector(
            item_id=f"item-{number}", encoder="e", title=f"thing{number % 30}", categories=(colors[number % 5],)
        )
        items[item.item_id] = item
        catalog.put(item)
        if number % 7 == 0 or number == 2_999:
            found = catalog.terms.weighted()
    for row, (weights, names) in enumerate(slow_weights(items)):
        np.testing.assert_allclose(found.weights[row, : len(weights)], weights, rtol=0.02)
        np.testing.assert_allclose(found.names[row], names, rtol=0.02)
