"""Attention: how interests share it in a context, and what the next behavior teaches about that."""

from dataclasses import replace
from math import exp, log, sqrt

from models.interests.kernels.types import Rules
from tests.models.interests.slow.masses import left, mass_at, short_at, turned_at
from tests.models.interests.slow.slots import unmuted
from tests.models.interests.slow.user import Interest, Learned, User

Features = dict[int, tuple[float, ...]]


def features(user: User, at: float, hour: int, device: int, rules: Rules) -> Features:
    """What speaks for each interest that competes, by place: six numbers, the last of which is the content's, 0."""
    found = {}
    for place in unmuted(user):
        interest = user.interests[place]
        if interest.mass > 0.0:
            found[place] = (
                log(mass_at(interest, max(at, interest.at)) + 1e-9),
                log(short_at(interest, max(at, interest.at), rules) + 0.01),
                recent_behaviors(user, interest.id),
                lift(interest.hours, hour) if rules.context else 0.0,
                lift(interest.devices, device - 1) if rules.context and device else 0.0,
                0.0,
            )
    return found


def recent_behaviors(user: User, interest: int) -> float:
    """How many of the recent behaviors on interests were on this one, each counting 0.7 of the one after it."""
    on = [recent.interest for recent in reversed(user.recents) if recent.interest is not None]
    return sum(0.7**k for k, other in enumerate(on) if other == interest)


def lift(counts: tuple[int, ...], place: int) -> float:
    """Logarithm of how much likelier this place is than any, when each was seen once more."""
    return log((counts[place] + 1) / (sum(counts) + len(counts)) * len(counts))


def shares(user: User, found: Features, theta: tuple[float, ...], at: float, rules: Rules) -> dict[int, float]:
    """The attention of each interest that competes: what was just asked for leads, and probation follows proof."""
    if not found:
        return {}
    logits = {place: logit(user.interests[place], own, theta, at, rules) for place, own in found.items()}
    first = max(logits.values())
    for place, one in logits.items():
        interest = user.interests[place]
        if interest.asked:
            fresh = left(max(at - interest.asked_at, 0.0), rules.asked_half_life)
            logits[place] = (1.0 - fresh) * one + fresh * (first + rules.asked_boost)
    proven = [one for place, one in logits.items() if user.interests[place].proven]
    if proven:
        for place, one in logits.items():
            if not user.interests[place].proven:
                logits[place] = min(one, max(proven)) + log(rules.probation + 1e-9)
    powers = {place: exp(one - max(logits.values())) for place, one in logits.items()}
    return {place: power / sum(powers.values()) for place, power in powers.items()}


def logit(interest: Interest, own: tuple[float, ...], theta: tuple[float, ...], at: float, rules: Rules) -> float:
    """What speaks for the interest, less what was turned away."""
    turned = turned_at(interest, max(at, interest.at), rules)
    return sum(t * f for t, f in zip(theta, own, strict=True)) - rules.turned_penalty * turned


def taught(learned: Learned, found: Features, given: dict[int, float], chosen: int, rate: float) -> Learned:
    """The weights after a behavior on `chosen`, one of several: a step of Adagrad up its log-likelihood."""
    if len(found) < 2 or chosen not in found:
        return learned
    theta, squares = list(learned.theta), list(learned.squares)
    for f in range(5):
        gradient = found[chosen][f] - sum(given[place] * own[f] for place, own in found.items())
        squares[f] += gradient**2
        moved = theta[f] + rate * gradient / sqrt(squares[f])
        theta[f] = min(max(moved, -5.0 if f else 0.05), 5.0)
    return replace(learned, theta=tuple(theta), squares=tuple(squares))
