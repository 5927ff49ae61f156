"""Returns: how soon users come back to their interests."""

from dataclasses import replace
from math import log

from models.interests.kernels.types import Rules
from tests.models.interests.slow.masses import left, mass_at, short_at
from tests.models.interests.slow.user import Interest, Learned, User


def exposed(learned: Learned, user: User, until: float, rules: Rules) -> Learned:
    """The rates' exposure to the pause from the user's latest behavior to a new session."""
    span = until - user.at
    long, short = (rules.forgetting * one for one in learned.exposure)
    for place in user.places:
        interest = user.interests[place]
        if interest.mass > 0.0:
            long += area(mass_at(interest, user.at), interest.half_life, span)
            short += area(short_at(interest, user.at, rules), rules.short_half_life, span)
    touches = tuple(rules.forgetting * one for one in learned.touches)
    return replace(learned, touches=touches, exposure=(long, short))


def touched(learned: Learned, interest: Interest, at: float, rules: Rules) -> Learned:
    """The rates after a session has come back to the interest: one more event, divided by what it was likely due to."""
    long = learned.touches[0] / learned.exposure[0] * mass_at(interest, at) ** 0.75
    short = learned.touches[1] / learned.exposure[1] * short_at(interest, at, rules) ** 0.75
    if long + short <= 0.0:
        return learned
    share = long / (long + short)
    return replace(learned, touches=(learned.touches[0] + share, learned.touches[1] + 1.0 - share))


def area(mass: float, half_life: float, span: float) -> float:
    """Under the power 0.75 of a fading mass, for a span of seconds."""
    return mass**0.75 * half_life / 0.75 / log(2.0) * (1.0 - left(span, half_life) ** 0.75)
