"""The step: what becomes of each behavior, and what readers get."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.records import RecordWriter, digest
from models.step import (
    Resolution,
    StepOptions,
    receive_again,
    receive_asked,
    receive_encoded,
    recommend,
)
from schemas.behaviors import Behavior, Context
from schemas.encoding import Polarity
from schemas.interests import CategoryShare, InterestRecord, decode_interest_record
from schemas.recommendations import decode_recommendations, recommendation_id
from schemas.vectors import from_bytes
from tests.models.builders import HOUR, NOON, behavior, catalog_of, deliver, item, state_of, unit_vectors
from tests.models.interests.twin import had

VECTORS = unit_vectors(20, topics=4)
OPTIONS = StepOptions()
ANN = np.array([0])


def gradients_of(arena: UserArena) -> dict[int, bytes]:
    """What was said of items' factors, by print."""
    return {int(row["print"]): row.tobytes() for row in arena.gradients.take()}


@pytest.fixture
def catalog() -> Catalog:
    return catalog_of(VECTORS)


@pytest.fixture
def arena() -> UserArena:
    arena = UserArena(1)
    arena.add(["ann"])
    return arena


def record_of(arena: UserArena, catalog: Catalog) -> InterestRecord:
    return decode_interest_record(RecordWriter(catalog, OPTIONS.interests).write(arena, ANN)[0])


def masses_of(arena: UserArena, catalog: Catalog) -> dict[tuple[str, ...], float]:
    """Masses of categories by path."""
    head, paths = arena.head[0], catalog.facet_names.categories
    masses = zip(head["categories"].tolist(), head["category_mass"].tolist(), strict=True)
    return {paths[category]: mass for category, mass in masses if category}


def listed(arena: UserArena, catalog: Catalog) -> list[str]:
    return [place.item_id for place in decode_recommendations(recommend(arena, ANN, catalog, OPTIONS)[0]).items]


def topic(item_id: str) -> int:
    return int(item_id.removeprefix("item-")) % 4


def say(arena: UserArena, catalog: Catalog, *clauses: tuple[Polarity, np.ndarray], kind: str = "request") -> None:
    """The user asks for, or against, what lies near these vectors."""
    spoken = behavior(kind, text="so many words", at=NOON + HOUR)
    assert indices(deliver(arena, catalog, [spoken])) == ([], [], [0], 0)
    vectors = np.array([vector for _, vector in clauses], np.float32).reshape(-1, 128)
    receive_asked(arena, catalog, 0, spoken, spoken.at, [polarity for polarity, _ in clauses], vectors, OPTIONS)


def indices(resolution: Resolution) -> tuple[list[int], list[int], list[int], int]:
    return (
        resolution.applied.tolist(),
        resolution.waiting.tolist(),
        resolution.texts.tolist(),
        resolution.duplicates,
    )


def test_each_behavior_is_applied_waits_or_is_to_be_encoded(arena, catalog):
    catalog.put(item("textless"))
    batch = [
        behavior("view", "item-1"),
        behavior("view", "unknown"),
        behavior("search", text="red shoes"),
        behavior("view", "textless"),
        behavior("impression", "unknown"),
        behavior("request", "item-2", text="like this"),
        behavior("identify"),
        behavior("purchase", "item-3", event_id="twice"),
        behavior("purchase", "item-3", event_id="twice"),
        behavior("impression", item_ids=("item-5", "unknown")),
        behavior("mute", "unknown"),
        behavior("unmute", text="green hats"),
    ]
    assert indices(deliver(arena, catalog, batch)) == ([0, 3, 4, 5, 6, 7, 9], [1, 10], [2, 11], 1)
    assert digest(arena, 0, OPTIONS.interests.half_lives()).behaviors == 7
    assert arena.new_behaviors[0] == 7
    assert arena.meta["behaviors"][0].tolist()[:4] == [1, 1, 1, 0]
    assert had(arena, catalog.prints[: len(catalog.ids)].tolist(), 0) == [catalog.prints[3]]


