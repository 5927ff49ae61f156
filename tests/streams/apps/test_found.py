"""Found: both lists side by side, with what each part of a score is and what moved whom."""

from collections.abc import Mapping

import numpy as np

from models.search.options import SearchOptions
from schemas.interests import InterestRecord, TurnedAway
from schemas.items import ItemVector
from schemas.vectors import from_bytes
from streams.apps.found import Results, found_for, lines_of_lists, lines_of_passages
from tests.interests import interest_of, record_of, vector

JAGUAR = from_bytes(vector(0.6, 0.6, 0.53))
VECTORS: Mapping[str, bytes] = {
    "cat": vector(0.62, 0.0, 0.78),
    "car": vector(0.62, 0.78, 0.0),
    "bus": vector(0.0, 1.0, 0.0),
    "cup": vector(0.0, 0.0, 0.0, 1.0),
}
TITLES = {"cat": "Jaguar, a big cat", "car": "Jaguar, a fast car", "bus": "A bus", "cup": "A cup"}
CATS = {"label": "cats", "vector": vector(0.0, 0.0, 1.0)}
CARS = {"label": "cars", "vector": vector(0.0, 1.0, 0.0)}


def found(record: InterestRecord, weight: float = 0.3) -> Results:
    items = {
        name: ItemVector(item_id=name, encoder="e", title=title, vector=VECTORS[name]) for name, title in TITLES.items()
    }
    return found_for("jaguar", JAGUAR / np.linalg.norm(JAGUAR), record, items, SearchOptions(weight), 3)


def lists(record: InterestRecord, weight: float = 0.3) -> list[str]:
    return [line.plain for line in lines_of_lists(found(record, weight), 100)]


def test_lists_show_who_was_moved_by_which_interest_and_by_how_much() -> None:
    lines = lists(record_of("ann", interest_of(1, **CATS)))
    assert lines[0] == "“jaguar” for ann (as of 1970-01-01 00:16, weight 0.3)"
    assert lines[1] == "Attention of this text: 100% cats"
    assert lines[3].split("  ")[-1] == "moved"
    first, second, third = (line.split() for line in lines[4:])
    assert first[0] == "1"
    assert first[1:] == ["Jaguar,", "a", "fast", "car", "Jaguar,", "a", "big", "cat", "0.79", "+0.23", "↑1", "cats"]
    assert second[1:] == ["Jaguar,", "a", "big", "cat", "Jaguar,", "a", "fast", "car", "0.84", "+0.00", "↓1"]
    assert third[1:] == ["A", "bus", "A", "bus", "0.60", "+0.00"]


def test_attention_of_the_text_is_told_by_interest_the_most_first() -> None:
    record = record_of("ann", interest_of(1, attention=0.4, **CATS), interest_of(2, attention=0.6, **CARS))
    assert lists(record)[1].startswith("Attention of this text: ")
    assert lists(record)[1].split(": ")[1].split()[1] == "cars,"


def test_without_interests_both_lists_are_the_same_and_nothing_is_moved() -> None:
    lines = lists(record_of("ann"))
    assert lines[1] == "No interest that counts is known."
    assert all("↑" not in line and "↓" not in line for line in lines)
    assert lines[4].count("Jaguar, a fast car") == 2


def test_what_is_muted_is_left_out_and_named() -> None:
    lines = lists(record_of("ann", interest_of(1, attention=0.0, state="muted", **CARS)), weight=0.0)
    assert lines[4].count("Jaguar, a fast car") == 1
    assert lines[4].count("Jaguar, a big cat") == 1
    assert lines[-1] == "Left out, as near to what is muted: Jaguar, a fast car, A bus"


def test_what_was_turned_away_says_why_it_fell() -> None:
    wanted, unwanted = interest_of(1, **CATS), interest_of(2, attention=0.0, turned=3.0, state="turned_away", **CARS)
    lines = lists(record_of("ann", wanted, unwanted))
    assert lines[5].endswith("↓1    turned away: cars")
    by_name = lists(record_of("ann", turned_away=(TurnedAway("item", "car", 3.0),)))
    assert by_name[5].endswith("↓1    turned away")


def test_long_titles_are_cut_to_the_width_and_lines_stay_within_it() -> None:
    long = dict.fromkeys(TITLES, "a very long title of a thing that nobody would ever want to read " * 2)
    items = {name: ItemVector(item_id=name, encoder="e", title=long[name], vector=VECTORS[name]) for name in long}
    record = record_of("ann", interest_of(1, **CATS))
    results = found_for("jaguar", JAGUAR, record, items, SearchOptions(), 3)
    for width in (80, 100):
        lines = [line.plain for line in lines_of_lists(results, width)]
        assert max(map(len, lines)) <= width
        assert all(line.count("…") == 2 for line in lines[4:])


def test_passages_are_told_apart_only_where_they_differ() -> None:
    texts = {"car": "It has four wheels.", "cat": "It has four legs."}
    different = found(record_of("ann", interest_of(1, **CATS)))
    assert different.first_ids() == {"car", "cat"}
    assert [line.plain for line in lines_of_passages(different, texts, 80)][3:] == [
        "By the text alone",
        "  Jaguar, a fast car",
        "  It has four wheels.",
        "",
        "By the interests too (number 2 before, cats)",
        "  Jaguar, a big cat",
        "  It has four legs.",
    ]
    same = found(record_of("ann", interest_of(1, **CARS)))
    assert [line.plain for line in lines_of_passages(same, {}, 80)][3:] == [
        "By the text alone, and by the interests too",
        "  Jaguar, a fast car",
    ]
