"""Popularity: the closed form, whatever the order, the partitions and the restarts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.options import InterestOptions
from models.trends.popularity import ItemPopularity, TrendOptions, signal_blocks
from schemas.behaviors import TYPE_CODES
from schemas.errors import UnknownVersionError
from schemas.rows.trend import TrendRow, encode_trend_row
from schemas.trends import ItemTrend, SignalBlock, decode_signal_block, encode_signal_block
from tests.models.builders import DAY, NOON

OPTIONS = TrendOptions()
WEIGHTS = InterestOptions().weights()
Signal = tuple[str, str, float]
KINDS = ("view", "purchase", "dislike", "impression")

signals = st.lists(
    st.tuples(
        st.integers(0, 9).map("item-{}".format),
        st.sampled_from(KINDS),
        st.integers(-40 * 86_400, 40 * 86_400).map(lambda seconds: NOON + seconds),
    ),
    max_size=40,
)


def blocks_of(acts: list[Signal], partitions: int = 1) -> list[tuple[int, SignalBlock]]:
    items = [name for name, _, _ in acts]
    types = np.array([TYPE_CODES[kind] for _, kind, _ in acts], np.uint8)
    return signal_blocks(
        items, types, np.array([at for _, _, at in acts], np.float64), partitions, "users/0", len(acts)
    )


def popularity_after(*blocks: SignalBlock) -> ItemPopularity:
    popularity = ItemPopularity(1)
    for block in blocks:
        popularity.apply(block, WEIGHTS, OPTIONS)
    return popularity


def trends_after(acts: list[Signal], partitions: int = 1) -> dict[str, ItemTrend]:
    stores = [ItemPopularity(1) for _ in range(partitions)]
    for target, block in blocks_of(acts, partitions):
        stores[target].apply(block, WEIGHTS, OPTIONS)
    return {trend.item_id: trend for store in stores for trend in store.trends(OPTIONS)}


def assert_alike(one: dict[str, ItemTrend], other: dict[str, ItemTrend]) -> None:
    assert one.keys() == other.keys()
    for name, trend in one.items():
        assert (trend.at, trend.behaviors) == (other[name].at, other[name].behaviors)
        assert trend.popularity == pytest.approx(other[name].popularity, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(signals)
def test_popularity_is_the_closed_form(acts):
    found = trends_after(acts)
    assert found.keys() == {name for name, _, _ in acts}
    for name, trend in found.items():
        own = [(max(WEIGHTS[TYPE_CODES[kind]], 0.0), at) for item, kind, at in acts if item == name]
        assert trend.at == max(at for _, at in own)
        assert trend.behaviors == len(own)
        wanted = sum(weight * 2.0 ** ((at - trend.at) / OPTIONS.half_life) for weight, at in own)
        assert trend.popularity == pytest.approx(wanted, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(signals.flatmap(lambda acts: st.tuples(st.just(acts), st.permutations(acts))))
def test_popularity_does_not_depend_on_the_order(pair):
    assert_alike(trends_after(pair[0]), trends_after(pair[1]))


@settings(max_examples=40, deadline=None)
@given(signals, st.integers(2, 12))
def test_popularity_does_not_depend_on_the_number_of_partitions(acts, partitions):
    assert_alike(trends_after(acts), trends_after(acts, partitions))


@settings(max_examples=40, deadline=None)
@given(signals, signals)
def test_popularity_goes_on_from_its_rows(before, after):
    stayed = popularity_after(*[block for _, block in blocks_of(before)])
    restarted = ItemPopularity(1)
    for key, row in stayed.take_rows():
        assert row is not None
        restarted.load(key, row)
    assert restarted.take_rows() == []
    for store in (stayed, restarted):
        for _, block in blocks_of(after):
            store.apply(block, WEIGHTS, OPTIONS)
    assert dict(stayed.take_rows()) == dict(restarted.take_rows())


def test_only_items_that_changed_have_rows_to_take():
    popularity = popularity_after(*[block for _, block in blocks_of([("a", "view", NOON), ("b", "view", NOON)])])
    popularity.take_rows()
    popularity.apply(blocks_of([("b", "view", NOON)])[0][1], WEIGHTS, OPTIONS)
    assert [trend.item_id for trend in popularity.trends(OPTIONS)] == ["b"]
    assert [key for key, _ in popularity.take_rows()] == [b"\x00\x01bt"]
    assert (len(popularity), popularity.trends(OPTIONS)) == (2, [])


def test_items_keep_their_popularity_as_the_store_grows():
    acts = [(f"item-{n}", "view", NOON) for n in range(100)]
    found = trends_after([*acts, *acts])
    assert {trend.popularity for trend in found.values()} == {2.0}


def test_what_turns_away_takes_no_popularity():
    found = trends_after([("a", "purchase", NOON), ("a", "dislike", NOON)])["a"]
    assert (found.popularity, found.behaviors) == (5.0, 2)


@settings(max_examples=40, deadline=None)
@given(signals, st.integers(1, 12))
def test_blocks_hold_every_signal_once_in_order_on_the_items_own_partition(acts, partitions):
    blocks = blocks_of(acts, partitions)
    home: dict[str, int] = {}
    found: dict[str, list[tuple[int, float]]] = {}
    for target, block in blocks:
        assert decode_signal_block(encode_signal_block(block)) == block
        columns = zip(block.items, block.type_column().tolist(), block.time_column().tolist(), strict=True)
        for name, code, at in columns:
            assert home.setdefault(name, target) == target
            found.setdefault(name, []).append((code, at))
    wanted: dict[str, list[tuple[int, float]]] = {}
    for name, kind, at in acts:
        wanted.setdefault(name, []).append((TYPE_CODES[kind], at))
    assert found == wanted
    assert len({target for target, _ in blocks}) == len(blocks)
    assert all(0 <= target < partitions for target, _ in blocks)


def test_an_item_goes_to_the_partition_that_crc32_names():
    assert [target for target, _ in blocks_of([("123456789", "view", NOON)], 1000)] == [0xCBF43926 % 1000]


def test_a_row_of_a_newer_version_is_refused():
    row = b"\x02" + encode_trend_row(TrendRow(1.0, NOON, 1))[1:]
    with pytest.raises(UnknownVersionError, match="version 2"):
        ItemPopularity().load(b"\x00\x01at", row)


def test_a_half_life_of_zero_is_refused():
    with pytest.raises(ValueError, match="half_life"):
        TrendOptions(half_life=0.0)
    assert TrendOptions().half_life == 7 * DAY
