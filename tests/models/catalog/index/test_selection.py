"""Selection: the same as sorting, also among equal scores."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.index.selection import select, select_by_size

SCORES = st.lists(st.integers(-5, 5) | st.floats(-3, 3, width=16), min_size=1, max_size=80)


@settings(max_examples=100, deadline=None)
@given(SCORES, st.integers(0, 90))
def test_the_greatest_come_to_the_front_with_their_names(values: list[float], count: int) -> None:
    scores, names = np.array(values, np.float32), np.arange(len(values), dtype=np.int32)
    select(scores, names, len(values), count)
    assert sorted(names.tolist()) == list(range(len(values)))
    assert np.array(values, np.float32)[names].tolist() == scores.tolist()
    assert sorted(scores[:count].tolist()) == sorted(values, reverse=True)[:count][::-1]


@settings(max_examples=100, deadline=None)
@given(SCORES, st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_the_fewest_of_the_greatest_whose_sizes_suffice_come_to_the_front(
    values: list[float], wanted: int, seed: int
) -> None:
    sizes = np.random.default_rng(seed).integers(0, 9, len(values)).astype(np.int32)
    scores, names = np.array(values, np.float32), np.arange(len(values), dtype=np.int32)
    end = select_by_size(scores, names, 0, len(values), sizes, wanted)
    assert sorted(names.tolist()) == list(range(len(values)))
    assert scores[:end].min(initial=np.inf) >= scores[end:].max(initial=-np.inf)
    taken = int(sizes[names[:end]].sum())
    assert taken >= wanted or end == len(values)
    least = scores[:end].min(initial=np.inf)
    assert int(sizes[names[:end]][scores[:end] > least].sum()) < wanted
