"""Ruled lists: whatever the shop, its rules, its users and the settings, what is published obeys the rules in force."""

from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.options import RankingOptions
from models.ranking.rules import RuleTable
from models.step import StepOptions, recommend
from schemas.recommendations import RecommendedItem, decode_recommendations
from schemas.rules import Exclude, Pin, Rule
from tests.models.builders import HOUR, NOON, deliver, item, unit_vectors
from tests.models.ranking.made import acts
from tests.models.ranking.shelves import LISTS, Shop, shops
from tests.models.ranking.slow_choosing import Candidate, boost, fits, holding, may_stand, pinned, violated

HAD = RankingOptions().had
KINDS = ("view", "like", "purchase", "hide", "impression")


@dataclass(frozen=True)
class Scene:
    """A shop, what each of its users did to which item, and how lists are made."""

    shop: Shop
    histories: list[list[tuple[str, int]]]
    ranking: RankingOptions

    def lists(self) -> list[tuple[RecommendedItem, ...]]:
        """What is published to each user."""
        catalog, arena, options = self.shop.catalog(), UserArena(1), StepOptions(ranking=self.ranking)
        users = [f"user-{number}" for number in range(LISTS)]
        slots = arena.add(users)
        for user, history in zip(users, self.histories, strict=True):
            deliver(arena, catalog, acts([(kind, number, HOUR) for kind, number in history], user), options)
        active = RuleTable(self.shop.rules).active(catalog, self.shop.at)
        return [decode_recommendations(one).items for one in recommend(arena, slots, catalog, options, active)]

    def candidates(self, user: int) -> list[Candidate]:
        """Every item of the shop, as the slow twin of choosing takes them; no score is told."""
        had = {number for kind, number in self.histories[user] if kind in HAD}
        gone = set(self.shop.deleted)
        return [
            Candidate(number, -inf if number in had else 0.0, False, None if number in gone else one, None)
            if one.available
            else Candidate(number, -inf, False, None, None)
            for number, one in enumerate(self.shop.items)
        ]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    shop = draw(shops())
    acted = st.tuples(st.sampled_from(KINDS), st.integers(0, len(shop.items) - 1))
    ranking = RankingOptions(
        length=draw(st.integers(1, 7)),
        diversity=draw(st.sampled_from([0.0, 0.5])),
        exploration=draw(st.sampled_from([0.0, 0.3, 1.0])),
    )
    histories = st.lists(st.lists(acted, max_size=5), min_size=LISTS, max_size=LISTS)
    return Scene(shop, draw(histories), ranking)


@settings(max_examples=150, deadline=None)
@given(scenes())
def test_published_lists_never_violate_a_rule(scene: Scene) -> None:
    for user, listed in enumerate(scene.lists()):
        rules, candidates = holding(scene.shop.rules, scene.shop.at[user]), scene.candidates(user)
        numbers = [int(place.item_id.removeprefix("item-")) for place in listed]
        assert len(numbers) == len(set(numbers)) <= scene.ranking.length
        assert all(may_stand(candidates[number], rules) for number in numbers)
        assert violated([scene.shop.items[number] for number in numbers], rules) == []
        require_pins(scene, candidates, rules, listed)
        require_no_gap(scene, candidates, rules, numbers, user)


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_boosts_order_the_places_that_nothing_else_gives_away(scene: Scene) -> None:
    plain = RankingOptions(length=scene.ranking.length)
    for user, listed in enumerate(Scene(scene.shop, scene.histories, plain).lists()):
        rules, candidates = holding(scene.shop.rules, scene.shop.at[user]), scene.candidates(user)
        free = [place for place in listed if not is_pinned(place)]
        worth = [place.score + boost(candidates[int(place.item_id[5:])], rules) for place in free]
        assert all(later <= earlier + 2e-4 for earlier, later in pairwise(worth))


