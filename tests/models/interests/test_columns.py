"""Columns: behaviors as arrays say what the behaviors say."""

import numpy as np
import pytest

from models.catalog.prints import item_print
from models.interests.behavior_types import TypeOptions
from models.interests.columns import bare_columns, columns_of, text_print
from models.interests.kernels.types import Columns
from models.interests.options import InterestOptions
from schemas.behaviors import TYPE_CODES, Behavior, Context
from schemas.ids import fingerprint
from tests.models.builders import HOUR, behavior, unit_vectors

OPTIONS = InterestOptions()
WEIGHTS = OPTIONS.weights()
# A Monday in July, at midnight UTC.
MIDNIGHT = 1_751_846_400.0


def columns(*behaviors: Behavior) -> Columns:
    n = len(behaviors)
    at = np.array([b.at for b in behaviors])
    slots, prints, rows = np.arange(n), np.arange(n, dtype=np.uint32), np.arange(n) % 2
    return columns_of(slots, behaviors, at, WEIGHTS, OPTIONS.quick_return, prints, unit_vectors(2), rows)


def in_context(hour: float, **context: str) -> Behavior:
    return behavior("view", "item-1", MIDNIGHT + hour * HOUR, context=Context(**context))


def test_types_weights_times_and_ids_are_those_of_the_behaviors():
    batch = [behavior("purchase", "item-1", MIDNIGHT), behavior("hide", "item-2", MIDNIGHT + 0.25)]
    made = columns(*batch)
    assert made.types.tolist() == [TYPE_CODES["purchase"], TYPE_CODES["hide"]]
    assert made.weights.tolist() == [5.0, -3.0]
    assert made.at.tolist() == [MIDNIGHT, MIDNIGHT + 0.25]
    assert made.event_ids.tolist() == [fingerprint(b.event_id) for b in batch]
    assert made.facet_rows.tolist() == [-1, -1]


def test_what_speaks_for_its_item_is_what_weighs_more_than_nothing():
    options = InterestOptions(types={"view": TypeOptions(-1.0, HOUR), "skip": TypeOptions(0.5, HOUR)})
    for chosen, turned in ((OPTIONS, {}), (options, {"view": False, "skip": True})):
        wanted = chosen.wanted()
        expected = {"view": True, "purchase": True, "skip": False, "hide": False, "identify": False} | turned
        assert wanted.shape == (len(TYPE_CODES),)
        assert {name: bool(wanted[TYPE_CODES[name]]) for name in expected} == expected


def test_a_quick_return_weighs_as_much_as_a_skip():
    dwells = [behavior("dwell", "item-1", value=value) for value in (0.0, 4.9, 5.0, 60.0, None)]
    others = [behavior(kind, "item-1", value=1.0) for kind in ("view", "purchase")]
    assert columns(*dwells, *others).weights.tolist() == [-1.0, -1.0, 1.5, 1.5, 1.5, 1.0, 5.0]
    assert WEIGHTS[TYPE_CODES["dwell"]] == 1.5


@pytest.mark.parametrize(
    ("hour", "zone", "found"),
    [
        (0, None, 0),
        (3.99, None, 0),
        (4, None, 1),
        (23.9, None, 5),
        (3, "Europe/London", 1),
        (23, "Europe/London", 0),
        (3, "America/New_York", 5),
        (3, "Asia/Kolkata", 2),
        (3, "Nowhere/Else", 0),
        (3, "", 0),
    ],
)
def test_hours_are_four_hour_bins_of_the_local_day(hour, zone, found):
    context = {} if zone is None else {"time_zone": zone}
    assert columns(in_context(hour, **context)).hours.tolist() == [found]


def test_hours_follow_daylight_saving_time():
    winter, summer = 1_737_000_000.0 // 86_400 * 86_400 + 23 * HOUR, MIDNIGHT + 23 * HOUR
    london = Context(time_zone="Europe/London")
    batch = [behavior("view", "item-1", at, context=london) for at in (winter, summer)]
    assert columns(*batch).hours.tolist() == [5, 0]


def test_devices_are_known_by_name_and_else_other():
    made = columns(
        in_context(0, device="mobile"),
        in_context(0, device="Desktop"),
        in_context(0, device="fridge"),
        in_context(0, time_zone="Europe/London"),
        behavior("view", "item-1"),
    )
    assert made.devices.tolist() == [1, 2, 3, 0, 0]


def impression(*items: str) -> Behavior:
    return behavior("impression", item_ids=items)


def test_what_impressions_show_lies_in_a_row():
    made = columns(behavior("view", "item-1"), impression("a", "b"), impression(), impression("c"))
    assert made.shown.tolist() == [item_print(name) for name in "abc"]
    assert made.shown_starts.tolist() == [0, 0, 2, 2, 3]


def test_each_item_of_an_impression_counts_once_and_the_one_it_names_alone_stands_first():
    named = behavior("impression", "b", item_ids=("a", "b", "c", "a"))
    made = columns(named, behavior("impression", "c"))
    assert made.shown.tolist() == [item_print(name) for name in "bacc"]
    assert made.shown_starts.tolist() == [0, 3, 4]


def test_bare_events_have_neither_weight_nor_item():
    bare = bare_columns(np.array([3]), np.array([7], np.uint64), np.array([MIDNIGHT]))
    assert (bare.weights.tolist(), bare.vector_rows.tolist(), bare.facet_rows.tolist()) == ([0.0], [-1], [-1])
    assert (bare.slots.tolist(), bare.event_ids.tolist(), bare.at.tolist()) == ([3], [7], [MIDNIGHT])


def test_a_search_is_remembered_whatever_its_case_and_is_no_item():
    assert text_print("Red SHOES") == text_print("red shoes") != item_print("red shoes")
