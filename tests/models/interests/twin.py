"""The twin beside the kernels: the same life led by both, and what both must then agree on."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from models.interests.arena import UserArena
from models.interests.kernels.seen import has_seen
from models.interests.kernels.types import Clauses, Laws
from models.interests.records import type_masses
from models.interests.update import admit_and_apply, ask
from schemas.behaviors import TYPE_CODES
from schemas.rows import keys
from schemas.rows.user import ASKED, MUTED, NO_INTEREST, PROVEN, RECENTS, SLOTS
from tests.models.interests.acts import OPTIONS, UNKNOWN, Clause, Life, Stored, columns_of, items_of, laws, world_of
from tests.models.interests.slow.asking import asked
from tests.models.interests.slow.step import State, admitted
from tests.models.interests.slow.user import Act, Feedback, Interest, Learned, Sketch, User, with_interest

ANN = 0
Store = dict[bytes, bytes]
CLOSE = {"rtol": 2e-5, "atol": 1e-6}


def new_arena() -> UserArena:
    """One with a new user, ann, in slot 0."""
    arena = UserArena(1)
    arena.add(["ann"])
    return arena


def arena_after(acts: Iterable[Act], laws: Laws | None = None) -> UserArena:
    """The arena in which ann has done that."""
    arena = new_arena()
    receive(arena, list(acts), laws)
    return arena


def receive(arena: UserArena, acts: list[Act], by: Laws | None = None, owner: str = "ann") -> list[bool]:
    """Behaviors arrive in one batch; which were admitted."""
    resolved = np.array([a.resolved for a in acts], np.bool_)
    return admit_and_apply(arena, columns_of(acts, arena.slot_of(owner)), resolved, by or laws()).tolist()


def say(arena: UserArena, clause: Clause, by: Laws | None = None) -> None:
    """A clause of a request takes effect."""
    act = clause.act
    vectors = np.array([act.vector], np.float32)
    codes, at = np.array([TYPE_CODES["request"]], np.uint8), np.array([act.at])
    slots, polarities = np.array([ANN]), np.array([clause.polarity])
    ask(arena, Clauses(slots, polarities, vectors, codes, at, act.weight), items_of(), by or laws())


def flush(arena: UserArena, store: Store) -> None:
    """The rows that changed are written."""
    for key, row in arena.take_rows(arena.changed_slots()):
        if row is None:
            store.pop(key, None)
        else:
            store[key] = row


def reload(arena: UserArena, store: Store) -> None:
    """Ann leaves for the store and comes back."""
    flush(arena, store)
    arena.evict(np.array([arena.slot_of("ann")]))
    arena.load("ann", [(key, row) for key, row in store.items() if keys.owner_of(key) == "ann"])


def led_by_both(life: Life, by: Laws) -> tuple[UserArena, State]:
    """The arena and the twin after the same life."""
    arena, store, world = new_arena(), {}, world_of(by)
    user, learned = User(), Learned()
    for event in life:
        if isinstance(event, Act):
            receive(arena, [event], by)
            user, learned = admitted((user, learned), event, world)
        elif isinstance(event, Clause):
            say(arena, event, by)
            user = asked(user, event.polarity, event.act, world)
        else:
            assert isinstance(event, Stored)
            reload(arena, store)
            user = as_stored(user, arena)
    return arena, (user, learned)


def led_by_kernels(life: Life, by: Laws | None = None) -> UserArena:
    """The arena after a life."""
    arena, store = new_arena(), {}
    for event in life:
        if isinstance(event, Act):
            receive(arena, [event], by)
        elif isinstance(event, Clause):
            say(arena, event, by)
        else:
            reload(arena, store)
    return arena


def as_stored(user: User, arena: UserArena) -> User:
    """The twin's user as rows hold it: with their directions, which must be its own to 1e-3."""
    for place in user.places:
        stored = arena.directions[ANN, place]
        np.testing.assert_allclose(stored, user.interests[place].direction, atol=1e-3)
        user = with_interest(user, place, replace(user.interests[place], direction=tuple(stored.tolist())))
    return replace(user, new_behaviors=0)