def require_pins(
    scene: Scene, candidates: list[Candidate], rules: list[Rule], listed: tuple[RecommendedItem, ...]
) -> None:
    """Pins that may stand do, at their places, or as near to them as a list that is short of items allows."""
    worth = {i: 0.0 for i, one in enumerate(candidates) if may_stand(one, rules)}
    stand = pinned(candidates, worth, rules, scene.ranking.length)
    found = {place: int(one.item_id[5:]) for place, one in enumerate(listed) if is_pinned(one)}
    assert [found[place] for place in sorted(found)] == [stand[place] for place in sorted(stand)]
    if len(listed) == scene.ranking.length:
        assert found == stand
    assert all(one.propensity == 1.0 for one in listed if is_pinned(one))


def require_no_gap(scene: Scene, candidates: list[Candidate], rules: list[Rule], numbers: list[int], user: int) -> None:
    """A list is short only when nothing else may stand beside what is on it."""
    recent = {number for _, number in scene.histories[user]}
    free = [i for i, one in enumerate(candidates) if may_stand(one, rules) and i not in {*numbers, *recent}]
    assert len(numbers) == scene.ranking.length or not [i for i in free if fits(candidates, numbers, i, rules)]


def is_pinned(place: RecommendedItem) -> bool:
    return [reason.kind for reason in place.reasons] == ["rule"]


# -- what a shop expects of pins and exclusions among many items

MANY = 3_000
FAR = 1_234
RARE = 150


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Items without trends; every 150th is of a category of its own."""
    made = Catalog()
    for number, vector in enumerate(unit_vectors(MANY, topics=100)):
        made.put(item(f"item-{number}", vector, categories=("rare" if number % RARE == 0 else "common",)))
    return made


def numbers_for(catalog: Catalog, rules: list[Rule], *history: tuple[str, int]) -> list[int]:
    """The list of a user who did this."""
    arena = UserArena(1)
    slots = arena.add(["ann"])
    deliver(arena, catalog, acts([(kind, number, HOUR) for kind, number in history]))
    active = RuleTable(rules).active(catalog, np.array([NOON]))
    (record,) = recommend(arena, slots, catalog, StepOptions(), active)
    return [int(place.item_id[5:]) for place in decode_recommendations(record).items]


@pytest.mark.parametrize("history", [[], [("view", 7)], [("view", FAR)], [("like", 7), ("view", FAR), ("skip", FAR)]])
def test_a_pin_stands_on_every_list_whatever_the_user_looked_at(
    catalog: Catalog, history: list[tuple[str, int]]
) -> None:
    listed = numbers_for(catalog, [Rule(pin=Pin(item=f"item-{FAR}", place=3))], *history)
    assert len(listed) == 10 and listed.index(FAR) == 2


@pytest.mark.parametrize("kind", ["purchase", "dislike", "hide", "mute"])
def test_the_place_of_a_pin_that_the_user_had_or_turned_away_goes_to_the_next_best(catalog: Catalog, kind: str) -> None:
    rules = [Rule(pin=Pin(item=f"item-{FAR}", place=1))]
    listed = numbers_for(catalog, rules, ("view", 7), (kind, FAR))
    assert listed == numbers_for(catalog, [], ("view", 7), (kind, FAR))
    assert len(listed) == 10 and FAR not in listed


def test_a_pin_moves_the_others_and_changes_none_of_them(catalog: Catalog) -> None:
    plain = numbers_for(catalog, [], ("view", 7))
    listed = numbers_for(catalog, [Rule(pin=Pin(item=f"item-{FAR}", place=1))], ("view", 7))
    assert listed == [FAR, *plain[:9]]


def test_a_list_is_full_although_nearly_everything_is_excluded(catalog: Catalog) -> None:
    listed = numbers_for(catalog, [Rule(exclude=Exclude(category="common"))], ("view", 7))
    assert len(listed) == 10 and all(number % RARE == 0 for number in listed)
