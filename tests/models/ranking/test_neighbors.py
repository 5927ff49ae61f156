"""Neighbors: sums of what came after and before recent items equal those of plain loops over the heavy ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.kernels.market import Market, new_market
from models.ranking.kernels.neighbors import LEAST, REACH, add_up_neighbors
from models.ranking.kernels.types import (
    AFTER_FAR,
    AFTER_NEAR,
    BEFORE_FAR,
    BEFORE_NEAR,
    GOING_TOGETHER,
    SUMS,
    TOUCHED,
    scratch_for,
)
from models.ranking.options import FAR_PRIOR, NEAR_PRIOR, RankingOptions

ITEMS, ROOM, NOW, HALF_LIFE = 300, 128, 5_000.0, 2_000.0
EPOCH = 3_000.0
LEFT = 2.0 ** ((EPOCH - NOW) / HALF_LIFE)
PARTS = [AFTER_NEAR, AFTER_FAR, GOING_TOGETHER, BEFORE_NEAR, BEFORE_FAR, TOUCHED]


def market_of(chance: np.random.Generator) -> Market:
    """Every item but the last few has from none to 128 neighbors on both sides, some before it not in the catalog."""
    market = new_market(ITEMS, ITEMS, 1, ROOM)
    market.tally["events"], market.tally["half_life"], market.tally["epoch"] = NOW, HALF_LIFE, EPOCH
    market.standings["slot"][: ITEMS - 5] = chance.permutation(ITEMS - 5)
    market.totals[:] = chance.uniform(1.0, 400.0, (ITEMS, 2))
    for side in ("before", "after"):
        counts, rows, pairs = (getattr(market, side + end) for end in ("_n", "_rows", ""))
        counts[:] = chance.integers(0, ROOM + 1, ITEMS)
        rows[:] = [chance.permutation(ITEMS)[:ROOM] for _ in range(ITEMS)]
        pairs[:] = chance.uniform(0.0, 9.0, pairs.shape)
    market.before_rows[chance.random(market.before_rows.shape) < 0.1] = -1
    return market


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 24))
def test_sums_are_those_of_plain_loops_over_as_many_neighbors_as_attention_allows(seed, recents):
    chance = np.random.default_rng(seed)
    market, scratch = market_of(chance), scratch_for(ITEMS)
    desk = scratch.desk[0]
    attention = chance.dirichlet(np.full(max(recents, 1), 0.3))[:recents]
    for _ in range(2):
        rows = chance.permutation(ITEMS)[:recents]
        desk["recents"], desk["recent_rows"][:recents], desk["attention"][:recents] = recents, rows, attention
        found = add_up_neighbors(market, RankingOptions().rules()[0], scratch)
    wanted = slow_sums(market, rows.tolist(), attention.tolist())
    touched = scratch.touched[:found].tolist()
    assert sorted(touched) == sorted(wanted)
    for row in touched:
        assert scratch.sums[row, PARTS].tolist() == pytest.approx(
            [wanted[row][part] for part in PARTS], rel=1e-3, abs=1e-7
        )
    assert not np.delete(scratch.sums, touched, 0).any()
    assert int(desk["buckets"].sum()) == found


def slow_sums(market: Market, rows: list[int], attention: list[float]) -> dict[int, list[float]]:
    sums: dict[int, list[float]] = {}
    for row, share in zip(rows, attention, strict=True):
        slot = int(market.standings["slot"][row])
        if slot < 0:
            continue
        near, far = (market.totals[slot] * LEFT + (NEAR_PRIOR, FAR_PRIOR)).tolist()
        most = max(LEAST, int(REACH * share))
        for k in range(min(int(market.before_n[slot]), most)):
            if market.before_rows[slot, k] >= 0:
                line = sums.setdefault(int(market.before_rows[slot, k]), [0.0] * SUMS)
                close, wide = (market.before[slot, k] * LEFT).tolist()
                line[TOUCHED] = 1.0
                line[BEFORE_NEAR] += share * close / near
                line[BEFORE_FAR] += share * wide / far
                line[GOING_TOGETHER] += share * (wide / far) ** 0.5
        for k in range(min(int(market.after_n[slot]), most)):
            other = int(market.after_rows[slot, k])
            line = sums.setdefault(other, [0.0] * SUMS)
            close, wide = (market.after[slot, k] * LEFT).tolist()
            line[TOUCHED] = 1.0
            line[AFTER_NEAR] += share * close / near
            line[AFTER_FAR] += share * wide / far
            line[GOING_TOGETHER] += share * (wide / far) ** 0.5
    return sums
