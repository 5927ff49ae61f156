"""Slots' kernels: who gives way, who merges, and that it does not matter which of two takes in the other."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.kernels.slots import absorb, cosine
from schemas.rows.user import ASKED, DEVICES, EVIDENCE, HOURS, INTEREST, PROVEN, SLOTS
from schemas.vectors import DIMENSIONS
from tests.models.builders import DAY, HOUR, NOON, unit_vectors
from tests.models.interests.acts import OPTIONS, VECTORS, act, laws
from tests.models.interests.twin import ANN, arena_after

LAWS = laws(replace(OPTIONS, adaptive_half_life=False, floor=0.0))
EITHER = ("mass", "at", "short", "turned", "behaviors", "asked_at", "sessions", "flags", "hours", "devices")


@st.composite
def interests(draw: st.DrawFn) -> np.ndarray:
    """Two rows, with evidence on items some of which both have."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows = np.zeros(2, INTEREST)
    rows["at"] = NOON + chance.choice([0.0, HOUR, 9 * DAY], 2)
    rows["half_life"] = OPTIONS.half_life
    for name in ("mass", "short", "turned"):
        rows[name] = chance.uniform(0.0, 6.0, 2) * chance.integers(0, 2, 2)
    rows["behaviors"], rows["sessions"] = chance.integers(1, 9, 2), chance.integers(1, 255, 2)
    rows["flags"] = chance.choice([0, PROVEN, ASKED], 2)
    rows["asked_at"] = chance.integers(0, 2**31, 2)
    rows["hours"], rows["devices"] = chance.integers(0, 255, (2, HOURS)), chance.integers(0, 255, (2, len(DEVICES)))
    for row in rows:
        row["evidence"] = chance.choice(5, EVIDENCE, replace=False) + 1
        row["evidence_mass"] = row["mass"] * chance.dirichlet(np.ones(EVIDENCE))
        row["evidence_at"] = chance.integers(1, 2**31, EVIDENCE)
        row["evidence_types"] = chance.integers(0, 16, EVIDENCE)
    return rows


def absorbed(rows: np.ndarray, kept: int) -> tuple[np.void, np.ndarray]:
    """The kept row and its direction after it has taken in the other."""
    both, directions = rows.copy(), unit_vectors(2)
    absorb(both[kept], directions[kept], both[1 - kept], directions[1 - kept], LAWS.rules)
    return both[kept], directions[kept]


@settings(max_examples=60, deadline=None)
@given(interests())
def test_merging_is_commutative(rows):
    (one, direction), (other, turned) = absorbed(rows, 0), absorbed(rows, 1)
    for name in EITHER:
        np.testing.assert_allclose(one[name], other[name], rtol=1e-6, err_msg=name)
    if rows["mass"].any() or rows["turned"].any():
        np.testing.assert_allclose(direction, turned, atol=1e-6)
    assert evidence(one) == evidence(other)
    masses = [sorted(row["evidence_mass"].tolist()) for row in (one, other)]
    np.testing.assert_allclose(*masses, rtol=1e-5)


def evidence(row: np.void) -> set[tuple[int, int, int]]:
    there = row["evidence_mass"] > 0
    columns = (row[name][there].tolist() for name in ("evidence", "evidence_at", "evidence_types"))
    return set(zip(*columns, strict=True))


@settings(max_examples=60, deadline=None)
@given(interests())
def test_masses_and_evidence_of_both_add_up(rows):
    merged, _ = absorbed(rows, 0)
    left = np.exp2((rows["at"] - rows["at"].max()) / OPTIONS.half_life)
    np.testing.assert_allclose(merged["mass"], (rows["mass"] * left).sum(), rtol=1e-9)
    sums: dict[int, float] = {}
    for row, share in zip(rows, left, strict=True):
        for item, mass in zip(row["evidence"].tolist(), row["evidence_mass"].tolist(), strict=True):
            sums[item] = sums.get(item, 0.0) + mass * share
    kept = dict(zip(merged["evidence"].tolist(), merged["evidence_mass"].tolist(), strict=True))
    heaviest = sorted(sums.values(), reverse=True)[:EVIDENCE]
    np.testing.assert_allclose(sorted(kept.values(), reverse=True), heaviest, rtol=1e-5)
    assert merged["evidence_mass"].sum() <= merged["mass"] * (1 + 1e-5)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.floats(1e-3, 1e3))