def test_a_duplicate_neither_waits_nor_is_encoded_again(arena, catalog):
    batch = [behavior("view", "unknown"), behavior("search", text="shoes")]
    assert indices(deliver(arena, catalog, batch * 2)) == ([], [0], [1], 2)
    assert indices(deliver(arena, catalog, batch)) == ([], [], [], 2)


def test_a_type_whose_weight_is_set_to_zero_needs_neither_item_nor_text(arena, catalog):
    types = dict(OPTIONS.interests.types)
    types["search"] = types["view"] = types["impression"]
    options = StepOptions(interests=type(OPTIONS.interests)(types=types))
    batch = [behavior("search", text="shoes"), behavior("view", "unknown")]
    assert indices(deliver(arena, catalog, batch, options)) == ([0, 1], [], [], 0)


def test_a_behavior_on_a_deleted_item_still_counts_with_its_vector(arena, catalog):
    catalog.delete("item-1")
    assert indices(deliver(arena, catalog, [behavior("view", "item-1")]))[0] == [0]
    assert arena.head["used"][0] == 1


@pytest.mark.parametrize("zone", ["Mars/Olympus Mons", "Europe", "", "../etc/passwd", "nul\0", "x" * 5_000, "\ud800"])
def test_a_behavior_from_a_zone_that_nobody_knows_counts_at_its_hour_in_utc(arena, catalog, zone):
    for context in (Context(time_zone=zone), None):
        assert indices(deliver(arena, catalog, [behavior("view", "item-1", context=context)]))[0] == [0]
    assert sorted(arena.meta["hours"][0, 0].tolist()) == [0, 0, 0, 0, 0, 2]


def test_the_hour_of_the_day_is_the_users_own(arena, catalog):
    for zone in ("Asia/Tokyo", "America/Lima"):
        deliver(arena, catalog, [behavior("view", "item-1", context=Context(time_zone=zone))])
    assert arena.meta["hours"][0, 0].tolist() == [1, 0, 1, 0, 0, 0]


def test_a_batch_of_nothing_changes_nothing(arena, catalog):
    before = state_of(arena, "ann")
    assert indices(deliver(arena, catalog, [])) == ([], [], [], 0)
    assert state_of(arena, "ann") == before


def test_a_behavior_that_waited_ends_as_if_its_item_had_been_there(catalog):
    early, late = UserArena(1), UserArena(1)
    new = item("new", VECTORS[0])
    waiting = [behavior("purchase", "new")]
    arrays = (ANN, waiting, np.array([NOON]), OPTIONS)
    assert indices(deliver(early, catalog, waiting))[1] == [0]
    assert indices(receive_again(early, catalog, *arrays))[1] == [0]
    catalog.put(new)
    assert indices(receive_again(early, catalog, *arrays)) == ([0], [], [], 0)
    deliver(late, catalog, waiting)
    assert state_of(early, "ann") == state_of(late, "ann")
    assert indices(deliver(early, catalog, waiting))[3] == 1


def test_an_encoded_text_moves_interests_and_one_without_a_vector_only_counts(arena, catalog):
    batch = [behavior("search", text="a"), behavior("request", text="b"), behavior("search", text="c")]
    deliver(arena, catalog, batch)
    vectors = np.stack([5 * VECTORS[0], VECTORS[1], np.full(128, np.nan, np.float32)])
    has_vector = np.array([True, False, True])
    receive_encoded(arena, catalog, np.zeros(3, np.int64), batch, np.full(3, NOON), vectors, has_vector, OPTIONS)
    assert digest(arena, 0, OPTIONS.interests.half_lives()).behaviors == 3
    assert arena.head["used"][0] == 1
    assert arena.meta["mass"][0, 0] == 2.0
    np.testing.assert_allclose(arena.directions[0, 0], VECTORS[0], atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 22), st.integers(0, 9), st.integers(-5, 5)), max_size=40), st.integers(1, 40))
