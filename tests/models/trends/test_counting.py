"""Counting: equal to the exact twin where nothing is evicted, and right in the mean where something is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.trends.kernels.companions import companions_of_each
from models.trends.kernels.counting import Happenings, Statistics, count_each
from models.trends.options import TrendOptions
from models.trends.statistics import new_statistics, rules_of
from schemas.rows.trend import MOST_COMPANIONS
from tests.models.trends import slow

ITEMS = 6
OPTIONS = TrendOptions(neighbors=ITEMS)
GAPS = (-30, 0, 1, 7, 400, 40_000, 500_000)

happenings = st.lists(
    st.tuples(
        st.integers(0, ITEMS - 1),
        st.booleans(),
        st.sampled_from(GAPS),
        st.lists(st.integers(1, ITEMS), max_size=20),
    ),
    min_size=1,
    max_size=30,
)


def count(
    statistics: Statistics, places: list[int], nows: list[float], recents: list[list[int]], **more: object
) -> None:
    """Counts behaviors, or impressions where shown says so."""
    n = len(places)
    shown = np.array(more.get("shown", [False] * n), np.bool_)
    starts = np.concatenate(([0], np.cumsum([len(one) for one in recents], dtype=np.int64)))
    flat = np.array([value for one in recents for value in one], np.uint32)
    options = more.get("options", OPTIONS)
    assert isinstance(options, TrendOptions)
    rows = Happenings(np.array(places), shown, np.array(nows, np.float64), np.array(nows, np.float64), flat, starts)
    count_each(statistics, rows, rules_of(options))


@settings(max_examples=80, deadline=None)
@given(happenings)
def test_without_eviction_all_counts_are_the_exact_sums(acts):
    statistics = new_statistics(ITEMS, ITEMS)
    statistics.heads["print"] = np.arange(1, ITEMS + 1)
    twins = [slow.Item() for _ in range(ITEMS)]
    now, nows = 1_000.0, []
    for place, shown, gap, recents in acts:
        now += gap
        nows.append(now)
        if shown:
            twins[place].show(place + 1, recents, now)
        else:
            twins[place].count(place + 1, recents, now)
    places, shown_each, _, recents_each = map(list, zip(*acts, strict=True))
    count(statistics, places, nows, recents_each, shown=shown_each)
    end = max(nows)
    for place, twin in enumerate(twins):
        assert_like(statistics, place, twin, end)


def assert_like(statistics: Statistics, place: int, twin: slow.Item, end: float) -> None:
    head = statistics.heads[place]
    close = {"rel": 1e-4, "abs": 1e-5}
    since = [(head["events"] - end) / half_life for half_life in (50.0, 500.0, 5_000.0, 50_000.0)]
    found = [value * 2.0**old for value, old in zip(head["popularity"].tolist(), since, strict=True)]
    assert found == pytest.approx(twin.popularity(end), **close)
    assert head["impressions"] * 2.0 ** ((head["shown"] - end) / 5_000.0) == pytest.approx(twin.shown(end), **close)
    assert head["behaviors"] == len(twin.events)
    assert head["born"] == (twin.events[0] if twin.events else -1.0)
    wanted = twin.counts(end, OPTIONS)
    left = 2.0 ** ((head["landmark"] - end) / OPTIONS.half_life)
    n = int(head["neighbors"])
    assert set(statistics.prints[place, :n].tolist()) == set(wanted)
    for k in range(n):
        near, far = wanted[int(statistics.prints[place, k])]
        assert statistics.counts[place, 0, k] * left == pytest.approx(near, **close)
        assert statistics.counts[place, 1, k] * left == pytest.approx(far, **close)
    totals = [sum(pair[side] for pair in wanted.values()) for side in range(2)]
    assert (head["totals"] * left).tolist() == pytest.approx(totals, **close)
    left, c = 2.0 ** ((head["shown"] - end) / 5_000.0), int(head["companions"])
    counts = statistics.companion_counts[place, :c]
    found = dict(zip(statistics.companion_prints[place, :c].tolist(), (counts * left).tolist(), strict=True))
    assert found == pytest.approx(twin.shown_with(end), **close)
    assert (np.diff(counts) <= 0.0).all()


NEIGHBORS, ROOM, RUNS = 40, 10, 400


def evicting_log() -> list[int]:
    """From which of 40 items users came to one item, 600 times: few came often, most rarely."""
    chance = np.random.default_rng(7)
    share = 1.0 / np.arange(1, NEIGHBORS + 1) ** 1.2
    return chance.choice(NEIGHBORS, 600, p=share / share.sum()).tolist()


def runs_of(log: list[int], room: int = ROOM) -> tuple[np.ndarray, np.ndarray]:
    """Near and far counts (runs, 40) with so much room, under other prints each time, which change the hash."""
    options = TrendOptions(neighbors=room, half_life=1e9)
    chance = np.random.default_rng(8)
    near, far = np.zeros((RUNS, NEIGHBORS)), np.zeros((RUNS, NEIGHBORS))
    for run in range(RUNS):
        prints = (chance.integers(1, 1 << 24, NEIGHBORS) * NEIGHBORS + np.arange(NEIGHBORS)).tolist()
        statistics = new_statistics(1, room)
        statistics.heads["print"] = 1
        recents = [[prints[neighbor]] for neighbor in log]
        count(statistics, [0] * len(log), list(range(len(log))), recents, options=options)
        assert statistics.heads["totals"][0].tolist() == pytest.approx([len(log)] * 2, rel=1e-4)
        kept = dict(zip(statistics.prints[0].tolist(), statistics.counts[0].T.tolist(), strict=True))
        for neighbor, value in enumerate(prints):
            near[run, neighbor], far[run, neighbor] = kept.get(value, (0.0, 0.0))
    return near, far


def test_with_eviction_no_count_is_too_high_in_the_mean_and_those_of_heavy_neighbors_hardly_err():
    log = evicting_log()
    exact = np.bincount(log, minlength=NEIGHBORS)
    near, far = runs_of(log)
    error = 5.0 * far.std(axis=0) / np.sqrt(RUNS) + 1e-3
    assert (far.mean(axis=0) <= exact + error).all()
    assert (far.sum(axis=1) <= len(log) + 1e-3).all()
    heavy = exact >= len(log) / ROOM
    assert heavy.any() and not heavy.all()
    squares = ((far[:, heavy] - exact[heavy]) ** 2).mean(axis=0)
    assert (np.sqrt(squares) <= 0.1 * exact[heavy]).all()
    assert (near <= exact + 1e-3).all()


def test_what_comes_to_a_full_list_is_right_in_the_mean_and_whoever_stays_is_as_before():
    _, far = runs_of([0, 0, 0, 1, 1, 1, 1, 2], room=2)
    came = far[:, 2] > 0.0
    assert far[:, 2].mean() == pytest.approx(1.0, abs=5.0 * far[:, 2].std() / np.sqrt(RUNS))
    assert (far[came, :3] == (0.0, 4.0, 4.0)).all()
    assert (far[~came, :3] == (3.0, 4.0, 0.0)).all()


def test_a_replay_evicts_the_same():
    options = TrendOptions(neighbors=ROOM)
    both = []
    for _ in range(2):
        statistics = new_statistics(1, ROOM)
        statistics.heads["print"] = 99_999
        recents = [[neighbor + 1] for neighbor in evicting_log()]
        count(statistics, [0] * len(recents), list(range(len(recents))), recents, options=options)
        both.append([column.tobytes() for column in statistics])
    assert both[0] == both[1]


def test_an_items_own_print_is_passed_over_and_takes_its_place():
    statistics = new_statistics(1, 4)
    statistics.heads["print"] = 5
    count(statistics, [0], [0.0], [[5, 7]])
    assert statistics.heads["neighbors"][0] == 1
    assert statistics.counts[0, :, 0].tolist() == pytest.approx([0.6, 0.9])


def test_another_half_life_goes_on_with_what_the_counts_were_at_that_moment():
    statistics = new_statistics(1, 4)
    statistics.heads["print"] = 5
    count(statistics, [0], [0.0], [[7]], options=TrendOptions(4, 100.0))
    count(statistics, [0], [200.0], [[8]], options=TrendOptions(4, 1_000.0))
    assert statistics.heads["landmark"][0] == 200.0
    assert statistics.prints[0, :2].tolist() == [8, 7]
    assert statistics.counts[0, 1, :2].tolist() == pytest.approx([1.0, 0.25])


def test_neighbors_are_a_heap_by_far_count():
    statistics = new_statistics(1, ROOM)
    statistics.heads["print"] = 99_999
    log = evicting_log()
    recents = [[neighbor + 1 for neighbor in log[k : k + 5]] for k in range(len(log))]
    count(statistics, [0] * len(log), list(range(len(log))), recents, options=TrendOptions(neighbors=ROOM))
    far = statistics.counts[0, 1]
    assert (far[1:] <= far[(np.arange(1, ROOM) - 1) // 2]).all()


def shown_runs_of(log: list[int]) -> np.ndarray:
    """Counts (runs, 40) of what one item was shown with, one at a time, under other prints each time."""
    chance = np.random.default_rng(9)
    counts = np.zeros((RUNS, NEIGHBORS))
    for run in range(RUNS):
        prints = (chance.integers(1, 1 << 24, NEIGHBORS) * NEIGHBORS + np.arange(NEIGHBORS)).tolist()
        statistics = new_statistics(1, 1)
        statistics.heads["print"] = 1
        count(statistics, [0] * len(log), [0.0] * len(log), [[prints[one]] for one in log], shown=[True] * len(log))
        assert statistics.heads["impressions"][0] == len(log)
        kept = dict(zip(statistics.companion_prints[0].tolist(), statistics.companion_counts[0].tolist(), strict=True))
        counts[run] = [kept.get(value, 0.0) for value in prints]
    return counts


def test_with_more_companions_than_there_is_room_the_heavy_ones_stay_and_no_count_is_too_high_in_the_mean():
    log = evicting_log()
    exact = np.bincount(log, minlength=NEIGHBORS)
    counts = shown_runs_of(log)
    error = 5.0 * counts.std(axis=0) / np.sqrt(RUNS) + 1e-3
    assert (counts.mean(axis=0) <= exact + error).all()
    assert ((counts > 0.0).sum(axis=1) == MOST_COMPANIONS).all()
    heavy = exact >= len(log) / MOST_COMPANIONS
    assert heavy.any() and not heavy.all()
    squares = ((counts[:, heavy] - exact[heavy]) ** 2).mean(axis=0)
    assert (np.sqrt(squares) <= 0.1 * exact[heavy]).all()


def test_a_companion_that_comes_to_a_full_list_is_right_in_the_mean():
    log = [one for one in range(MOST_COMPANIONS) for _ in range(2 + (one > 0))] + [MOST_COMPANIONS]
    counts = shown_runs_of(log)
    newcomer = counts[:, MOST_COMPANIONS]
    assert newcomer.mean() == pytest.approx(1.0, abs=5.0 * newcomer.std() / np.sqrt(RUNS))
    assert set(newcomer.tolist()) == {0.0, 3.0}
    assert (counts[:, 1:MOST_COMPANIONS] == 3.0).all()


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(1, 99), max_size=14, unique=True), max_size=5))
def test_companions_are_what_is_at_most_four_places_away(lists):
    shown = np.array([value for items in lists for value in items], np.uint32)
    companions, counts = np.zeros((len(shown), 8), np.uint32), np.zeros(len(shown), np.uint8)
    companions_of_each(shown, np.cumsum([0, *map(len, lists)]), companions, counts)
    found = [row[:own].tolist() for row, own in zip(companions, counts, strict=True)]
    assert found == [
        [other for far, other in enumerate(items) if 0 < abs(far - place) <= 4]
        for items in lists
        for place in range(len(items))
    ]
