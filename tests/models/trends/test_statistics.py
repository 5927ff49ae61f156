"""Statistics of a partition: what blocks tell is counted, however it is partitioned, and survives restarts."""

import numpy as np
import pytest

from models.trends.options import TrendOptions
from models.trends.statistics import TrendStatistics
from schemas.errors import SchemaError, UnknownVersionError
from schemas.rows.keys import SOURCES_KEY
from schemas.rows.trend import POPULARITY_HALF_LIVES, TREND_BYTES, decode_trends, encode_trends, trend_key
from tests.models.trends.made import Act, Trend, blocks_of, statistics_after, trends_of

USERS, ITEMS, EVENTS, FLUSH = 40, 50, 3_000, 60


def print_of(number: int) -> int:
    return 7 + 1_000_003 * number


def random_log() -> list[tuple[int, Act]]:
    """A user and its act, in order; popular items are often done, and an item in ten is only shown."""
    chance = np.random.default_rng(3)
    share = 1.0 / np.arange(1, ITEMS + 1)
    share /= share.sum()
    histories: list[list[int]] = [[] for _ in range(USERS)]
    log = []
    for _ in range(EVENTS):
        user, number = int(chance.integers(USERS)), int(chance.choice(ITEMS, p=share))
        shown = bool(chance.random() < 0.1)
        beside = tuple(print_of((number + more) % ITEMS) for more in chance.integers(1, 8, 3).tolist())
        log.append((user, Act(print_of(number), beside if shown else tuple(histories[user][:20]), shown)))
        if not shown:
            histories[user].insert(0, print_of(number))
    return log


def through(log: list[tuple[int, Act]], partitions: int, flush: int) -> tuple[dict[int, Trend], list[TrendStatistics]]:
    """Trends after a log went through so many source partitions and as many of items; all flush after `flush` acts."""
    stores = [TrendStatistics(TrendOptions(neighbors=ITEMS), capacity=1) for _ in range(partitions)]
    told = [0] * partitions
    for start in range(0, len(log), flush):
        for source in range(partitions):
            acts = [act for user, act in log[start : start + flush] if user % partitions == source]
            for target, block in blocks_of(acts, partitions, f"users/{source}", told[source]) if acts else ():
                stores[target].apply(block)
            told[source] += sum(not act.shown for act in acts)
    return trends_of([row for store in stores for _, row in store.take()]), stores


def test_a_log_through_eight_partitions_gives_what_it_gives_through_one_within_the_events_of_a_flush():
    log = random_log()
    one, alone = through(log, 1, 1)
    eight, stores = through(log, 8, FLUSH)
    events = sum(not act.shown for _, act in log)
    assert {store.events for store in (*alone, *stores)} == {events}
    assert one.keys() == eight.keys()
    assert sum(len(trend.shown_with) for trend in one.values()) > ITEMS
    for item, wanted in one.items():
        found = eight[item]
        assert found.head["behaviors"] == wanted.head["behaviors"]
        assert abs(found.head["born"] - wanted.head["born"]) <= FLUSH
        for half_life, here, there in zip(
            POPULARITY_HALF_LIVES, found.popularity_at(events), wanted.popularity_at(events), strict=True
        ):
            assert within(here, there, FLUSH / half_life)
        shown, shown_alone = found.shown_with_at(events), wanted.shown_with_at(events)
        assert shown.keys() == shown_alone.keys()
        assert all(within(count, shown_alone[one], FLUSH / 5_000.0) for one, count in shown.items())
        if wanted.head["behaviors"]:
            ours, theirs = found.counts_at(events), wanted.counts_at(events)
            assert ours.keys() == theirs.keys()
            for neighbor, pair in ours.items():
                assert all(within(*both, FLUSH / 30_000.0) for both in zip(pair, theirs[neighbor], strict=True))