def test_batches_may_be_cut_anywhere(steps, size):
    catalog = catalog_of(VECTORS)
    batch = [behavior("view", f"item-{n}", NOON + HOUR * gap, event_id=f"e{event}") for n, event, gap in steps]
    whole, cut = UserArena(1), UserArena(1)
    whole.add(["ann"])
    cut.add(["ann"])
    deliver(whole, catalog, batch)
    for start in range(0, len(batch), size):
        deliver(cut, catalog, batch[start : start + size])
    assert state_of(whole, "ann") == state_of(cut, "ann")
    assert whole.learned.tobytes() == cut.learned.tobytes()
    assert whole.mixers.tobytes() == cut.mixers.tobytes()
    assert gradients_of(whole) == gradients_of(cut)


def test_records_say_what_the_user_wants(arena, catalog):
    deliver(arena, catalog, [behavior("like", "item-0"), behavior("hide", "item-1")])
    record = record_of(arena, catalog)
    assert (record.user_id, record.encoder, record.behaviors, record.new_behaviors) == ("ann", "e", 2, 2)
    assert [(one.mass, one.turned) for one in record.interests] == [(4.0, 0.0), (0.0, 3.0)]
    assert [(one.name, one.strength) for one in record.turned_away] == [("item-1", 3.0)]
    np.testing.assert_allclose(from_bytes(record.vector), VECTORS[0], atol=2e-3)
    assert arena.new_behaviors[0] == 0


def test_a_request_leads_the_very_next_record_and_list(arena, catalog):
    deliver(arena, catalog, [behavior("view", f"item-{n}", NOON + n) for n in (0, 4)])
    assert {topic(name) for name in listed(arena, catalog)[:3]} == {0}
    say(arena, catalog, (Polarity.MORE, 3 * VECTORS[1]))
    record = record_of(arena, catalog)
    leading = max(record.interests, key=lambda one: one.attention)
    np.testing.assert_allclose(from_bytes(leading.vector), VECTORS[1], atol=2e-3)
    assert leading.asked_at == NOON + HOUR
    assert {topic(name) for name in listed(arena, catalog)[:3]} == {1}


def test_a_request_for_less_lowers_what_it_means_and_leaves_the_rest(arena, catalog):
    deliver(arena, catalog, [behavior("view", f"item-{n}", NOON + n) for n in (0, 4, 8, 1, 5)])
    before = {one.id: one for one in record_of(arena, catalog).interests}
    say(arena, catalog, (Polarity.LESS, VECTORS[12]))
    after = {one.id: one for one in record_of(arena, catalog).interests}
    assert after[0].mass < 0.51 * before[0].mass and after[0].turned > 0.0
    assert (after[1].mass, after[1].turned) == (before[1].mass, 0.0)
    assert {topic(name) for name in listed(arena, catalog)[:3]} == {1}


def test_what_was_asked_to_be_forgotten_is_gone_and_so_is_what_was_muted_from_the_list(arena, catalog):
    deliver(arena, catalog, [behavior("view", f"item-{n}", NOON + n) for n in (0, 4, 8, 1, 5)])
    say(arena, catalog, (Polarity.FORGET, VECTORS[12]), (Polarity.MUTE, VECTORS[2]))
    record = record_of(arena, catalog)
    assert [one.state for one in record.interests if one.id == 0] == []
    assert [one.attention for one in record.interests if one.state == "muted"] == [0.0]
    assert 2 not in {topic(name) for name in listed(arena, catalog)}


