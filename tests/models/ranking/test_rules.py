"""Rules by catalog row: what they name, as the catalog grows and changes, and when they hold."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.ranking.rules import RuleTable
from models.ranking.windows import Windows
from schemas.rules import DAYS, Boost, Cap, Exclude, Pin, Rule, Window
from tests.models.builders import NOON, item
from tests.models.ranking.shelves import MONDAY, Shop, shops
from tests.models.ranking.slow_choosing import is_open, kind, names

AT = np.array([NOON])


def excluded(table: RuleTable, catalog: Catalog, at: float = NOON) -> list[str]:
    active = table.active(catalog, np.array([at]))
    return [catalog.ids[row] for row in np.flatnonzero(active.excluded[0][active.kinds]).tolist()]


@settings(max_examples=60, deadline=None)
@given(shops())
def test_rows_are_named_as_the_rules_are_written(shop: Shop) -> None:
    rules = [Rule(name=r.name, pin=r.pin, exclude=r.exclude, cap=r.cap, boost=r.boost) for r in shop.rules]
    active = RuleTable(rules).active(shop.catalog(), AT)
    if not rules:
        assert not len(active.kinds)
        return
    caps = [rule.cap for rule in rules if rule.cap]
    for row, one in enumerate(shop.items):
        bars = any(rule.exclude and names(rule.exclude, one) for rule in rules)
        assert active.excluded[0, active.kinds[row]] == bars == (not active.may_stand()[row])
        raised = sum(rule.boost.by for rule in rules if rule.boost and names(rule.boost, one))
        assert active.boosts[0, active.kinds[row]] == pytest.approx(raised)
        for place, cap in enumerate(caps):
            alike = [kind(cap, one) is not None and kind(cap, one) == kind(cap, other) for other in shop.items]
            groups = active.groups[:, place]
            assert ((groups == groups[row]) & (groups[row] != 0)).tolist() == alike
    assert active.limits[0].tolist() == [cap.most for cap in caps]


def test_items_that_come_later_are_named_too() -> None:
    catalog, table = Catalog(), RuleTable([Rule(exclude=Exclude(tag="sale")), Rule(pin=Pin(item="b", place=1))])
    assert not len(table.active(catalog, AT).kinds)
    catalog.put(item("a", tags=("sale",)))
    assert excluded(table, catalog) == ["a"] and table.active(catalog, AT).pins.tolist() == [[-1]]
    for number in range(3000):
        catalog.put(item(f"more-{number}", tags=("sale",) if number % 1000 == 0 else ()))
    catalog.put(item("b"))
    assert excluded(table, catalog) == ["a", "more-0", "more-1000", "more-2000"]
    assert table.active(catalog, AT).pins.tolist() == [[catalog.rows["b"]]]


def test_an_item_that_was_put_again_is_looked_at_anew() -> None:
    rules = [Rule(exclude=Exclude(category="Alcohol")), Rule(cap=Cap(per="brand", most=1))]
    catalog, table = Catalog(), RuleTable(rules)
    for name in ("a", "b"):
        catalog.put(item(name, categories=("Food",), brand="Acme"))
    assert excluded(table, catalog) == []
    catalog.put(item("a", categories=("Food", "Alcohol"), brand="Bolt"))
    table.forget(["a", "never seen"])
    assert excluded(table, catalog) == ["a"]
    groups = table.active(catalog, AT).groups[:, 0]
    assert groups[0] != groups[1]


def test_a_deleted_item_that_comes_back_is_named_as_it_is_now() -> None:
    catalog, table = Catalog(), RuleTable([Rule(exclude=Exclude(brand="Acme"))])
    catalog.put(item("a", brand="Acme"))
    assert excluded(table, catalog) == ["a"]
    catalog.delete("a")
    catalog.put(item("a", brand="Bolt"))
    table.forget(["a"])
    assert excluded(table, catalog) == []


def test_each_list_is_judged_by_its_own_time() -> None:
    catalog = Catalog()
    catalog.put(item("a"))
    window = Window(begin=MONDAY, until=MONDAY + timedelta(hours=1))
    table = RuleTable([Rule(exclude=Exclude(item="a"), when=window), Rule(boost=Boost(item="a", by=2.0))])
    start = MONDAY.timestamp()
    active = table.active(catalog, np.array([start - 1e-3, start, start + 3599.9, start + 3600.0]))
    shown = [not active.excluded[moment, active.kinds[0]] for moment in active.moments]
    assert shown == [True, False, False, True] and active.may_stand().tolist() == [True]
    assert (active.boosts[:, active.kinds[0]] == 2.0).all()


def test_a_cap_that_does_not_hold_caps_nothing() -> None:
    catalog = Catalog()
    catalog.put(item("a", brand="Acme"))
    table = RuleTable([Rule(cap=Cap(per="brand", most=1), when=Window(begin=MONDAY))])
    before, after = (
        table.active(catalog, np.array([MONDAY.timestamp() + seconds])).limits[0, 0] for seconds in (-1, 1)
    )
    assert after == 1 and before > 1_000_000


# -- windows

windows = st.builds(
    Window,
    days=st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True).map(tuple),
    hours=st.sampled_from(["00:00-24:00", "08:00-20:00", "22:00-02:00", "00:00-00:01", "02:30-03:30", "12:00-24:00"]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    begin=st.none() | st.just(MONDAY - timedelta(days=60)),
    until=st.none() | st.just(MONDAY + timedelta(days=60, milliseconds=1)),
)
# Half a year before and after, so that both changes of the clock are among them.
moments = st.floats(-180 * 86_400.0, 180 * 86_400.0).map(lambda seconds: MONDAY.timestamp() + round(seconds, 3))


@settings(max_examples=100, deadline=None)
@given(st.lists(windows, min_size=1, max_size=3), st.lists(moments, min_size=1, max_size=8))
def test_a_window_is_open_as_its_definition_says(several: list[Window], at: list[float]) -> None:
    rules = [Rule(exclude=Exclude(item="a"), when=window) for window in several]
    rows, table = Windows(rules).holding(np.array(at))
    for moment, row in zip(at, rows.tolist(), strict=True):
        assert table[row].tolist() == [is_open(window, moment) for window in several]


def test_hours_follow_the_clock_of_their_zone_through_its_changes() -> None:
    """Clocks in Berlin go from 2 to 3 on 29 March 2026 and from 3 to 2 on 25 October."""
    window = Window(hours="02:30-03:30", zone="Europe/Berlin")
    spring = [is_open_at(window, datetime(2026, 3, 29, 1, minute, tzinfo=UTC)) for minute in (0, 29, 30)]
    autumn = [is_open_at(window, datetime(2026, 10, 25, hour, 45, tzinfo=UTC)) for hour in (0, 1, 2)]
    assert spring == [True, True, False] and autumn == [True, True, False]


def test_a_span_across_midnight_belongs_to_the_day_it_begins_on() -> None:
    window = Window(days=("mon",), hours="22:00-02:00")
    monday = MONDAY.replace(hour=0, minute=0)
    hours = [is_open_at(window, monday + timedelta(hours=hour)) for hour in (1, 21, 22, 25, 26)]
    assert hours == [False, False, True, True, False]


def is_open_at(window: Window, moment: datetime) -> bool:
    rows, table = Windows([Rule(exclude=Exclude(item="a"), when=window)]).holding(np.array([moment.timestamp()]))
    return bool(table[rows[0], 0])
