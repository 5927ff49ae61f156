"""The rules file: what is in force at the start, after a change, and after a change that does not fit."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from models.catalog.catalog import Catalog
from schemas.rules import Rule
from streams.agents.rules import RulesFile, RulesProblem
from streams.apps.operators import explanation
from tests.models.builders import item

GOOD = "rules: [{exclude: {tag: a}}]"
OTHER = "rules: [{exclude: {tag: b}}, {pin: {item: x, place: 3}}]"
BAD = "rules: [{exclude: {tag: a}, name: Sale}, {pin: {item: x}}]"


class Shop:
    """A rules file and how often it was refused."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.refused = 0
        self._stamps: Iterator[int] = count(10**9)
        self.write(GOOD)
        self.catalog = Catalog()
        self.file = RulesFile(path, 10, self._refuse)

    def write(self, text: str) -> None:
        """Replaces the file; every version has a time of its own, however coarse the disk's clock is."""
        self.path.write_text(text)
        stamp = next(self._stamps)
        os.utime(self.path, (stamp, stamp))

    def refresh(self) -> bool:
        """Reads a change and puts it into force."""
        changed = self.file.refresh()
        assert self.file.advance(self.catalog)
        return changed

    def _refuse(self) -> None:
        self.refused += 1

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.file.table.rules


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "rules.yaml")


def test_without_a_file_there_are_no_rules() -> None:
    file = RulesFile(None, 10, lambda: None)
    assert file.table.rules == () and not file.refresh()


def test_a_change_is_in_force_once_the_file_has_settled(shop: Shop) -> None:
    before = shop.file.table
    assert not shop.refresh() and shop.file.table is before
    shop.write(OTHER)
    assert not shop.refresh() and shop.file.table is before
    assert shop.refresh() and len(shop.rules) == 2
    assert not shop.refresh()


def test_a_file_that_is_still_being_written_is_left_alone(shop: Shop) -> None:
    for text in ("rules: []", "rules: [{exclude: {tag: c}}]", OTHER):
        shop.write(text)
        assert not shop.refresh()
    assert shop.refresh() and len(shop.rules) == 2


@pytest.mark.parametrize("text", [BAD, "", "rules: [", "rules: [{pin: {item: x, place: 11}}]"])
def test_a_bad_change_leaves_the_rules_in_force_and_is_counted_once(shop: Shop, text: str) -> None:
    before = shop.file.table
    shop.write(text)
    assert not any(shop.refresh() for _ in range(4))
    assert shop.file.table is before and shop.refused == 1
    shop.write(OTHER)
    assert [shop.refresh() for _ in range(2)] == [False, True] and len(shop.rules) == 2


def test_a_file_that_is_gone_leaves_the_rules_in_force(shop: Shop) -> None:
    shop.path.unlink()
    assert not any(shop.refresh() for _ in range(4))
    assert len(shop.rules) == 1 and shop.refused == 1
    shop.write(OTHER)
    assert [shop.refresh() for _ in range(2)] == [False, True]


def test_new_rules_are_in_force_once_they_have_seen_every_item_as_it_is_now(shop: Shop) -> None:
    for number in range(5_000):
        shop.catalog.put(item(f"item-{number}", tags=("b",) if number % 1_000 == 0 else ()))
    shop.write(OTHER)
    assert [shop.file.refresh() for _ in range(2)] == [False, True]
    assert not shop.file.advance(shop.catalog) and len(shop.rules) == 1
    for number, tags in ((0, ()), (7, ("b",)), (4_999, ("b",))):
        shop.catalog.put(item(f"item-{number}", tags=tags))
        shop.file.forget([f"item-{number}"])
    assert [shop.file.advance(shop.catalog) for _ in range(2)] == [False, True]
    assert len(shop.rules) == 2
    active = shop.file.active(shop.catalog, 3)
    assert np.flatnonzero(~active.may_stand()).tolist() == [7, 1_000, 2_000, 3_000, 4_000, 4_999]
    assert len(active.moments) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BAD, "rule 2: `pin`"),
        ("rules: [{name: Top, pin: {item: x, place: 11}}]", "rule 1 (Top): `pin.place`: 11 is beyond"),
    ],
)
def test_a_bad_file_stops_the_start_with_one_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    with pytest.raises(RulesProblem) as error:
        RulesFile(path, 10, lambda: None)
    line = explanation(error.value)
    assert line is not None and str(path) in line and told in line


def test_a_missing_file_stops_the_start_and_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(RulesProblem, match=r"No such file.*worker\.rules"):
        RulesFile(tmp_path / "none.yaml", 10, lambda: None)