def test_what_was_forgotten_no_longer_leads_the_records_categories(arena, catalog):
    shelves = {0: ("Baby", "Toys"), 1: ("Garden",), 2: ("Baby", "Toys"), 3: ("Baby", "Clothes")}
    for number, vector in enumerate(VECTORS):
        catalog.put(item(f"item-{number}", vector, categories=shelves[number % 4]))
    likes = [behavior("like", f"item-{number}") for number in (0, 4, 8, 12, 3, 1)]
    deliver(arena, catalog, [*likes, behavior("view", "item-2")])
    before = masses_of(arena, catalog)
    assert max(before, key=before.__getitem__) == shelves[0]
    say(arena, catalog, (Polarity.FORGET, VECTORS[0]))
    after = masses_of(arena, catalog)
    fading = 2.0 ** (-HOUR / OPTIONS.interests.half_life)
    assert after[("Garden",)] == pytest.approx(before[("Garden",)] * fading)
    assert after[("Baby", "Toys")] == pytest.approx(fading)
    say(arena, catalog, (Polarity.FORGET, VECTORS[2]), (Polarity.FORGET, VECTORS[3]))
    assert record_of(arena, catalog).categories == (CategoryShare(("Garden",), 1.0),)


def test_a_mute_wins_over_what_is_learned_until_it_is_lifted(arena, catalog):
    deliver(arena, catalog, [behavior("view", f"item-{n}", NOON + n) for n in (0, 4, 8)])
    say(arena, catalog, (Polarity.MUTE, VECTORS[12]), kind="mute")
    deliver(arena, catalog, [behavior("like", f"item-{n}", NOON + 2 * HOUR + n) for n in (12, 0, 4)])
    assert 0 not in {topic(name) for name in listed(arena, catalog)}
    say(arena, catalog, (Polarity.UNMUTE, VECTORS[12]), kind="unmute")
    assert listed(arena, catalog)[0] == "item-16"


def test_a_request_that_says_nothing_counts_and_changes_no_interest(arena, catalog):
    deliver(arena, catalog, [behavior("view", "item-0")])
    before = arena.meta[0].tobytes()
    say(arena, catalog)
    say(arena, catalog, (Polarity.MORE, np.full(128, np.nan)), (Polarity.FORGET, np.zeros(128)))
    assert digest(arena, 0, OPTIONS.interests.half_lives()).behaviors == 3
    assert arena.meta[0].tobytes() == before


def test_recommendations_come_with_reasons_and_a_name_that_follows_from_the_state(arena, catalog):
    deliver(arena, catalog, [behavior("purchase", "item-0", NOON + 0.25), behavior("view", "item-1", NOON + 0.25)])
    record = decode_recommendations(recommend(arena, ANN, catalog, OPTIONS)[0])
    assert record.recommendation_id == recommendation_id("ann", record.at, 2, "default")
    assert (record.user_id, record.behaviors, record.encoder) == ("ann", 2, "e")
    assert record.at == round((NOON + 0.25) * 1000)
    assert len(record.items) == 10
    assert "item-0" not in {place.item_id for place in record.items}
    ids = dict(zip(arena.meta["slot"][0].tolist(), arena.meta["id"][0].tolist(), strict=True))
    first = record.items[0]
    assert first.propensity == 1.0
    assert first.reasons[0].kind == "interest" and first.reasons[0].share > 0.9
    assert first.reasons[0].interest in ids.values()
    assert [place.score for place in record.items] == sorted((p.score for p in record.items), reverse=True)


def test_a_user_gets_an_empty_list_from_an_empty_catalog(arena):
    record = decode_recommendations(recommend(arena, ANN, Catalog(), OPTIONS)[0])
    assert record.items == ()


def test_behaviors_of_many_users_reach_their_own_states(catalog):
    together, alone = UserArena(1), UserArena(1)
    batch = [behavior("view", f"item-{n % 20}", NOON + n, user_id=f"user-{n % 7}") for n in range(100)]
    deliver(together, catalog, batch)
    for owner in (f"user-{n}" for n in range(7)):
        own: list[Behavior] = [b for b in batch if b.owner == owner]
        deliver(alone, catalog, own)
        assert state_of(together, owner) == state_of(alone, owner)