def test_cosines_do_not_depend_on_lengths(seed, length):
    one, other = unit_vectors(2, seed=seed)
    wanted = float(one.astype(np.float64) @ other.astype(np.float64))
    np.testing.assert_allclose(cosine(one, np.float32(length) * other), wanted, atol=1e-5)
    assert cosine(one, np.zeros(DIMENSIONS, np.float32)) == 0.0


def test_when_all_places_are_taken_the_weakest_joins_its_nearest():
    views = [act("view", NOON + n, n + 1, weight=5.0 - n / 10) for n in range(SLOTS)]
    to_others = VECTORS[: SLOTS - 1] @ VECTORS[SLOTS - 1]
    arena = arena_after([*views, act("view", NOON + 60, SLOTS + 1)], LAWS)
    assert arena.meta["id"][ANN].tolist() == [*range(SLOTS - 1), SLOTS]
    joined = int(to_others.argmax())
    assert arena.meta["behaviors"][ANN].tolist() == [1 + (s == joined) for s in range(SLOTS)]


def test_one_strong_behavior_proves_an_interest_and_one_weak_does_not():
    arena = arena_after([act("purchase", NOON, 1), act("view", NOON, 2), act("add_to_cart", NOON + 60, 3)], LAWS)
    assert (arena.meta["flags"][ANN, :3] & PROVEN != 0).tolist() == [True, False, True]


def test_a_proven_interest_outlasts_a_heavier_one_on_probation():
    proven = [act("view", NOON, 1), act("view", NOON, 13)]
    others = [act("view", NOON, n, weight=2.9) for n in range(2, SLOTS + 1)]
    arena = arena_after([*proven, *others, act("view", NOON + 60, SLOTS + 1)], LAWS)
    assert 0 in arena.meta["id"][ANN]
    assert set(arena.meta["id"][ANN].tolist()) != set(range(SLOTS))


def test_interests_that_have_grown_near_become_the_older_one():
    strict = laws(replace(OPTIONS, novelty=9.0, near=0.8, adaptive_half_life=False))
    arena = arena_after([act("view", NOON, 1), act("view", NOON + 1, 13), act("view", NOON + 2, 2)], strict)
    assert arena.meta["id"][ANN, :2].tolist() == [0, 2]
    assert arena.meta["behaviors"][ANN, 0] == 2
    assert arena.meta["mass"][ANN, 0] == pytest.approx(2.0, rel=1e-6)
    assert arena.rings["interests"][ANN, 0, :3].tolist() == [0, 0, 1]


def test_an_interest_is_proven_by_another_item_or_type_but_not_by_a_repetition():
    view = act("view", NOON, 1)
    for more, proven in [
        (act("view", NOON + 60, 1), False),
        (act("click", NOON + 60, 1), True),
        (act("view", NOON + 60, 13), True),
    ]:
        assert bool(arena_after([view, more], LAWS).meta["flags"][ANN, 0] & PROVEN) == proven


def test_a_faded_interest_gives_up_its_place_at_the_next_session():
    times = [NOON, NOON + 6 * OPTIONS.half_life, NOON + 11 * OPTIONS.half_life]
    acts = [act(kind, at, item) for kind, at, item in zip(("view", "like", "view"), times, (1, 2, 3), strict=True)]
    arena = arena_after(acts, laws(replace(OPTIONS, adaptive_half_life=False)))
    assert (arena.head["used"][ANN], arena.meta["id"][ANN, :2].tolist()) == (0b11, [2, 1])
    assert arena.rings["interests"][ANN, 0, :3].tolist() == [255, 1, 0]
