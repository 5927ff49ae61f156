"""Search: the text's best items, moved by the interests that the text is about, as the slow twin has it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.catalog.background import background
from models.interests.options import InterestOptions
from models.search.attention import attend
from models.search.blend import best_passage, places, search, silenced
from models.search.interests import NONE, Interests, interests_of, turned_away_of
from models.search.options import SearchOptions
from schemas.interests import TurnedAway
from schemas.vectors import DIMENSIONS, from_bytes
from tests.interests import RATES, interest_of, record_of, vector
from tests.models.builders import unit_vectors
from tests.models.search import slow

VECTORS = unit_vectors(60, topics=6)
OPTIONS = InterestOptions()
BLEND = SearchOptions()
TURNED = 2.0
RED, BLUE, GREEN = np.eye(3, DIMENSIONS, dtype=np.float32)


def unit(*leading: float) -> NDArray[np.float32]:
    found = from_bytes(vector(*leading))
    return found / np.float32(np.linalg.norm(found))


def of(*units: NDArray[np.float32], shares: tuple[float, ...] | None = None) -> Interests:
    """Interests in these directions, none of them muted or turned away."""
    count = len(units)
    return Interests(
        np.stack(units),
        np.array(shares or [1.0 / count] * count),
        np.zeros(count),
        np.zeros(count, np.bool_),
    )


@st.composite
def users(draw: st.DrawFn, muted: bool = True) -> Interests:
    count = draw(st.integers(1, 8))
    raw = np.array(draw(st.lists(st.integers(0, 9), min_size=count, max_size=count)), np.float64)
    silent = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count))) & muted
    raw[silent] = 0.0
    against = draw(st.lists(st.sampled_from([0.0, 0.2, 0.9]), min_size=count, max_size=count))
    units = unit_vectors(count, seed=draw(st.integers(0, 3))) + VECTORS[:count]
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    return Interests(units, raw / max(raw.sum(), 1.0), np.array(against), silent)


queries = st.integers(0, 50).map(lambda seed: unit_vectors(1, seed=seed)[0])
weights = st.sampled_from([0.0, 0.1, 0.3, 1.0])


@given(query=queries, user=users(), weight=weights, named=st.booleans())
@examples(max_examples=40, deadline=None)
def test_a_search_is_that_of_its_slow_twin(
    query: NDArray[np.float32], user: Interests, weight: float, named: bool
) -> None:
    turned_away = np.linspace(0.0, 0.8, len(VECTORS)) if named else np.zeros(len(VECTORS))
    mean, deviation = background(VECTORS)
    capture = mean + OPTIONS.novelty * deviation
    twin = slow.search(query, VECTORS, user, weight, BLEND.temperature, capture, turned_away.tolist())
    found = search(query, VECTORS, user, SearchOptions(weight), len(VECTORS), turned_away)
    by_row = {one.row: one for one in twin}
    assert set(found.rows.tolist()) == set(by_row)
    assert np.allclose(found.scores, [one.score for one in twin], atol=1e-5)
    own = [by_row[row] for row in found.rows.tolist()]
    assert np.allclose(found.text, [one.text for one in own], atol=1e-5)
    assert np.allclose(found.liked, [one.liked for one in own], atol=1e-5)
    assert np.allclose(found.disliked, [one.disliked for one in own], atol=1e-5)


@given(query=queries, user=users())
@examples(max_examples=50, deadline=None)
def test_attention_sums_to_one_and_is_that_of_the_slow_twin(query: NDArray[np.float32], user: Interests) -> None:
    attention = attend(query, user, BLEND.temperature)
    assert np.allclose(attention, slow.attend(query, user, BLEND.temperature), atol=1e-5)
    assert attention.sum() == pytest.approx(1.0 if user.shares.any() else 0.0)
    assert not attention[user.muted].any()


@given(query=queries, user=users(muted=False))
@examples(max_examples=50, deadline=None)
def test_of_interests_with_equal_shares_the_nearer_to_the_text_has_more_attention(
    query: NDArray[np.float32], user: Interests
) -> None:
    equal = user._replace(shares=np.full(len(user.shares), 1.0 / len(user.shares)))
    order = np.argsort(equal.units @ query)
    assert (np.diff(attend(query, equal, BLEND.temperature)[order]) >= 0.0).all()


@given(query=queries, user=users(muted=False))
@examples(max_examples=50, deadline=None)
def test_with_weight_zero_it_is_the_plain_search(query: NDArray[np.float32], user: Interests) -> None:
    blended, plain = search(query, VECTORS, user, SearchOptions(weight=0.0)), search(query, VECTORS)
    assert blended.rows.tolist() == plain.rows.tolist()
    assert blended.scores.tolist() == plain.scores.tolist() == plain.text.tolist()
    assert places(query, VECTORS, plain.rows).tolist() == list(range(1, 11))


@given(query=queries, user=users(muted=False), low=weights, more=st.floats(0.01, 2.0))
@examples(max_examples=50, deadline=None)
def test_more_weight_never_finds_what_suits_the_interests_less(
    query: NDArray[np.float32], user: Interests, low: float, more: float
) -> None:
    suits = []
    for weight in (low, low + more):
        rows = search(query, VECTORS, user, SearchOptions(weight), 10).rows
        whole = search(query, VECTORS, user, SearchOptions(1.0), len(VECTORS))
        by_row = dict(zip(whole.rows.tolist(), (whole.liked - whole.disliked).tolist(), strict=True))
        suits.append(sum(by_row[row] for row in rows.tolist()))
    assert suits[1] >= suits[0] - 1e-6


def test_the_interest_that_the_text_is_about_moves_what_is_found() -> None:
    items = np.stack([unit(1, 0, 0, 1.1), unit(1, 1), unit(1, 0, 1)])
    user = of(unit(0.1, 1), unit(0.05, 0, 1))
    found = search(RED, items, user, BLEND)
    assert search(RED, items).rows.tolist() == [1, 2, 0]
    assert found.rows.tolist() == [1, 2, 0]
    assert found.liked_by.tolist()[:2] == [0, 1]
    assert found.liked[0] > found.liked[1]
    leaning = search(RED, items, of(unit(0, 0, 1)), BLEND)
    assert leaning.rows.tolist() == [2, 1, 0]
    assert leaning.disliked_by.tolist() == [-1, -1, -1]


def test_of_two_senses_of_a_text_a_user_gets_the_one_that_interests() -> None:
    jaguar, cars, cats = unit(1, 0.7, 0.7), unit(0.4, 1), unit(0.4, 0, 1)
    items = np.stack([unit(1, 1.1), unit(1, 0, 1)])
    assert search(jaguar, items).rows.tolist() == [1, 0]
    assert search(jaguar, items, of(cars), BLEND).rows.tolist() == [0, 1]
    assert best_passage(jaguar, items, of(cats), BLEND) == 1
    assert best_passage(jaguar, items, of(cars), BLEND) == 0


def test_what_was_turned_away_comes_later_and_says_so() -> None:
    items = np.stack([unit(1, 0.5), unit(1, 0, 0.51)])
    user = of(BLUE, shares=(0.0,))._replace(against=np.array([0.8]))
    found = search(RED, items, user, BLEND)
    assert found.rows.tolist() == [1, 0]
    assert found.disliked_by.tolist() == [-1, 0]
    assert found.disliked[0] == 0.0 < found.disliked[1]
    named = search(RED, items, NONE, BLEND, turned_away=np.array([0.5, 0.0]))
    assert named.rows.tolist() == [1, 0]
    assert named.disliked_by.tolist() == [-1, -1]


def test_nothing_muted_is_found_at_any_weight() -> None:
    user = of(BLUE, shares=(0.0,))._replace(muted=np.array([True]))
    items = np.stack([BLUE, unit(0.2, 1), RED, GREEN])
    for weight in (0.0, 0.3):
        assert search(BLUE, items, user, SearchOptions(weight)).rows.tolist() == [2, 3]
    assert silenced(items, user, BLEND).tolist() == [True, True, False, False]
    assert best_passage(BLUE, items[:2], user) is None


def test_of_no_items_nothing_is_found() -> None:
    assert len(search(RED, VECTORS[:0], of(BLUE)).rows) == 0
    assert best_passage(RED, VECTORS[:0]) is None


def test_a_record_says_how_much_each_interest_counts_and_what_was_turned_away() -> None:
    half = RATES.turned_half_life
    record = record_of(
        "ann",
        interest_of(1, attention=0.75, vector=vector(2)),
        interest_of(2, attention=0.25, turned=TURNED, at=1000.0, vector=vector(0, 1)),
        interest_of(3, attention=0.0, state="muted", vector=vector(0, 0, 1)),
        at=1000.0 + half,
        turned_away=(TurnedAway("item", "i1", TURNED), TurnedAway("category", "home > lamps", TURNED / 2)),
    )
    found = interests_of(record, OPTIONS)
    assert np.allclose(found.units, [RED, BLUE, GREEN])
    assert found.shares.tolist() == [0.75, 0.25, 0.0]
    assert found.muted.tolist() == [False, False, True]
    assert found.against.tolist() == pytest.approx([0.0, strength(TURNED / 2), 0.0])
    paths = [("home", "lamps"), ("home", "lamps"), ("home",), ()]
    against = turned_away_of(record, ["i1", "i2", "i3", "i4"], paths, OPTIONS)
    assert against.tolist() == pytest.approx([strength(TURNED), strength(TURNED / 2), 0.0, 0.0])
    assert interests_of(record_of("bob"), OPTIONS) is NONE


def strength(turned: float) -> float:
    return 1.0 - float(np.exp(-turned / (OPTIONS.turned_limit / 2)))


@pytest.mark.parametrize("wrong", [{"weight": -0.1}, {"temperature": 0.0}])
def test_options_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SearchOptions(**wrong)
