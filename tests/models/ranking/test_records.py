"""Records: what is put together from texts says what structs would, whatever ids and numbers there are."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.choosing import BY_SCORE, EXPLORED, PINNED
from models.ranking.kernels.families import FAMILIES, FAMILY_NAMES, WANTED
from models.ranking.listing import Ranked
from models.ranking.records import recommendations
from schemas.recommendations import (
    Reason,
    Recommendations,
    RecommendedItem,
    decode_recommendations,
    recommendation_id,
)
from schemas.rows.user import SLOTS
from tests.models.builders import item, unit_vectors

PLACES = 5
ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
kinds = st.sampled_from([BY_SCORE, PINNED, EXPLORED])
parts = st.floats(-4, 4, width=16) | st.sampled_from([0.0, 1e-7, 1.0])


@st.composite
def lists(draw: st.DrawFn) -> tuple[list[str], list[str], Ranked, str]:
    """Users, items, ranked lists of these, and a variant's name."""
    users = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    names = draw(st.lists(ids, min_size=PLACES, max_size=PLACES, unique=True))
    shape = (len(users), PLACES)
    many = len(users) * PLACES

    def drawn(values: st.SearchStrategy, size: int, dtype: str) -> np.ndarray:
        return np.array(draw(st.lists(values, min_size=size, max_size=size)), dtype)

    ranked = Ranked(
        drawn(st.integers(-1, PLACES - 1), many, "i4").reshape(shape),
        drawn(st.floats(-30, 30, width=32), many, "f4").reshape(shape),
        drawn(parts, many * FAMILIES, "f4").reshape(*shape, FAMILIES),
        drawn(st.integers(-1, SLOTS - 1), many, "i1").reshape(shape),
        drawn(st.floats(1e-6, 1), many, "f8").reshape(shape),
        drawn(kinds, many, "i1").reshape(shape),
    )
    return users, names, ranked, draw(ids)


@settings(max_examples=150, deadline=None)
@given(lists())
def test_records_say_what_structs_say(drawn: tuple[list[str], list[str], Ranked, str]) -> None:
    users, names, ranked, variant = drawn
    catalog, arena = Catalog(), UserArena(1)
    for name, vector in zip(names, unit_vectors(PLACES), strict=True):
        catalog.put(item(name, vector))
    slots = arena.add(users)
    arena.head["at"][slots], arena.head["behaviors"][slots] = 1.7e9 + 0.125, np.arange(len(users)) + 3
    arena.meta["id"][slots] = 7 * np.arange(SLOTS)
    found = recommendations(arena, slots, catalog, ranked, [variant] * len(users))
    for place, (user, record) in enumerate(zip(users, found, strict=True)):
        assert decode_recommendations(record) == Recommendations(
            recommendation_id=recommendation_id(user, 1_700_000_000_125, place + 3, variant),
            user_id=user,
            at=1_700_000_000_125,
            behaviors=place + 3,
            variant=variant,
            encoder="e",
            items=tuple(entry(names, ranked, place, k) for k in range(PLACES) if ranked.items[place, k] >= 0),
        )


def entry(names: list[str], ranked: Ranked, u: int, k: int) -> RecommendedItem:
    """One place as a struct, the slow way."""
    score = float(np.round(np.float64(ranked.scores[u, k]), 4))
    return RecommendedItem(names[ranked.items[u, k]], score, float(ranked.propensities[u, k]), reasons(ranked, u, k))


def reasons(ranked: Ranked, u: int, k: int) -> tuple[Reason, ...]:
    """Why it stands there, the greatest share first."""
    if ranked.ways[u, k] != BY_SCORE:
        return (Reason("exploration" if ranked.ways[u, k] == EXPLORED else "rule", 1.0),)
    speaking = [max(float(part), 0.0) for part in ranked.parts[u, k]]
    shares = [float(np.round(part / sum(speaking), 4)) if part else 0.0 for part in speaking]
    slot = int(ranked.interests[u, k])
    interests = [7 * slot if family == WANTED and slot >= 0 else None for family in range(FAMILIES)]
    found = [Reason(*one) for one in zip(FAMILY_NAMES, shares, interests, strict=True) if one[1] > 0.0]
    return tuple(sorted(found, key=lambda reason: -reason.share))
