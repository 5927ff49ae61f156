"""Choosing: the same places as the slow twin, and no list that violates a rule."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.ranking.choosing import BY_SCORE, EXPLORED, PINNED, Places, Scored, choose
from models.ranking.diversity import Shelf
from models.ranking.rules import RuleTable
from schemas.rules import Cap, Exclude, Pin, Rule
from tests.models.builders import NOON, item, unit_vectors
from tests.models.ranking.shelves import Shop, scored_of, shelf_of, shops
from tests.models.ranking.slow_choosing import Candidate, Choosing, choose_slowly, holding, violated

NONE = np.float32(-np.inf)
hows = st.tuples(st.integers(1, 8), st.sampled_from([0.0, 0.3, 0.8]), st.sampled_from([0.0, 0.4, 1.0]))


def candidates_of(shop: Shop, shelf: Shelf, scored: Scored, u: int) -> list[Candidate]:
    """The candidates of one list as the twin takes them: those that may not be recommended score -inf."""
    made = []
    for row, score, fresh in zip(scored.rows[u].tolist(), scored.scores[u].tolist(), scored.fresh[u], strict=True):
        known = row >= 0 and shelf.recommendable[row]
        vector = shelf.vectors[row] if known and shelf.has_vector[row] else None
        made.append(Candidate(row, score, bool(fresh), shop.items[row] if known else None, vector))
    return made


def chosen_by(shop: Shop, length: int, diversity: float, exploration: float) -> tuple[Places, Shelf]:
    catalog = shop.catalog()
    shelf = shelf_of(catalog)
    active = RuleTable(shop.rules).active(catalog, shop.at)
    return choose(shop.scored, shelf, length, active, diversity, exploration), shelf


@settings(max_examples=150, deadline=None)
@given(shops(), hows)
def test_places_are_those_of_the_slow_twin(shop: Shop, how: tuple[int, float, float]) -> None:
    found, shelf = chosen_by(shop, *how)
    for u, at in enumerate(shop.at.tolist()):
        candidates = candidates_of(shop, shelf, shop.scored, u)
        wanted = choose_slowly(candidates, holding(shop.rules, at), Choosing(*how, int(shop.scored.keys[u])))
        kept = found.chosen[u] >= 0
        assert found.chosen[u, kept].tolist() == [one.candidate for one in wanted]
        assert found.ways[u, kept].tolist() == [one.way for one in wanted]
        assert found.propensities[u, kept] == pytest.approx([one.chances[one.candidate] for one in wanted])
        assert all(sum(one.chances.values()) == pytest.approx(1.0) for one in wanted)
        assert not kept[len(wanted) :].any() and (found.propensities[u, ~kept] == 1.0).all()


@settings(max_examples=150, deadline=None)
@given(shops(), hows)
def test_no_list_violates_a_rule_or_shows_what_may_not_be_shown(shop: Shop, how: tuple[int, float, float]) -> None:
    found, shelf = chosen_by(shop, *how)
    for u, at in enumerate(shop.at.tolist()):
        kept = found.chosen[u][found.chosen[u] >= 0]
        rows = shop.scored.rows[u, kept]
        assert not violated([shop.items[row] for row in rows], holding(shop.rules, at))
        assert (rows >= 0).all() and len(set(rows.tolist())) == len(rows)
        assert shelf.recommendable[rows].all() and (shop.scored.scores[u, kept] > -np.inf).all()


@settings(max_examples=60, deadline=None)
@given(scored_of(40), st.integers(1, 60))
def test_with_everything_off_a_list_is_in_the_order_of_scores_and_equal_ones_in_theirs(
    scored: Scored, length: int
) -> None:
    catalog = plain_catalog(40)
    found = choose(scored, shelf_of(catalog), length)
    for u in range(len(scored.rows)):
        worth = np.where(scored.rows[u] >= 0, scored.scores[u], NONE)
        order = [i for i in np.argsort(-worth, kind="stable").tolist() if worth[i] > NONE][:length]
        assert found.chosen[u].tolist() == order + [-1] * (length - len(order))
    assert (found.propensities == 1.0).all() and (found.ways == BY_SCORE).all()


@pytest.mark.parametrize("shape", [(0, 5), (2, 0), (2, 5)])
def test_where_there_is_nothing_to_show_a_list_is_empty(shape: tuple[int, int]) -> None:
    none = np.zeros(shape, np.bool_)
    rows, scores = np.full(shape, -1, np.int32), np.zeros(shape, np.float32)
    scored = Scored(rows, scores, ~none, np.zeros(shape[0], np.uint64))
    catalog = plain_catalog(3)
    active = RuleTable([pin(1, 1)]).active(catalog, np.full(shape[0], NOON))
    found = choose(scored, shelf_of(catalog), 4, active, 0.5, 0.5)
    assert found.chosen.tolist() == [[-1] * 4] * shape[0] and (found.propensities == 1.0).all()


def test_the_more_diversity_the_less_alike_are_the_items_of_a_list() -> None:
    vectors = unit_vectors(60, topics=6)
    catalog = Catalog()
    for number, vector in enumerate(vectors):
        catalog.put(item(f"item-{number}", vector))
    closeness = (vectors @ vectors[0])[None].astype(np.float32)
    scored = Scored(np.arange(60, dtype=np.int32)[None], closeness, np.zeros((1, 60), np.bool_), np.zeros(1, np.uint64))
    alike = []
    for diversity in (0.0, 0.3, 0.6, 0.9):
        rows = choose(scored, shelf_of(catalog), 10, diversity=diversity).chosen[0]
        assert rows[0] == 0
        alike.append(float((vectors[rows] @ vectors[rows].T).sum() - 10.0) / 90.0)
    assert alike == sorted(alike, reverse=True) and alike[-1] < alike[0] - 0.3


def test_a_list_means_the_same_whatever_the_scale_of_its_scores() -> None:
    catalog = plain_catalog(30)
    chance = np.random.default_rng(3)
    rows = np.arange(30, dtype=np.int32)[None]
    scores = chance.standard_normal((1, 30)).astype(np.float32)
    lists = [
        choose(
            Scored(rows, scale * scores + shift, rows < 0, np.zeros(1, np.uint64)), shelf_of(catalog), 8, diversity=0.5
        )
        for scale, shift in ((1.0, 0.0), (64.0, 0.0), (1.0, 8.0))
    ]
    assert lists[0].chosen.tolist() == lists[1].chosen.tolist() == lists[2].chosen.tolist()


# -- which rule wins


def rows_with(rules: list[Rule], length: int = 4, withdrawn: tuple[int, ...] = ()) -> tuple[list[int], list[int]]:
    """The rows of a list out of six items, whose scores fall by row, and how each came to its place."""
    catalog = plain_catalog(6)
    for row in withdrawn:
        catalog.delete(f"item-{row}")
    rows = np.arange(6, dtype=np.int32)[None]
    scored = Scored(rows, -rows.astype(np.float32), rows >= 4, np.zeros(1, np.uint64))
    active = RuleTable(rules).active(catalog, np.array([NOON]))
    found = choose(scored, shelf_of(catalog), length, active)
    return found.chosen[0].tolist(), found.ways[0].tolist()


def plain_catalog(count: int) -> Catalog:
    """Items of two brands by turns."""
    catalog = Catalog()
    for number, vector in enumerate(unit_vectors(count)):
        catalog.put(item(f"item-{number}", vector, brand=("Acme", "Bolt")[number % 2]))
    return catalog


def pin(number: int, place: int) -> Rule:
    return Rule(pin=Pin(item=f"item-{number}", place=place))


def test_a_pin_stands_at_its_place_and_the_others_around_it() -> None:
    assert rows_with([pin(5, 2)]) == ([0, 5, 1, 2], [BY_SCORE, PINNED, BY_SCORE, BY_SCORE])
    assert rows_with([pin(0, 3)]) == ([1, 2, 0, 3], [BY_SCORE, BY_SCORE, PINNED, BY_SCORE])


def test_an_exclusion_beats_a_pin() -> None:
    assert rows_with([pin(5, 1), Rule(exclude=Exclude(item="item-5"))])[0] == [0, 1, 2, 3]


def test_of_two_pins_for_one_place_the_first_that_may_stand_does() -> None:
    assert rows_with([pin(4, 1), pin(5, 1)])[0] == [4, 0, 1, 2]
    assert rows_with([pin(4, 1), pin(5, 1)], withdrawn=(4,))[0] == [5, 0, 1, 2]


def test_an_item_pinned_twice_stands_once() -> None:
    assert rows_with([pin(5, 1), pin(5, 2)])[0] == [5, 0, 1, 2]


def test_a_cap_counts_pins_wherever_they_stand() -> None:
    """Items 1 and 3 are of the brand of the pinned ones, which fill the cap already."""
    cap = Rule(cap=Cap(brand="Bolt", most=1))
    assert rows_with([pin(5, 4), cap])[0] == [0, 2, 4, 5]
    assert rows_with([pin(5, 4), pin(3, 2), cap])[0] == [0, 2, 4, 5]


def test_pins_behind_the_last_item_move_up() -> None:
    chosen, ways = rows_with([pin(5, 4), *(Rule(exclude=Exclude(item=f"item-{n}")) for n in (0, 1, 2, 3))])
    assert chosen == [4, 5, -1, -1] and ways == [BY_SCORE, PINNED, BY_SCORE, BY_SCORE]


def test_a_pin_beyond_the_list_is_passed_over() -> None:
    assert rows_with([pin(5, 9)])[0] == [0, 1, 2, 3]


def test_pins_are_not_given_away() -> None:
    catalog = plain_catalog(6)
    rows = np.tile(np.arange(6, dtype=np.int32), (200, 1))
    keys = np.arange(200, dtype=np.uint64)
    scored = Scored(rows, -rows.astype(np.float32), rows >= 0, keys)
    active = RuleTable([pin(3, 2)]).active(catalog, np.full(200, NOON))
    found = choose(scored, shelf_of(catalog), 4, active, exploration=1.0)
    assert (found.chosen[:, 1] == 3).all() and (found.propensities[:, 1] == 1.0).all()
    assert (found.chosen[:, 0] == 0).all() and (found.ways[:, 2:] == EXPLORED).any()
