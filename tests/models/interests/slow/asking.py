"""Asking: what a user says in words changes its interests at once."""

from dataclasses import replace
from math import hypot

from models.interests.kernels.types import Rules
from tests.models.interests.slow.forgetting import forgotten
from tests.models.interests.slow.masses import LATEST, moved, strengthened
from tests.models.interests.slow.memory import remembered
from tests.models.interests.slow.slots import begun, cosine, nearest, without
from tests.models.interests.slow.user import Act, Interest, User, Vector, World, with_interest

MORE, LESS, FORGET, MUTE, UNMUTE = range(5)
MOST_MUTED = 6


def asked(user: User, polarity: int, act: Act, world: World) -> User:
    """The user after one clause, whose vector and weight are the act's."""
    rules = world.rules
    if polarity == MORE:
        return more(user, act, rules)
    least = rules.capture if polarity in (MUTE, UNMUTE) else rules.asked
    meant = [p for p in user.places if cosine(act.vector, user.interests[p].direction) >= least]
    if polarity == UNMUTE:
        for place in meant:
            user = unmuted(user, place)
        return user
    if polarity in (LESS, FORGET):
        meant = [p for p in meant if not user.interests[p].muted and not asked_now(user.interests[p], act)]
    if not meant and polarity != FORGET:
        user, place = begun(user, act.vector, act.at, rules)
        meant = [place]
    closest, _ = nearest(user, user.places, act.vector)
    for place in meant:
        if polarity == MUTE:
            if place == closest and not user.interests[place].muted:
                user = turned_halfway(user, place, act.vector)
            user = muted(user, place, act)
        elif polarity == FORGET:
            user = forgotten(user, place, world)
        else:
            user = with_interest(user, place, lessened(user.interests[place], act, rules))
    return user


def more(user: User, act: Act, rules: Rules) -> User:
    """The interest that is meant and not muted, or a new one, is wanted."""
    audible = [place for place in user.places if not user.interests[place].muted]
    place, near = nearest(user, audible, act.vector)
    if near < rules.asked:
        user, place = begun(user, act.vector, act.at, rules)
    interest = strengthened(user.interests[place], act.vector, act, rules)
    asked_at = max(interest.asked_at, second(act.at))
    interest = replace(interest, turned=0.0, asked=True, proven=True, asked_at=asked_at)
    return remembered(with_interest(user, place, interest), act, interest.id)


def lessened(interest: Interest, act: Act, rules: Rules) -> Interest:
    """The interest halved and turned away."""
    interest = moved(interest, act.at, rules)
    return replace(
        interest,
        mass=interest.mass / 2,
        short=interest.short / 2,
        evidence=tuple(replace(one, mass=one.mass / 2) for one in interest.evidence),
        turned=min(interest.turned + act.weight, rules.turned_limit),
        asked=False,
    )


def turned_halfway(user: User, place: int, vector: Vector) -> User:
    """The user with the interest between where it pointed and the vector, as long as it was."""
    interest = user.interests[place]
    length = hypot(*interest.direction)
    direction = tuple((old + length * new) / 2 for old, new in zip(interest.direction, vector, strict=True))
    return with_interest(user, place, replace(interest, direction=direction))


def muted(user: User, place: int, act: Act) -> User:
    """The user with the interest muted; of more than six mutes the oldest is lifted."""
    if not user.interests[place].muted:
        user = with_fewer_muted(user)
    interest = user.interests[place]
    return with_interest(
        user, place, replace(interest, muted=True, asked=False, asked_at=max(interest.asked_at, second(act.at)))
    )


def asked_now(interest: Interest, act: Act) -> bool:
    """Whether a clause before in the same request asked for it."""
    return interest.asked and interest.asked_at == second(act.at)


def unmuted(user: User, place: int) -> User:
    """The user with the mute lifted: the interest is then not turned away either, and gone if nothing else is left."""
    interest = user.interests[place]
    if not interest.muted:
        return user
    if interest.mass == 0.0:
        return without(user, place, None)
    return with_interest(user, place, replace(interest, muted=False, turned=0.0))


def with_fewer_muted(user: User) -> User:
    """The user with room for one mute more."""
    silent = [place for place in user.places if user.interests[place].muted]
    if len(silent) < MOST_MUTED:
        return user
    oldest = min(silent, key=lambda place: user.interests[place].asked_at)
    return with_interest(user, oldest, replace(user.interests[oldest], muted=False))


def second(at: float) -> int:
    """The time in whole seconds, as four bytes hold it."""
    return int(min(max(at, 0.0), LATEST))
