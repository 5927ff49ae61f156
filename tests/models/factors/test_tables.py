"""Tables of factors: gradients add up whatever is reserved and taken between, and items step by them as by a dict."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.factors.kernels import add_gradient, gradient_of
from models.factors.tables import GradientTable, ItemFactors
from schemas.rows.factors import FACTORS, GRADIENT, read_factors
from tests.models.ranking.slow_factors import Known, first_vector, items_in

PRINTS = [*range(1, 40), *(2**32 - 1 - 1_024 * n for n in range(20)), *(1_024 * n for n in range(1, 20))]
prints = st.sampled_from(PRINTS)
additions = st.lists(st.tuples(prints, st.sampled_from([-1.0, -0.25, 0.5]), st.integers(0, 15)), max_size=20)


def add(table: GradientTable, item: int, slope: float, axis: int) -> None:
    """What a kernel does."""
    toward = np.zeros(16, np.float32)
    toward[axis] = 2.0
    add_gradient(table.arrays.rows[gradient_of(np.uint32(item), table.arrays)], slope, toward)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(additions, st.just("take"), st.sampled_from([1, 600, 5_000])), max_size=10))
def test_gradients_add_up_in_the_order_in_which_their_items_came(life):
    table, wanted = GradientTable(), dict[int, np.ndarray]()
    for step in [*life, "take"]:
        if isinstance(step, int):
            table.reserve(step)
        elif isinstance(step, list):
            for item, slope, axis in step:
                add(table, item, slope, axis)
                sums = wanted.setdefault(item, np.zeros(17))
                sums[axis] += 2.0 * slope
                sums[16] += slope**2 * 4.0 / 16
        else:
            taken = table.take()
            assert taken["print"].tolist() == list(wanted)
            for row, sums in zip(taken, wanted.values(), strict=True):
                np.testing.assert_allclose([*row["vector"], row["square"]], sums, rtol=1e-5)
            wanted = {}


def gradients(*moves: tuple[int, float, float]) -> np.ndarray:
    """Of items: what their bias and their factors, all alike, are to move."""
    rows = np.zeros(len(moves), GRADIENT)
    for row, (item, bias, toward) in zip(rows, moves, strict=True):
        row["print"], row["bias"], row["bias_square"], row["square"] = item, bias, bias**2, toward**2
        row["vector"] = toward
    return rows


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(prints, st.floats(-2.0, 2.0), st.floats(-2.0, 2.0)), max_size=6, unique_by=lambda m: m[0]),
        max_size=8,
    ),
    st.floats(0.01, 0.5),
)
def test_items_step_by_adagrad_and_are_stored_and_read_back_as_they_are(batches, rate):
    items, stored, wanted = ItemFactors(), dict[int, bytes](), dict[int, Known]()
    for moves in batches:
        items.apply(gradients(*moves), rate)
        for item, bias, toward in moves:
            one = wanted.setdefault(item, Known(first_vector(item)))
            one.bias_square += bias**2
            one.bias += rate * bias / one.bias_square**0.5
            one.square += toward**2
            one.vector += rate * toward / one.square**0.5
        taken = items.take()
        assert {item for item, _ in taken} == {item for item, _, _ in moves}
        stored.update(taken)
        items = ItemFactors()
        items.load(list(stored.values()))
        assert items.take() == []
    found = items_in(read_factors(list(stored.values()))).known
    assert set(found) == set(wanted)
    for item, one in found.items():
        np.testing.assert_allclose(one.vector, np.clip(wanted[item].vector, -4.0, 4.0), atol=0.002)
        np.testing.assert_allclose(one.bias, wanted[item].bias, atol=1e-4)


def test_many_items_are_kept_apart():
    items, many = ItemFactors(), range(1, 5_000)
    items.apply(gradients(*((item, float(item), 0.0) for item in many)), 0.1)
    rows = read_factors([row for _, row in items.take()])
    assert rows["print"].tolist() == list(many)
    np.testing.assert_allclose(rows["bias"], [0.1 * item / (0.1 + item**2) ** 0.5 for item in many], rtol=1e-5)


def test_first_factors_are_small_differ_and_follow_from_the_print_alone():
    found = []
    for order in (range(1, 1_001), reversed(range(1, 1_001))):
        items = ItemFactors()
        items.apply(gradients(*((item, 0.0, 0.0) for item in order)), 0.1)
        found.append(read_factors([row for _, row in sorted(items.take())]))
    first, again = found
    assert first.tobytes() == again.tobytes()
    vectors = first["vector"] / 8192.0
    assert np.abs(vectors).max() < 0.18
    np.testing.assert_allclose(vectors.std(), 0.1, atol=0.005)
    np.testing.assert_allclose(vectors.mean(0), 0.0, atol=0.02)
    assert np.abs(np.corrcoef(vectors.T) - np.eye(16)).max() < 0.15
    assert (first["bias"] == 0.0).all() and FACTORS.itemsize == 52
