"""Exploration: chance that a replay repeats, in the shares and with the propensities that are told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.facets import FACETS
from models.ranking.choosing import BY_SCORE, EXPLORED, Places, Scored, choose
from models.ranking.diversity import Shelf
from models.ranking.exploration import draw_fresh, keys_of
from schemas.ids import fingerprint

LISTS = 20_000
FRESH = (2, 5, 6, 7)


def keys(lists: int = LISTS, variant: str = "default") -> np.ndarray:
    users = np.array([fingerprint(f"user-{number % 997}") for number in range(lists)], np.uint64)
    return keys_of(users, 1_750_000_000_000 + np.arange(lists), np.arange(lists) // 997, variant)


def explored(exploration: float, length: int = 4, lists: int = LISTS) -> Places:
    """Lists out of eight items whose scores fall by row."""
    rows = np.tile(np.arange(8, dtype=np.int32), (lists, 1))
    scored = Scored(rows, -rows.astype(np.float32), np.isin(rows, FRESH), keys(lists))
    return choose(scored, bare_shelf(8), length, exploration=exploration)


def bare_shelf(count: int) -> Shelf:
    none = np.zeros(count, np.bool_)
    return Shelf(~none, np.zeros((count, 128), np.float32), none, np.zeros((count, FACETS), np.uint32))


def test_the_same_list_is_drawn_again() -> None:
    one, other = explored(0.5, lists=50), explored(0.5, lists=50)
    assert one.chosen.tolist() == other.chosen.tolist()


def test_whatever_names_a_list_changes_its_chance() -> None:
    user, at, behaviors = np.array([7], np.uint64), np.array([10**12]), np.array([3])
    made = [
        keys_of(user, at, behaviors, "a"),
        keys_of(user + np.uint64(1), at, behaviors, "a"),
        keys_of(user, at + 1, behaviors, "a"),
        keys_of(user, at, behaviors + 1, "a"),
        keys_of(user, at, behaviors, "b"),
    ]
    assert len({int(key[0]) for key in made}) == 5
    assert keys_of(user, at, behaviors, "a") == made[0]


def test_no_first_place_is_given_away_and_none_where_nothing_is_fresh() -> None:
    found = explored(1.0)
    assert (found.chosen[:, 0] == 0).all() and (found.propensities[:, 0] == 1.0).all()
    behind = explored(1.0, length=8, lists=200)
    assert (behind.ways[:, 5:] == BY_SCORE).all() and (behind.propensities[:, 5:] == 1.0).all()
    assert sorted(behind.chosen[0].tolist()) == list(range(8))


def test_items_come_to_places_as_often_as_their_propensities_say() -> None:
    """Given the places before, each item that may follow has its share within four standard errors."""
    found = explored(0.3)
    compared = 0
    for place in (1, 2, 3):
        before, number = np.unique(found.chosen[:, :place], axis=0, return_inverse=True)
        for history in range(len(before)):
            here = number.reshape(-1) == history
            if here.sum() < 300:
                continue
            for one in np.unique(found.chosen[here, place]):
                with_it = here & (found.chosen[:, place] == one)
                told = found.propensities[with_it, place]
                assert np.ptp(told) == 0.0
                error = np.sqrt(told[0] * (1 - told[0]) / here.sum())
                assert abs(with_it.sum() / here.sum() - told[0]) < 4.0 * error + 1e-12
                compared += 1
    assert compared > 30


def test_propensities_of_all_that_may_stand_at_a_place_sum_to_one() -> None:
    found = explored(0.3)
    before, number = np.unique(found.chosen[:, :3], axis=0, return_inverse=True)
    whole = 0
    for history in range(len(before)):
        here = number.reshape(-1) == history
        told = {int(one): p for one, p in zip(found.chosen[here, 3], found.propensities[here, 3], strict=True)}
        best = min(set(range(8)) - set(before[history].tolist()))
        if set(told) == (set(FRESH) - set(before[history].tolist())) | {best}:
            assert sum(told.values()) == pytest.approx(1.0)
            whole += 1
    assert whole > 3


def test_the_share_of_places_given_away_is_the_setting() -> None:
    found = explored(0.2)
    best = [min(set(range(8)) - set(line[:1])) for line in found.chosen.tolist()]
    assert (found.chosen[:, 1] == best).mean() == pytest.approx(0.8, abs=0.01)
    assert (found.ways[:, 1] == EXPLORED).mean() == pytest.approx(0.2, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 12), st.integers(1, 6), st.integers(1, 5))
def test_a_pool_is_of_different_fresh_rows_as_many_as_there_are(size: int, count: int, lists: int) -> None:
    fresh = (10 * np.arange(size)).astype(np.int32)
    drawn = draw_fresh(fresh, keys(lists), count)
    for line in drawn.tolist():
        kept = [row for row in line if row >= 0]
        assert len(kept) == len(set(kept)) == min(size, count) and set(kept) <= set(fresh.tolist())
        assert line[len(kept) :] == [-1] * (count - len(kept))


def test_every_fresh_row_is_as_likely_in_a_pool() -> None:
    drawn = draw_fresh(np.arange(12, dtype=np.int32), keys(), 5)
    shares = np.bincount(drawn.ravel(), minlength=12) / LISTS
    error = np.sqrt(5 / 12 * 7 / 12 / LISTS)
    assert np.abs(shares - 5 / 12).max() < 4.0 * error
    together = np.mean((drawn == 0).any(1) & (drawn == 11).any(1))
    assert together == pytest.approx(5 * 4 / (12 * 11), abs=0.01)
