"""Masses: how one interest grows and fades."""

from dataclasses import replace
from math import exp, log

from models.interests.kernels.types import Rules
from schemas.rows.user import EVIDENCE
from tests.models.interests.slow.singles import single
from tests.models.interests.slow.user import Act, Evidence, Interest, Sketch, Vector

FULL = 255
LATEST = 2**32 - 1


def left(seconds: float, half_life: float) -> float:
    """What is left of 1 after so many seconds; more than 1 before."""
    return 2.0 ** (-seconds / half_life)


def mass_at(interest: Interest, at: float) -> float:
    """The interest's mass at any time."""
    return interest.mass * left(at - interest.at, interest.half_life)


def short_at(interest: Interest, at: float, rules: Rules) -> float:
    """Its short mass."""
    return interest.short * left(at - interest.at, rules.short_half_life)


def turned_at(interest: Interest, at: float, rules: Rules) -> float:
    """How much it is turned away."""
    return interest.turned * left(at - interest.at, rules.turned_half_life)


def moved(interest: Interest, at: float, rules: Rules) -> Interest:
    """The interest at a later time; itself at an earlier one."""
    if at <= interest.at:
        return interest
    share = left(at - interest.at, interest.half_life)
    return replace(
        interest,
        at=at,
        mass=interest.mass * share,
        short=short_at(interest, at, rules),
        turned=turned_at(interest, at, rules),
        evidence=tuple(replace(one, mass=one.mass * share) for one in interest.evidence),
    )


def strengthened(interest: Interest, vector: Vector, act: Act, rules: Rules) -> Interest:
    """The interest after one more behavior on it."""
    interest = moved(interest, act.at, rules)
    added = act.weight * left(interest.at - act.at, interest.half_life)
    return replace(
        interest,
        direction=mean_direction(interest, vector, added),
        mass=interest.mass + added,
        short=interest.short + act.weight * left(interest.at - act.at, rules.short_half_life),
        proven=interest.proven or is_proof(interest, act, rules),
        behaviors=interest.behaviors + 1,
        evidence=evidence_with(interest.evidence, evidence_of(act, added)) if act.item else interest.evidence,
    )


def turned_away(interest: Interest, vector: Vector, act: Act, rules: Rules) -> Interest:
    """The interest after a behavior that speaks against it."""
    interest = moved(interest, act.at, rules)
    added = -act.weight * left(interest.at - act.at, rules.turned_half_life)
    direction = mean_direction(interest, vector, added)
    return replace(interest, direction=direction, turned=min(interest.turned + added, rules.turned_limit))


def mean_direction(interest: Interest, vector: Vector, added: float) -> Vector:
    """The mean of all vectors by mass, with one more of this mass."""
    whole = interest.mass + interest.turned + added
    if whole <= 0.0:
        return interest.direction
    return tuple(old + added / whole * (new - old) for old, new in zip(interest.direction, vector, strict=True))


def is_proof(interest: Interest, act: Act, rules: Rules) -> bool:
    """Whether it is strong, or there are enough behaviors with it and it does not merely repeat all that is known."""
    if act.weight >= rules.proof_weight:
        return True
    known = [(one.item, one.code) for one in interest.evidence if one.item]
    return interest.behaviors + 1 >= rules.proof and known != [(act.item, act.code)]


def evidence_of(act: Act, mass: float) -> Evidence:
    """What the behavior is for the interest that it gives that mass."""
    return Evidence(act.item, mass, int(min(max(act.at, 0.0), LATEST)), act.code)


def evidence_with(places: tuple[Evidence, ...], new: Evidence) -> tuple[Evidence, ...]:
    """The heaviest so far and the new one, which adds to that of its item or else needs to be heavier than another."""
    at = next((k for k, one in enumerate(places) if one.item == new.item), None)
    if at is None:
        at = min(range(EVIDENCE), key=lambda k: places[k].mass)
        if new.mass <= places[at].mass:
            return places
        old = Evidence(new.item)
    else:
        old = places[at]
    latest = new if new.at >= old.at else old
    return (*places[:at], Evidence(new.item, old.mass + new.mass, latest.at, latest.code), *places[at + 1 :])


def with_gap(interest: Interest, seconds: float, rules: Rules) -> Interest:
    """The interest after a pause between two sessions on it."""
    number = min(interest.sessions, 16)
    gap = interest.gap + (log(max(seconds, 1.0)) - interest.gap) / number
    interest = replace(interest, gap=gap)
    if not rules.adaptive:
        return interest
    trust = interest.sessions / (interest.sessions + 8)
    wanted = rules.half_life ** (1 - trust) * (4 * exp(interest.gap)) ** trust
    return replace(interest, half_life=min(max(wanted, rules.half_life / 4), rules.half_life * 4))


def in_context(interest: Interest, hour: int, device: int) -> Interest:
    """The interest with one more behavior at this hour and on this device, which is 0 when it is not known."""
    hours = counted(interest.hours, hour)
    return replace(interest, hours=hours, devices=counted(interest.devices, device - 1) if device else interest.devices)


def counted(counts: tuple[int, ...], place: int) -> tuple[int, ...]:
    """One more there; all halved when that is full."""
    more = tuple(count + (k == place) for k, count in enumerate(counts))
    return tuple(count // 2 for count in more) if more[place] == FULL else more


def sketch_with(sketch: Sketch, value: int, mass: float, limit: float) -> Sketch:
    """A bounded sketch of masses with more for one print, which needs more than the least when it is new and full."""
    at = next((k for k, (known, _) in enumerate(sketch) if known == value), None)
    if at is None:
        at = min(range(len(sketch)), key=lambda k: sketch[k][1])
        if mass <= sketch[at][1]:
            return sketch
        whole = mass
    else:
        whole = sketch[at][1] + mass
    return (*sketch[:at], (value, single(min(whole, limit))), *sketch[at + 1 :])


def faded(sketch: Sketch, share: float) -> Sketch:
    """The sketch with that share left of each mass."""
    return tuple((value, mass * share) for value, mass in sketch)
