"""Learned: each variant's weights are its own in the store, whatever other variants come, go or change places."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from models.interests.arena import UserArena
from schemas.rows.mixer import new_mixer
from streams.agents.learned import Learned
from streams.state.store import LocalStore

WEIGHTS = {"default": 0.1, "bold": 0.2, "shy": 0.3}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    """A store in which three variants have learned, each something else and one longer than the others."""
    store = LocalStore(tmp_path / "users")
    arena, learned = opened(store, list(WEIGHTS))
    for place, weight in enumerate(WEIGHTS.values()):
        arena.mixers[place]["weights"] = weight
        arena.mixers[place]["steps"] = 10 + place % 2
    arena.learned["theta"] = 0.5
    store.write(learned.take(), 1)
    yield store
    store.close()


def opened(store: LocalStore, variants: Sequence[str]) -> tuple[UserArena, Learned]:
    """What a worker with these variants begins with."""
    arena = UserArena(1, len(variants))
    learned = Learned(arena, variants)
    learned.load(store)
    return arena, learned


def weights(arena: UserArena) -> list[float]:
    """What told the variants apart."""
    return [float(mixer["weights"][0, 0]) for mixer in arena.mixers]


@pytest.mark.parametrize("names", [["default", "bold", "shy"], ["default", "shy", "bold"], ["shy", "default", "bold"]])
def test_variants_keep_their_own_in_any_order_and_nothing_is_written_anew(store: LocalStore, names: list[str]) -> None:
    arena, learned = opened(store, names)
    assert weights(arena) == [WEIGHTS[name] for name in names]
    assert (arena.learned["theta"] == 0.5).all()
    assert learned.take() == []


def test_a_new_variant_begins_as_the_base_is(store: LocalStore) -> None:
    arena, learned = opened(store, ["default", "bold", "new", "shy"])
    assert weights(arena) == [0.1, 0.2, 0.1, 0.3]
    assert arena.mixers[2].tobytes() == arena.mixers[0].tobytes()
    ((key, row),) = learned.take()
    assert key.endswith(b"new") and row == arena.mixers[0].tobytes()


def test_a_new_base_begins_as_what_has_learned_most(store: LocalStore) -> None:
    arena, _ = opened(store, ["renamed"])
    assert weights(arena) == [0.2]


def test_what_a_variant_learned_is_deleted_once_it_is_named_no_longer(store: LocalStore) -> None:
    _, learned = opened(store, ["default", "shy"])
    ((key, row),) = learned.take()
    assert key.endswith(b"bold") and row is None
    store.write([(key, row)], 2)
    assert weights(opened(store, ["default", "shy", "bold"])[0]) == [0.1, 0.3, 0.1]


def test_what_changed_is_written_and_read_back_to_the_byte(store: LocalStore) -> None:
    arena, learned = opened(store, list(WEIGHTS))
    arena.mixers[1]["attention"] = 7.0
    ((key, row),) = learned.take()
    assert key.endswith(b"bold")
    store.write([(key, row)], 2)
    assert learned.take() == []
    assert opened(store, list(WEIGHTS))[0].mixers.tobytes() == arena.mixers.tobytes()


def test_a_partition_without_a_past_begins_with_what_every_variant_begins_with(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "empty")
    arena, learned = opened(store, list(WEIGHTS))
    assert arena.mixers.tobytes() == np.repeat(new_mixer(), 3).tobytes()
    assert len(learned.take()) == 1 + len(WEIGHTS)
    store.close()
