"""Small shops with rules and scored candidates, as hypothesis draws them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.ranking.choosing import Scored
from models.ranking.diversity import Shelf
from schemas.items import ItemVector
from schemas.rules import Boost, Cap, Exclude, Pin, Rule, Window
from schemas.vectors import to_bytes
from tests.models.builders import unit_vectors

PATHS = ((), ("Food",), ("Food", "Alcohol"), ("Food", "Bread"), ("Toys",), ("Toys", "Alcohol"))
BRANDS = ("", "Acme", "Bolt")
TAGS = ((), ("sale",), ("new",), ("new", "sale"))
DIRECTIONS = unit_vectors(6, topics=2)
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TIMES = tuple((MONDAY + timedelta(hours=hours)).timestamp() for hours in (0, 13, 16, 100))
LISTS = 3


@dataclass(frozen=True)
class Shop:
    """Items, by number; rules; and per list its time, candidates with scores, which are fresh, and its key."""

    items: list[ItemVector]
    deleted: list[int]
    rules: list[Rule]
    at: np.ndarray
    scored: Scored

    def catalog(self) -> Catalog:
        catalog = Catalog(capacity=2)
        for one in self.items:
            catalog.put(one)
        for number in self.deleted:
            catalog.delete(f"item-{number}")
        return catalog


def shelf_of(catalog: Catalog) -> Shelf:
    count = len(catalog)
    return Shelf(
        catalog.recommendable(),
        catalog.vectors[:count],
        catalog.has_vector[:count],
        catalog.facets[:count],
    )


@st.composite
def shops(draw: st.DrawFn, ruled: bool = True) -> Shop:
    count = draw(st.integers(1, 14))
    items = [draw(_items(number)) for number in range(count)]
    deleted = draw(st.lists(st.integers(0, count - 1), max_size=2))
    rules = draw(st.lists(_rules(count), max_size=7)) if ruled else []
    at = np.array(draw(st.lists(st.sampled_from(TIMES), min_size=LISTS, max_size=LISTS)))
    return Shop(items, deleted, rules, at, draw(scored_of(count)))


@st.composite
def scored_of(draw: st.DrawFn, count: int) -> Scored:
    """Candidates of so many rows with none between them, some not to be shown, with scores of which some are equal."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    some = np.r_[np.arange(count), np.full(chance.integers(0, 40), -1)]
    rows = np.array([chance.permutation(some) for _ in range(LISTS)], np.int32)
    scores = (chance.integers(-4, 5, rows.shape) / 4).astype(np.float32)
    scores[chance.random(rows.shape) < 0.1] = -np.inf
    keys = chance.integers(0, 2**64, LISTS, np.uint64)
    return Scored(rows, scores, chance.random(rows.shape) < 0.4, keys)


@st.composite
def _items(draw: st.DrawFn, number: int) -> ItemVector:
    direction = draw(st.integers(0, len(DIRECTIONS) + 1))
    return ItemVector(
        item_id=f"item-{number}",
        encoder="e",
        vector=to_bytes(DIRECTIONS[direction]) if direction < len(DIRECTIONS) else None,
        categories=draw(st.sampled_from(PATHS)),
        brand=draw(st.sampled_from(BRANDS)),
        tags=draw(st.sampled_from(TAGS)),
        available=draw(st.integers(0, 7)) > 0,
    )


@st.composite
def _rules(draw: st.DrawFn, count: int) -> Rule:
    one, item = draw(st.integers(0, 9)), f"item-{draw(st.integers(0, count))}"
    when = draw(st.none() | _windows())
    if one < 3:
        return Rule(pin=Pin(item=item, place=draw(st.integers(1, 6))), when=when)
    if one < 5:
        return Rule(exclude=Exclude(**draw(_targets(item))), when=when)
    if one < 7:
        return Rule(boost=Boost(by=draw(st.sampled_from([-1.0, 0.25, 2.0])), **draw(_targets(item))), when=when)
    return Rule(cap=Cap(most=draw(st.integers(1, 3)), **draw(_capped())), when=when)


def _targets(item: str) -> st.SearchStrategy[dict]:
    return st.sampled_from(
        [{"item": item}, {"category": "Alcohol"}, {"category": ("Food", "Alcohol")}, {"brand": "Acme"}, {"tag": "sale"}]
    )


def _capped() -> st.SearchStrategy[dict]:
    return st.sampled_from(
        [
            {"per": "brand"},
            {"per": "category"},
            {"per": "category", "level": 1},
            {"category": "Alcohol"},
            {"category": ("Toys",)},
            {"brand": "Bolt"},
            {"tag": "new"},
        ]
    )


def _windows() -> st.SearchStrategy[Window]:
    return st.sampled_from(
        [
            Window(begin=MONDAY + timedelta(hours=1)),
            Window(until=MONDAY + timedelta(hours=14)),
            Window(days=("mon",)),
            Window(hours="22:00-02:00"),
            Window(days=("mon",), hours="22:00-02:00", zone="Europe/Berlin"),
        ]
    )