def assert_same(arena: UserArena, state: State) -> None:
    """The arena's user, and what it learned, are the twin's."""
    user, learned = state
    head = arena.head[ANN]
    for name in ("behaviors", "id_sum", "id_xor", "at", "next_interest", "sessions", "hour", "device"):
        assert head[name] == getattr(user, name), name
    assert arena.new_behaviors[ANN] == user.new_behaviors
    np.testing.assert_allclose(head["tokens"], user.tokens, **CLOSE)
    np.testing.assert_allclose(head["anomaly"], user.anomaly, **CLOSE)
    np.testing.assert_allclose(type_masses_of(arena), user.type_masses, rtol=2e-5, atol=1e-35)
    assert_same_sketch(head["categories"], head["category_mass"], user.categories)
    assert event_ids(arena) == set(user.event_ids)
    assert head["seen_count"] == len(user.had)
    assert set(had(arena, range(1, UNKNOWN + 1))) == user.had
    ids = {place: user.interests[place].id for place in user.places}
    assert {s for s in range(SLOTS) if head["used"] >> s & 1} == set(ids)
    assert {ids[s] for s in range(SLOTS) if head["session_interests"] >> s & 1} == user.session
    assert recents(arena, ids) == [(r.item, r.at, r.code, r.interest) for r in user.recents]
    for place in user.places:
        assert_same_interest(arena, place, user.interests[place], ids)
    assert_same_feedback(arena, user.feedback)
    for name in ("theta", "squares", "touches", "exposure"):
        np.testing.assert_allclose(arena.learned[name][0], getattr(learned, name), rtol=1e-5)


def assert_same_interest(arena: UserArena, place: int, interest: Interest, ids: dict[int, int]) -> None:
    row = arena.meta[ANN, place]
    assert (row["version"], row["slot"]) == (1, place)
    for name in ("id", "at", "behaviors", "sessions", "asked_at"):
        assert row[name] == getattr(interest, name), name
    assert row["flags"] == PROVEN * interest.proven + MUTED * interest.muted + ASKED * interest.asked
    for name in ("mass", "short", "turned", "half_life", "gap"):
        np.testing.assert_allclose(row[name], getattr(interest, name), **CLOSE, err_msg=name)
    assert row["evidence"].tolist() == [one.item for one in interest.evidence]
    assert row["evidence_at"].tolist() == [one.at for one in interest.evidence]
    assert row["evidence_types"].tolist() == [one.code for one in interest.evidence]
    np.testing.assert_allclose(row["evidence_mass"], [one.mass for one in interest.evidence], **CLOSE)
    assert (tuple(row["hours"]), tuple(row["devices"])) == (interest.hours, interest.devices)
    together = {ids[s]: count for s, count in enumerate(row["together"].tolist()) if count}
    assert together == {other: count for other, count in interest.together.items() if count}
    np.testing.assert_allclose(arena.directions[ANN, place], interest.direction, atol=2e-5)


def assert_same_feedback(arena: UserArena, feedback: Feedback | None) -> None:
    row = arena.feedback[ANN]
    assert row["version"] == (feedback is not None)
    if feedback is not None:
        for name in ("shown_at", "turned_at", "attributes_at"):
            assert row[name] == getattr(feedback, name), name
        assert tuple(row["shown"].tolist()) == feedback.shown
        assert_same_sketch(row["turned"], row["turned_mass"], feedback.turned)
        assert_same_sketch(row["attributes"], row["attribute_mass"], feedback.attributes)
        np.testing.assert_allclose(row["dimensions"], feedback.dimensions, **CLOSE)


def assert_same_sketch(prints: np.ndarray, masses: np.ndarray, sketch: Sketch) -> None:
    assert prints.tolist() == [value for value, _ in sketch]
    np.testing.assert_allclose(masses, [mass for _, mass in sketch], **CLOSE)


def event_ids(arena: UserArena) -> set[int]:
    """The event ids in ann's rings."""
    rings = arena.rings[ANN]
    ids = rings["event_low"].astype(np.uint64) + (rings["event_high"].astype(np.uint64) << np.uint64(32))
    return set(ids.ravel().tolist()) - {0}


def recents(arena: UserArena, ids: dict[int, int]) -> list[tuple[int, int, int, int | None]]:
    """Ann's recent behaviors, the oldest first; ids: of interests by place, of which rows remember the place."""
    rings = arena.rings[ANN]
    columns = [rings[name].ravel() for name in ("items", "at", "types", "interests")]
    order = (np.arange(RECENTS) + int(arena.head["recents_next"][ANN])) % RECENTS
    entries = zip(*(column[order].tolist() for column in columns), strict=True)
    return [(item, at, code, None if s == NO_INTEREST else ids[s]) for item, at, code, s in entries if at]


def had(arena: UserArena, items: Iterable[int], slot: int = ANN) -> list[int]:
    """Which of these items a user has had."""
    return [item for item in items if has_seen(arena.seen[slot], item)]


def type_masses_of(arena: UserArena) -> np.ndarray:
    """Ann's masses of behavior types (16,) as of the user's time."""
    return type_masses(arena.head[ANN], OPTIONS.half_lives())


def total_mass(arena: UserArena, at: float, slot: int = ANN) -> float:
    """Of all of a user's interests at a time."""
    meta = arena.meta[slot]
    meta = meta[meta["version"] != 0]
    return float(np.sum(meta["mass"] * np.exp2((meta["at"] - at) / meta["half_life"])))
