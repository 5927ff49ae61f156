"""Ruled lists: what the interests agent publishes obeys the rules in force, and then those that replace them."""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from models.catalog.catalog import Catalog
from schemas.recommendations import decode_recommendations
from streams.agents.interests import InterestsProcessor
from streams.agents.rules import RulesFile
from streams.metrics import WorkerMetrics
from streams.state.store import LocalStore
from tests.models.builders import item, unit_vectors
from tests.streams.agents.processors import MUG, OPTIONS, TOPICS, commit, view

LONG_AGO = 1_700_000_000_000
OPENING = datetime(2026, 11, 23, 9, tzinfo=UTC).timestamp()
NAMES = [f"item-{number}" for number in range(12)]
BRANDS = ("Acme", "Bolt", "Cask")
VECTORS = unit_vectors(len(NAMES))
PINNED = "rules: [{pin: {item: item-1, place: 1}}]"
EXCLUDED = "rules: [{exclude: {brand: Acme}}]"
CAPPED = "rules: [{cap: {per: brand, most: 2}}]"
BOOSTED = "rules: [{boost: {item: item-9, by: 1000}}]"
FOR_AN_HOUR = """
rules:
  - exclude: {brand: Acme}
    when: {from: 2026-11-23T09:00:00Z, until: 2026-11-23T10:00:00Z}
"""
WRONG = "rules: [{exclude: {brand: Acme}}, {pin: {item: item-7}}]"


class Counter:
    """What a worker has of a partition: its processor, the rules file and the metrics. No rules at first."""

    def __init__(self, folder: Path) -> None:
        self.now, self.metrics, self.catalog = OPENING, WorkerMetrics(), Catalog()
        self._file, self._stamps, self._acts = folder / "rules.yml", count(10**9), count()
        self._write("rules: []")
        refused = self.metrics.rules_refused.inc
        self._rules = RulesFile(self._file, OPTIONS.step.ranking.length, refused, lambda: self.now)
        self.catalog.put(MUG)
        for number, name in enumerate(NAMES):
            self.stock(name, BRANDS[number % 3])
        self.store = LocalStore(folder / "users")
        self._processor = InterestsProcessor(OPTIONS, self.catalog, 0, self.metrics, self._rules)
        self._processor.load(self.store, None)

    def stock(self, name: str, brand: str) -> None:
        """An item arrives, and the rules are told, as a worker does."""
        self.catalog.put(item(name, VECTORS[NAMES.index(name)], brand=brand))
        self._rules.forget([name])

    def brand(self, name: str) -> str:
        """The brand of an item of NAMES."""
        return BRANDS[NAMES.index(name) % 3]

    def change_rules(self, text: str) -> None:
        """Replaces the file, and lets the time pass in which a settled one is read."""
        self._write(text)
        for _ in range(3):
            self._rules.refresh()
            assert self._rules.advance(self.catalog)

    def _write(self, text: str) -> None:
        self._file.write_text(text)
        stamp = next(self._stamps)
        os.utime(self._file, (stamp, stamp))

    def lists(self, *users: str, at: int = LONG_AGO) -> list[list[str]]:
        """The items published to users who look at the mug; at: event time, epoch milliseconds."""
        for user in users:
            view(self._processor, user, f"act {next(self._acts)}", at)
        outputs = commit(self._processor, self.store).outputs
        (output,) = [one for one in outputs if one.topic == TOPICS.recommendations]
        records = [decode_recommendations(value or b"") for _, value in output.records]
        return [[place.item_id for place in record.items] for record in records]

    def refused(self) -> float | None:
        """How many changes were refused, as the metrics say."""
        return self.metrics.registry.get_sample_value("penchant_rules_refused_total")


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path)
    with closing(made.store):
        yield made


def test_every_list_obeys_the_rules_in_force_and_the_next_ones_those_that_replace_them(counter: Counter) -> None:
    users = [f"user-{number}" for number in range(20)]
    plain = counter.lists(*users)
    assert all(len(listed) == 10 and listed[0] not in ("item-1", "item-9") for listed in plain)
    counter.change_rules(PINNED)
    assert {listed[0] for listed in counter.lists(*users)} == {"item-1"}
    counter.change_rules(EXCLUDED)
    excluded = counter.lists(*users)
    assert all({counter.brand(name) for name in listed} == {"Bolt", "Cask"} for listed in excluded)
    counter.change_rules(CAPPED)
    for listed in counter.lists(*users):
        brands = [counter.brand(name) for name in listed]
        assert sorted(brands) == sorted([*BRANDS, *BRANDS])
    counter.change_rules(BOOSTED)
    assert {listed[0] for listed in counter.lists(*users)} == {"item-9"}
    counter.change_rules("rules: []")
    assert all({counter.brand(name) for name in listed} == set(BRANDS) for listed in counter.lists(*users))


def test_a_window_is_of_the_moment_of_publication_however_old_the_behavior(counter: Counter) -> None:
    counter.change_rules(FOR_AN_HOUR)
    early, late = (round((OPENING + seconds) * 1e3) for seconds in (-86_400.0, 60.0))
    for now, shown in ((-1.0, True), (0.0, False), (3_599.0, False), (3_600.0, True)):
        counter.now = OPENING + now
        for user, at in (("ann", early), ("bob", late)):
            (listed,) = counter.lists(user, at=at)
            assert any(counter.brand(name) == "Acme" for name in listed) == shown


def test_an_item_that_comes_to_an_excluded_brand_is_on_no_list_from_then_on(counter: Counter) -> None:
    counter.change_rules("rules: [{exclude: {brand: Zero}}, {pin: {item: item-4, place: 2}}]")
    assert counter.lists("ann")[0][1] == "item-4"
    counter.stock("item-4", "Zero")
    assert "item-4" not in counter.lists("ann")[0]
    counter.stock("item-4", "Acme")
    assert counter.lists("ann")[0][1] == "item-4"


def test_a_pinned_item_that_is_not_there_yet_stands_at_its_place_once_it_comes(counter: Counter) -> None:
    counter.catalog.delete("item-1")
    counter.change_rules(PINNED)
    assert "item-1" not in counter.lists("ann")[0]
    counter.stock("item-1", "Bolt")
    assert counter.lists("ann")[0][0] == "item-1"


def test_rules_that_are_refused_change_no_list_and_are_counted(counter: Counter) -> None:
    counter.change_rules(PINNED)
    assert counter.refused() == 0.0
    counter.change_rules(WRONG)
    assert counter.lists("ann")[0][0] == "item-1"
    assert any(counter.brand(name) == "Acme" for name in counter.lists("ann")[0])
    assert counter.refused() == 1.0
    counter.change_rules(EXCLUDED)
    assert all(counter.brand(name) != "Acme" for name in counter.lists("ann")[0])
    assert counter.refused() == 1.0
