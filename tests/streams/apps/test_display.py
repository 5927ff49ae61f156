"""Display: lists and interests as text, with titles for ids and words for interests."""

import numpy as np
import pytest

from schemas.interests import Interest, InterestRecord
from schemas.items import ItemVector
from schemas.recommendations import Reason, Recommendations, RecommendedItem
from schemas.vectors import DIMENSIONS, to_bytes
from streams.apps.display import catalog_of, lines_of_list, lines_of_record, main_reason, words_of

DAY = 86_400.0


def vector(*leading: float) -> bytes:
    return to_bytes(np.array([*leading, *[0.0] * (DIMENSIONS - len(leading))], np.float32))


ITEMS = {
    item.item_id: item
    for item in (
        ItemVector(item_id="1", encoder="e", title="Desk lamp", vector=vector(1, 0)),
        ItemVector(item_id="2", encoder="e", title="Floor lamp", vector=vector(0.5, 0.1)),
        ItemVector(item_id="3", encoder="e", title="Tea cup", vector=vector(0, 1)),
        ItemVector(item_id="4", encoder="e", title="", vector=None),
    )
}
LAMPS = Interest(7, 0.9, 0.8, 4.0, 1000.0, 30 * DAY, 5, vector(1, 0))
TEA = Interest(8, 0.3, 0.2, 1.0, 900.0, 60 * DAY, 1, vector(0, 1))
RECORD = InterestRecord(
    user_id="ann", at=1000.0, behaviors=6, new_behaviors=1, encoder="e", vector=vector(1, 0.2), interests=(TEA, LAMPS)
)
LIST = Recommendations(
    recommendation_id="r",
    user_id="ann",
    at=1_323_433_860_000,
    behaviors=1,
    variant="default",
    encoder="e",
    items=(
        RecommendedItem("2", 0.875, 1.0, (Reason("interest", 0.75, 7), Reason("popularity", 0.25))),
        RecommendedItem("unheard-of", 0.5, 1.0, (Reason("popularity", 1.0),)),
    ),
)


def test_a_list_shows_who_when_titles_scores_and_reasons() -> None:
    head, first, second = lines_of_list(LIST, ITEMS)
    assert head == "ann  2011-12-09 12:31  after 1 behavior"
    assert first.split() == ["1", "Floor", "lamp", "0.875", "75%", "interest", "7,", "25%", "popular"]
    assert second.split() == ["2", "unheard-of", "0.500", "popular"]


def test_interests_of_a_list_are_called_what_they_are_given() -> None:
    assert "75% like Desk lamp" in lines_of_list(LIST, ITEMS, {7: "like Desk lamp"})[1]


def test_the_main_reason_is_the_one_with_the_largest_share() -> None:
    both = LIST.items[0].reasons
    assert main_reason(both, {7: "like Desk lamp"}) == "like Desk lamp"
    assert main_reason((Reason("popularity", 0.6), Reason("interest", 0.4, 7)), {}) == "popular"
    assert main_reason((), {}) == ""


def test_an_interest_in_words_is_the_items_nearest_to_it() -> None:
    catalog = catalog_of(ITEMS)
    assert words_of(LAMPS, catalog, 2) == ["Desk lamp", "Floor lamp"]
    assert words_of(TEA, catalog, 1) == ["Tea cup"]


def test_interests_are_shown_with_their_numbers_the_strongest_first() -> None:
    lines = lines_of_record(RECORD, catalog_of(ITEMS))
    assert lines[0] == "ann  as of 1970-01-01 00:16  6 behaviors"
    numbers = "interest 7 intensity 0.90 attention 0.80 mass 4.00 half-life 30.0 days 5 behaviors"
    assert " ".join(lines[1].split()) == numbers
    assert lines[2].strip() == "Desk lamp | Floor lamp | Tea cup"
    assert lines[3].split()[1] == "8"


def test_what_is_unwanted_is_shown_as_such() -> None:
    record = InterestRecord(
        user_id="ann", at=1.0, behaviors=1, new_behaviors=1, encoder="e", vector=None, interests=(LAMPS,), unwanted=TEA
    )
    assert any(line.strip().startswith("unwanted 8") for line in lines_of_record(record, catalog_of(ITEMS)))


@pytest.mark.parametrize("items", [{}, {"4": ITEMS["4"]}])
def test_without_any_vector_interests_are_shown_without_words(items: dict[str, ItemVector]) -> None:
    assert len(lines_of_record(RECORD, catalog_of(items))) == 3


def test_a_user_without_interests_is_told_so() -> None:
    record = InterestRecord(user_id="ann", at=1.0, behaviors=1, new_behaviors=1, encoder="e", vector=None, interests=())
    assert lines_of_record(record, catalog_of(ITEMS))[1].strip() == "no interest is known yet"
