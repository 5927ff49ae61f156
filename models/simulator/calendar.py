"""Calendar: visits over days, each at the time of day and on the device that suit its interest."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import exp
from operator import itemgetter
from random import Random

from models.simulator.contexts import local_midnight, moment_in
from models.simulator.happenings import Happening, in_order
from models.simulator.options import DAY, SimulatorOptions
from models.simulator.planted import PlantedInterest, PlantedUser
from models.simulator.visits import Visits
from schemas.behaviors import Context

MOST_VISITS = 12.0
BETWEEN_VISITS = 60.0
QUICKEST_ACT = 2.0
SECONDS_BETWEEN_ACTS = 18.0

Visit = tuple[float, str, PlantedInterest]


def calendar(options: SimulatorOptions, users: tuple[PlantedUser, ...], visits: Visits) -> Iterator[Happening]:
    """All that happens in visits from the start to the end of the span, in order of time."""
    weights = [(rank + 1) ** -options.activity for rank in range(len(users))]
    most = options.visits * len(users) / sum(weights)
    streams = (
        _happenings(options, place, user, min(MOST_VISITS, most * weights[place]), visits)
        for place, user in enumerate(users)
    )
    return in_order(*streams)


def _happenings(
    options: SimulatorOptions, place: int, user: PlantedUser, per_day: float, visits: Visits
) -> Iterator[Happening]:
    """What one user does. A visit ends when the user wants something else, or when the span is over."""
    chance, free, end = Random(f"{options.seed} {user.id} calendar"), options.start, options.start + options.span
    for begins, device, interest in _visits(options, user, per_day, chance):
        at = max(begins, free)
        until = min(end, user.changes_after(begins))
        for act in visits.visit(user, begins, interest, chance):
            at = round(at + QUICKEST_ACT + chance.expovariate(1 / SECONDS_BETWEEN_ACTS), 3)
            if at >= until:
                break
            yield Happening(at, place, act, device)
        free = at + BETWEEN_VISITS


def _visits(options: SimulatorOptions, user: PlantedUser, per_day: float, chance: Random) -> Iterator[Visit]:
    """When, on which device and for what the user comes, in order; seldom while all interests have faded."""
    end = options.start + options.span
    if user.cold:
        at = options.start + chance.random() * options.span
        yield at, user.device, _drawn(user, at, None, chance)
        return
    day = local_midnight(options.start, user.time_zone)
    while (noon := moment_in(day, 3, 0.0, user.time_zone)) < end + DAY:
        coming = _poisson(min(MOST_VISITS, per_day * sum(user.wishes_at(noon))), chance)
        found = sorted((_visit(user, day, noon, chance) for _ in range(coming)), key=itemgetter(0))
        yield from (visit for visit in found if options.start <= visit[0] < end)
        day += timedelta(days=1)


def _visit(user: PlantedUser, day: datetime, noon: float, chance: Random) -> Visit:
    """One visit of a local day; after a change of what the user wants it is for what is wanted then."""
    interest = _drawn(user, noon, None, chance)
    part, device = interest.draw_context(user.device, chance)
    at = moment_in(day, part, chance.random(), user.time_zone)
    if user.phase_at(at) is not user.phase_at(noon):
        interest = _drawn(user, at, Context(device=device), chance)
    return at, device, interest


def _drawn(user: PlantedUser, at: float, context: Context | None, chance: Random) -> PlantedInterest:
    return chance.choices(user.phase_at(at).interests, user.wishes_at(at, context))[0]


def _poisson(mean: float, chance: Random) -> int:
    """A number of independent happenings. Source: Knuth, The Art of Computer Programming, volume 2, 3.4.1."""
    number, left, least = 0, chance.random(), exp(-mean)
    while left > least:
        number, left = number + 1, left * chance.random()
    return number