def within(found: float, wanted: float, halvings: float) -> bool:
    """Whether two sums differ by no more than so many halvings, and rounding."""
    if wanted < 1e-6:
        return found < 1e-5
    return abs(np.log2(found / wanted)) <= halvings + 1e-3


def test_a_restart_changes_nothing():
    log = [act for _, act in random_log()]
    options = TrendOptions(neighbors=8)
    stayed = statistics_after(log[:1_000], options)
    rows = [(trend_key(value), row) for value, row in stayed.take()]
    sources = stayed.take_sources()
    again = TrendStatistics(options, capacity=1)
    again.load([*rows, *[(key, row) for key, row in sources if row is not None]])
    assert (again.take(), again.take_sources(), again.events) == ([], [], stayed.events)
    before = stayed.events
    for statistics in (stayed, again):
        for _, block in blocks_of(log[1_000:], before=before):
            statistics.apply(block)
    assert sorted(stayed.take()) == sorted(again.take())
    assert stayed.take_sources() == again.take_sources() != []


def test_rows_say_what_their_bytes_say():
    rows = [row for _, row in statistics_after([act for _, act in random_log()[:200]]).take()]
    assert encode_trends(decode_trends(rows)) == rows
    assert all(
        len(row) == TREND_BYTES + 12 * int(trend.head["neighbors"]) + 8 * len(trend.shown_with)
        for row, trend in zip(rows, trends_of(rows).values(), strict=True)
    )


def test_only_items_that_changed_have_rows_to_take():
    statistics = statistics_after([Act(1), Act(2)])
    assert [value for value, _ in statistics.take()] == [1, 2]
    for _, block in blocks_of([Act(2)], before=2):
        statistics.apply(block)
    assert [value for value, _ in statistics.take()] == [2]
    assert (statistics.take(), len(statistics)) == ([], 2)


def test_a_block_without_rows_moves_the_clock():
    statistics = statistics_after([Act(1)])
    statistics.take_sources()
    for _, block in blocks_of([Act(3)] * 7, partitions=2, source="users/1")[:1]:
        assert block.types == b""
        statistics.apply(block)
    assert (statistics.events, statistics.take()[0][0]) == (8, 1)
    assert [key for key, _ in statistics.take_sources()] == [SOURCES_KEY]


def test_a_source_that_begins_anew_goes_on_with_the_clock():
    statistics = statistics_after([Act(1)] * 5)
    for _, block in blocks_of([Act(1)] * 2, before=0):
        statistics.apply(block)
    assert statistics.events == 7
    assert trends_of([row for _, row in statistics.take()])[1].head["events"] == 6.0


def test_of_a_row_with_more_neighbors_than_there_is_room_the_greatest_stay():
    wide = statistics_after([Act(1, (2, 3, 4)), Act(1, (4, 3, 5))])
    narrow = TrendStatistics(TrendOptions(neighbors=2))
    narrow.load([(trend_key(value), row) for value, row in wide.take()])
    for _, block in blocks_of([Act(1, shown=True)], before=2):
        narrow.apply(block)
    assert trends_of([row for _, row in narrow.take()])[1].counts.keys() == {3, 4}


def test_rows_that_cannot_be_read_are_refused():
    ((_, row),) = statistics_after([Act(1, (2,))]).take()
    with pytest.raises(UnknownVersionError, match="version 2"):
        TrendStatistics(TrendOptions()).load([(trend_key(1), b"\x02" + row[1:])])
    for broken in (row[:-1], row[:50], row + b"0", b""):
        with pytest.raises(SchemaError, match="trend row"):
            TrendStatistics(TrendOptions()).load([(trend_key(1), broken)])


@pytest.mark.parametrize(("neighbors", "half_life"), [(0, 1.0), (1_025, 1.0), (1, 0.0), (1, float("inf"))])
def test_impossible_options_are_refused(neighbors, half_life):
    with pytest.raises(ValueError, match=r"trends\."):
        TrendOptions(neighbors, half_life)
