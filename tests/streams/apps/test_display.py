"""Display: lists and interests as text, with titles for ids and words for interests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.interests import CategoryShare, Dimension, Link, Reason, TurnedAway
from schemas.items import ItemVector
from schemas.recommendations import Reason as Why
from schemas.recommendations import Recommendations, RecommendedItem
from streams.apps.display import catalog_of, lines_of_list, lines_of_record, main_reason, names_of, shares, words_of
from tests.interests import DAY, interest_of, record_of, vector

ITEMS = {
    item.item_id: item
    for item in (
        ItemVector(item_id="1", encoder="e", title="Desk lamp", vector=vector(1, 0)),
        ItemVector(item_id="2", encoder="e", title="Floor lamp", vector=vector(0.5, 0.1)),
        ItemVector(item_id="3", encoder="e", title="Tea cup", vector=vector(0, 1)),
        ItemVector(item_id="4", encoder="e", title="", vector=None),
    )
}
LAMPS = interest_of(
    7,
    intensity=0.9,
    attention=0.8,
    label="lamps",
    keywords=("desk", "floor lamp"),
    short=0.75,
    reasons=(Reason("1", "purchase", 1000.0, 0.5), Reason(None, "search", 900.0, 0.25)),
    older=0.25,
)
TEA = interest_of(
    8,
    intensity=0.3,
    attention=0.2,
    mass=2.0,
    short=0.25,
    at=1000.0 - 30 * DAY,
    behaviors=1,
    state="probation",
    label="cups",
    vector=vector(0, 1),
)
RECORD = record_of("ann", TEA, LAMPS, drift=0.25)
LIST = Recommendations(
    recommendation_id="r",
    user_id="ann",
    at=1_323_433_860_000,
    behaviors=1,
    variant="default",
    encoder="e",
    items=(
        RecommendedItem("2", 0.875, 1.0, (Why("interest", 0.75, 7), Why("popularity", 0.25))),
        RecommendedItem("unheard-of", 0.5, 1.0, (Why("popularity", 1.0),)),
    ),
)


def test_a_list_shows_who_when_titles_scores_and_reasons() -> None:
    head, first, second = lines_of_list(LIST, ITEMS)
    assert head == "ann  2011-12-09 12:31  after 1 behavior"
    assert first.split() == ["1", "Floor", "lamp", "0.875", "75%", "interest", "7,", "25%", "popular"]
    assert second.split() == ["2", "unheard-of", "0.500", "popular"]


def test_interests_of_a_list_are_called_what_they_are_given() -> None:
    assert "75% lamps" in lines_of_list(LIST, ITEMS, {7: "lamps"})[1]


def test_the_main_reason_is_the_one_with_the_largest_share() -> None:
    both = LIST.items[0].reasons
    assert main_reason(both, {7: "lamps"}) == "lamps"
    assert main_reason((Why("popularity", 0.6), Why("interest", 0.4, 7)), {}) == "popular"
    for kind, said in (
        ("neighbors", "others went on to it"),
        ("novelty", "new"),
        ("exploration", "drawn by chance"),
        ("rule", "by rule"),
        ("interest", "like what is wanted"),
    ):
        assert main_reason((Why("popularity", 0.2), Why(kind, 0.8)), {}) == said
    assert main_reason((), {}) == ""


def test_an_interest_by_example_is_the_items_nearest_to_it() -> None:
    catalog = catalog_of(ITEMS)
    assert words_of(LAMPS, catalog, 2) == ["Desk lamp", "Floor lamp"]
    assert words_of(TEA, catalog, 1) == ["Tea cup"]


def test_interests_are_shown_with_their_numbers_those_with_most_attention_first() -> None:
    lines = lines_of_record(RECORD, catalog_of(ITEMS))
    assert lines[0] == "ann  as of 1970-01-01 00:16  6 behaviors  drift 0.25  anomaly 0.00"
    assert lines[1:3] == ["  lamps", "      desk, floor lamp"]
    assert " ".join(lines[3].split()) == "proven intensity 0.90 attention 0.80 now 100% always 80%"
    assert " ".join(lines[4].split()) == "mass 4.00 half-life 30.0 days 5 behaviors"
    assert lines[5].strip() == "such as Desk lamp | Floor lamp | Tea cup"
    assert lines[6] == "  cups"
    assert " ".join(lines[7].split()) == "on probation intensity 0.30 attention 0.20 now 0% always 20%"


def test_why_shows_the_behaviors_that_made_an_interest() -> None:
    lines = lines_of_record(RECORD, catalog_of(ITEMS), ITEMS)
    assert [line.split() for line in lines[5:8]] == [
        ["50.0%", "1970-01-01", "00:16", "purchase", "Desk", "lamp"],
        ["25.0%", "1970-01-01", "00:15", "search", "in", "words"],
        ["25.0%", "older"],
    ]
    assert lines[-1].split() == ["100.0%", "older,", "all", "of", "it"]


def test_what_is_not_wanted_comes_last_and_is_told_as_such() -> None:
    muted = interest_of(1, label="cards", attention=0.0, state="muted", asked_at=1000.0)
    unwanted = interest_of(2, label="toys", attention=0.0, mass=0.0, turned=3.0, state="turned_away")
    lines = lines_of_record(record_of("ann", unwanted, muted, LAMPS), catalog_of({}))
    assert [line.strip() for line in lines if line.startswith("  ") and line[2] != " "] == ["lamps", "cards", "toys"]
    assert any("muted 1970-01-01 00:16" in line for line in lines)
    assert any("turned away 3.00" in line for line in lines)


def test_categories_dimensions_links_and_refusals_are_shown() -> None:
    record = record_of(
        "ann",
        TEA,
        LAMPS,
        categories=(CategoryShare(("Home", "Lamps"), 0.75), CategoryShare(("Garden",), 0.25)),
        dimensions=(Dimension("topic", 0.6), Dimension("brand", 0.4)),
        links=(Link(7, 8, 0.1, 0.5, 2.0), Link(7, 99, 0.1, 0.5, 2.0)),
        turned_away=(TurnedAway("category", "Toys > Dolls", 1.5), TurnedAway("item", "3", 1.0)),
    )
    lines = [" ".join(line.split()) for line in lines_of_record(record, catalog_of(ITEMS))]
    assert lines[lines.index("categories") :] == [
        "categories",
        "75.0% Home > Lamps",
        "25.0% Garden",
        "choices depend on topic 60%, brand 40%",
        "in the same sessions",
        "lamps with cups: 50% of its sessions, 2.0 times as often as by chance",
        "turned away",
        "1.50 category Toys > Dolls",
        "1.00 item Tea cup",
    ]


def test_interests_with_the_same_label_are_told_apart() -> None:
    same = [interest_of(n, label="lamps", keywords=words) for n, words in ((1, ("tin",)), (2, ("glass",)), (3, ()))]
    alike = [interest_of(n, label="cups", keywords=("tea",)) for n in (4, 5)]
    names = names_of(record_of("ann", *same, *alike, interest_of(6)))
    assert list(names.values()) == [
        "lamps (tin)",
        "lamps (glass)",
        "lamps",
        "cups (tea) 4",
        "cups (tea) 5",
        "interest 6",
    ]


@given(st.lists(st.tuples(st.floats(0.01, 100), st.floats(0, 1e7)), min_size=1, max_size=8))
def test_now_and_always_are_shares_of_one_whole(masses: list[tuple[float, float]]) -> None:
    made = [interest_of(n, mass=mass, short=mass, at=1e9 - age) for n, (mass, age) in enumerate(masses)]
    record = record_of("ann", *made, at=1e9)
    assert sum(shares(record, "mass").values()) == pytest.approx(1.0)
    assert sum(shares(record, "short").values()) == pytest.approx(1.0)


@pytest.mark.parametrize("items", [{}, {"4": ITEMS["4"]}])
def test_without_any_vector_interests_are_shown_without_examples(items: dict[str, ItemVector]) -> None:
    assert not [line for line in lines_of_record(RECORD, catalog_of(items)) if "such as" in line]


def test_a_user_without_interests_is_told_so() -> None:
    assert lines_of_record(record_of("ann"), catalog_of(ITEMS))[1].strip() == "no interest is known yet"
