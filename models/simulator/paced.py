"""Paced: visits as close together as a rate asks for, without end; many a day of a user's in a minute."""

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import NamedTuple

from models.simulator.contexts import draw_device
from models.simulator.happenings import Happening
from models.simulator.options import SimulatorOptions
from models.simulator.planted import PlantedUser
from models.simulator.visits import Act, Visits
from models.simulator.zipf import Zipf
from schemas.behaviors import Context

SECONDS_BETWEEN_ACTS = 8.0


class Open(NamedTuple):
    """A visit under way; it ends with its acts, or when the user wants something else, at `until`."""

    user: int
    device: str | None
    until: float
    acts: Iterator[Act]


class Paced:
    """Happenings without end, 1 / rate seconds apart."""

    def __init__(self, options: SimulatorOptions, users: tuple[PlantedUser, ...], visits: Visits) -> None:
        self._options = options
        self._users = users
        self._visits = visits
        self._warm = sum(not user.cold for user in users)
        self._active = Zipf(len(users), options.activity)
        self._chance = Random(f"{options.seed} behaviors")
        self._open: list[Open] = []
        self._left = {place for place, user in enumerate(users) if user.cold}

    def happenings(self) -> Iterator[Happening]:
        """All of them, in order of time."""
        for number in count():
            at = self._options.start + number / self._options.rate
            visit, act = self._next_act(at)
            yield Happening(at, visit.user, act, visit.device)

    def _next_act(self, at: float) -> tuple[Open, Act]:
        """The next act of one who is here now, and whose it is; as visits end, others begin."""
        while True:
            self._fill(at)
            place = int(self._chance.random() * len(self._open))
            visit = self._open[place]
            act = next(visit.acts, None) if at < visit.until else None
            if act is not None:
                return visit, act
            self._open[place] = self._open[-1]
            self._open.pop()

    def _fill(self, at: float) -> None:
        """Begins visits, as many as make a user act every few seconds; nobody has two at once."""
        wanted = round(self._options.rate * SECONDS_BETWEEN_ACTS)
        missing = max(1, min(wanted, (self._warm + 1) // 2)) - len(self._open)
        if missing > 0:
            busy = {visit.user for visit in self._open}
            while missing:
                place = self._active.draw(self._chance)
                if place not in busy and self._comes(place):
                    busy.add(place)
                    self._open.append(self._begin(place, at))
                    missing -= 1

    def _comes(self, place: int) -> bool:
        """Whether the user may come now: the cold ones come once."""
        if not self._users[place].cold:
            return True
        came = place not in self._left
        self._left.discard(place)
        return not came

    def _begin(self, place: int, at: float) -> Open:
        user, chance = self._users[place], self._chance
        device = draw_device(user.device, chance) if self._options.has_contexts else None
        context = None if device is None else Context(device=device)
        interest = chance.choices(user.phase_at(at).interests, user.wishes_at(at, context))[0]
        return Open(place, device, user.changes_after(at), self._visits.visit(user, at, interest, chance))
