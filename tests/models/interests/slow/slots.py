"""Slots: which interest a vector belongs to, and which one gives way when there are too many."""

from collections.abc import Iterable
from dataclasses import replace
from math import sqrt

from models.interests.kernels.types import Rules
from tests.models.interests.slow.masses import evidence_with, mass_at, mean_direction, moved, turned_at
from tests.models.interests.slow.user import Evidence, Interest, User, Vector, with_interest

MOST_COUNTED = 254
TURNED_STRENGTH = 0.5


def cosine(one: Vector, other: Vector) -> float:
    """Of the angle between them; 0 if one has no length."""
    lengths = sqrt(sum(x * x for x in one) * sum(y * y for y in other))
    return sum(x * y for x, y in zip(one, other, strict=True)) / lengths if lengths else 0.0


def nearest(user: User, places: Iterable[int], vector: Vector) -> tuple[int | None, float]:
    """The first place with the greatest cosine to the vector, and that; None and -2 among no places."""
    cosines = {place: cosine(vector, user.interests[place].direction) for place in places}
    if not cosines:
        return None, -2.0
    best = max(cosines, key=lambda place: cosines[place])
    return best, cosines[best]


def begun(user: User, vector: Vector, at: float, rules: Rules) -> tuple[User, int]:
    """The user with a new interest without mass, for which another may have had to give way, and its place."""
    user, place = with_room(user, rules)
    new = Interest(user.next_interest, vector, at, rules.half_life)
    return replace(with_interest(user, place, new), next_interest=user.next_interest + 1), place


def with_room(user: User, rules: Rules) -> tuple[User, int]:
    """The user with a place free; if there is none, the weakest joins the one nearest to it."""
    for place, interest in enumerate(user.interests):
        if interest is None:
            return user, place
    others = unmuted(user)
    weakest = min(others, key=lambda place: strength(user.interests[place], user.at, rules))
    into, _ = nearest(user, [p for p in others if p != weakest], user.interests[weakest].direction)
    if into is None:
        return without(user, weakest, None), weakest
    return merged(user, weakest, into, rules), weakest


def merged_if_near(user: User, place: int, rules: Rules) -> tuple[User, int]:
    """The user after the interest has joined one that is near, and where it is now."""
    if user.interests[place].muted:
        return user, place
    other, near = nearest(user, [p for p in unmuted(user) if p != place], user.interests[place].direction)
    if other is None or near < rules.near:
        return user, place
    keep, lose = sorted((place, other), key=lambda p: user.interests[p].id)
    return merged(user, lose, keep, rules), keep


def merged(user: User, lose: int, keep: int, rules: Rules) -> User:
    """The user after one interest has taken in another."""
    kept = joined(user.interests[keep], user.interests[lose], rules)
    return without(with_interest(user, keep, kept), lose, kept.id)


def joined(kept: Interest, lost: Interest, rules: Rules) -> Interest:
    """Both as one, which stays the first."""
    at = max(kept.at, lost.at)
    kept, lost = moved(kept, at, rules), moved(lost, at, rules)
    behaviors = kept.behaviors + lost.behaviors
    return replace(
        kept,
        direction=mean_direction(kept, lost.direction, lost.mass + lost.turned),
        mass=kept.mass + lost.mass,
        short=kept.short + lost.short,
        turned=min(kept.turned + lost.turned, rules.turned_limit),
        behaviors=behaviors,
        proven=kept.proven or lost.proven or behaviors >= rules.proof,
        muted=kept.muted or lost.muted,
        asked=kept.asked or lost.asked,
        asked_at=max(kept.asked_at, lost.asked_at),
        sessions=min(kept.sessions + lost.sessions, MOST_COUNTED),
        hours=summed(kept.hours, lost.hours),
        devices=summed(kept.devices, lost.devices),
        evidence=united(kept.evidence, lost.evidence),
    )


def summed(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """Counts of both."""
    return tuple(min(a + b, MOST_COUNTED) for a, b in zip(one, other, strict=True))


def united(kept: tuple[Evidence, ...], lost: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """The heaviest of both, an item that both have counting with the sum."""
    known = {one.item for one in kept}
    for one in sorted(lost, key=lambda one: one.item not in known):
        kept = evidence_with(kept, one) if one.item else kept
    return kept


def without(user: User, place: int, heir: int | None) -> User:
    """The user without an interest; what spoke of it speaks of the heir, by its id, or of none."""
    gone = user.interests[place].id
    recents = tuple(replace(r, interest=heir) if r.interest == gone else r for r in user.recents)
    session = user.session
    if gone in session:
        session = session - {gone} | ({heir} if heir is not None else set())
    user = replace(with_interest(user, place, None), recents=recents, session=session)
    for other in user.places:
        interest = user.interests[other]
        together = {id_: count for id_, count in interest.together.items() if id_ != gone}
        user = with_interest(user, other, replace(interest, together=together))
    return user


def unmuted(user: User) -> list[int]:
    """Where there is an interest that is not muted."""
    return [place for place in user.places if not user.interests[place].muted]


def strength(interest: Interest, at: float, rules: Rules) -> float:
    """The least of which gives way."""
    whole = mass_at(interest, at) + TURNED_STRENGTH * turned_at(interest, at, rules)
    return whole if interest.proven else rules.probation * whole
