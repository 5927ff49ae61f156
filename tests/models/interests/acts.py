"""Random behaviors for kernel and twin, and what both must agree on."""

from collections.abc import Sequence
from itertools import count

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.interests.arena import UserArena
from models.interests.kernels import Columns
from models.interests.options import InterestOptions
from models.interests.update import rules_of
from schemas.behaviors import BEHAVIOR_TYPES, TYPE_CODES
from schemas.rows.user import RECENT, SEEN_CHUNK, SEEN_CHUNKS
from tests.models.builders import DAY, HOUR, NOON, unit_vectors
from tests.models.interests.slow import Act, User

HAD = ("purchase", "dislike", "hide")
OPTIONS = InterestOptions()
RULES = rules_of(OPTIONS, HAD)
VECTORS = unit_vectors(60, topics=14)
TWIN_VECTORS = [tuple(vector.tolist()) for vector in VECTORS]
_event_ids = count(1_000)
GAPS = (0.0, 1.0, 60.0, HOUR, DAY, 10 * DAY, 900 * DAY, -1.0, -HOUR, -20 * DAY)


def act(kind: str, at: float, item: int = 0, event_id: int = 0) -> Act:
    """A behavior on an item numbered from 1, 0 for none."""
    return Act(event_id or next(_event_ids), TYPE_CODES[kind], at, item, vector_of(item))


def vector_of(item: int) -> tuple[float, ...] | None:
    """The vector of an item numbered from 1; item 60 has none."""
    return None if item in (0, 60) else TWIN_VECTORS[item - 1]


@st.composite
def histories(draw: st.DrawFn, most: int = 60, kinds: Sequence[str] = BEHAVIOR_TYPES) -> list[Act]:
    """Behaviors of one user: on time, late, long after, some of them sent twice."""
    steps = draw(
        st.lists(
            st.tuples(st.sampled_from(kinds), st.sampled_from(GAPS), st.integers(0, 60), st.integers(1, 60)),
            max_size=most,
        )
    )
    at, history = NOON, []
    for kind, gap, item, event_id in steps:
        at += gap
        history.append(Act(event_id, TYPE_CODES[kind], at, item, vector_of(item)))
    return history


def columns_of(acts: Sequence[Act], slot: int = 0) -> Columns:
    """The same behaviors as columns."""
    return Columns(
        np.full(len(acts), slot, np.int64),
        np.array([a.code for a in acts], np.uint8),
        np.array([a.at for a in acts], np.float64),
        np.array([a.event_id for a in acts], np.uint64),
        np.array([a.item for a in acts], np.uint32),
        VECTORS,
        np.array([-1 if a.vector is None else a.item - 1 for a in acts], np.int64),
    )


def assert_same(arena: UserArena, slot: int, user: User) -> None:
    """The arena's user is the twin's."""
    head = arena.head[slot]
    assert head["behaviors"] == user.behaviors
    assert head["id_sum"] == user.id_sum
    assert head["id_xor"] == user.id_xor
    assert head["at"] == user.at
    assert head["next_interest"] == user.next_interest
    np.testing.assert_allclose(head["type_mass"], user.type_masses, rtol=1e-9, atol=1e-300)
    assert set(head["event_ids"].tolist()) - {0} == set(user.event_ids)
    assert recent(head) == list(user.recent)
    assert set(arena.seen[slot].tolist()) - {0} == set(user.had[-SEEN_CHUNK * SEEN_CHUNKS :])
    for place, interest in enumerate(user.interests):
        assert bool(head["used"] >> place & 1) == (interest is not None)
        if interest is not None:
            stored = arena.meta[slot, place]
            assert (stored["version"], stored["slot"], stored["id"]) == (1, place, interest.id)
            assert (stored["at"], stored["behaviors"]) == (interest.at, interest.behaviors)
            np.testing.assert_allclose(stored["mass"], interest.mass, rtol=1e-9)
            np.testing.assert_allclose(arena.directions[slot, place], interest.direction, atol=2e-5)


def recent(head: NDArray[np.void]) -> list[tuple[int, int, int]]:
    """The ring of recent items, oldest first."""
    order = (np.arange(RECENT) + int(head["recent_next"])) % RECENT
    columns = (head["recent_items"][order], head["recent_at"][order], head["recent_types"][order])
    return [entry for entry in zip(*(column.tolist() for column in columns), strict=True) if entry[0]]
