"""Turns: the moments at which a user begins to want something else, and what the user says then."""

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from models.simulator.drawing import Drawing
from models.simulator.options import SimulatorOptions
from models.simulator.planted import Ask, Cause, Phase, PlantedInterest, PlantedMute, PlantedRequest

ASKED_SHARE = 0.6
ASKED_AGAIN = 0.5
LIFTED = 0.5
INSTEAD = (
    "more {more}, no {less}",
    "no {less}, more {more} please",
    "I want {more} now, not {less}",
    "less {less}, more {more}",
    "I am tired of {less}, show me {more}",
)
MORE = ("more {more}", "more {more} please", "show me more {more}", "I am looking for {more}")
DONE = (
    "I am done with {less}",
    "I am done shopping for {less}",
    "I don't need {less} anymore",
    "forget {less}",
)

Wanted = tuple[PlantedInterest, ...]


class Turn(NamedTuple):
    """A moment, epoch seconds, and how it changes what is wanted."""

    at: float
    cause: Cause
    change: Callable[[Wanted, float], Wanted]


class Life:
    """How the interests of one user go on; what it says is collected in requests and mutes."""

    def __init__(self, options: SimulatorOptions, name: str, drawing: Drawing) -> None:
        self._options = options
        self._name = name
        self._drawing = drawing
        self._muted: PlantedInterest | None = None
        self._lifted: float | None = None
        self.requests: list[PlantedRequest] = []
        self.mutes: list[PlantedMute] = []

    def phases(self, wanted: Wanted) -> tuple[Phase, ...]:
        """All phases, from the interests of the first on."""
        phases = [Phase(self._options.start, "start", wanted)]
        for turn in sorted(self._turns(), key=lambda turn: turn.at):
            wanted = _shared(turn.change(wanted, turn.at))
            phases.append(Phase(turn.at, turn.cause, wanted))
        return tuple(phases)

    def _turns(self) -> Iterator[Turn]:
        """Which turns there are; each kind is drawn on its own, so that one kind does not change another."""
        options = self._options
        kinds: tuple[tuple[Cause, float, Callable[[Wanted, float], Wanted]], ...] = (
            ("drift", options.drift, self._drift),
            ("request", options.requests, self._request),
            ("mute", options.mutes, self._mute),
        )
        for cause, share, change in kinds:
            chance = self._chance(cause)
            if chance.random() < share:
                place = chance.random()
                yield Turn(self._moment(place), cause, change)
                if cause == "mute" and chance.random() < LIFTED:
                    self._lifted = self._moment(place + (1 - place) * chance.random())
                    yield Turn(self._lifted, "unmute", self._unmute)

    def _moment(self, place: float) -> float:
        return max(self._options.start, round(self._options.start + place * self._options.span, 3))

    def _chance(self, what: str) -> Random:
        return Random(f"{self._options.seed} {self._name} {what}")

    def _drift(self, wanted: Wanted, at: float) -> Wanted:
        """The strongest interest is traded for a new one."""
        old = _strongest(wanted)
        return tuple(self._drawing.interest(one.share, at) if one is old else one for one in wanted)

    def _request(self, wanted: Wanted, at: float) -> Wanted:
        """The user asks for more of something, or for no more of something, or both."""
        chance = self._chance("words")
        kind = chance.choice(("instead", "more", "done"))
        less = _strongest(wanted) if kind == "instead" or (kind == "done" and len(wanted) > 1) else None
        kept = tuple(one for one in wanted if one is not less)
        if kind == "done" and less is not None:
            self._say(at, chance.choice(DONE), None, less)
            return kept
        known = [one for one in kept if one is not _strongest(wanted)]
        again = known and chance.random() < ASKED_AGAIN
        asked = chance.choice(known) if again else self._drawing.interest(1.0, at)
        self._say(at, chance.choice(MORE if less is None else INSTEAD), asked, less)
        rest = _shared(tuple(one for one in kept if one.topic != asked.topic))
        dimmed = tuple(replace(one, share=one.share * (1 - ASKED_SHARE)) for one in rest)
        return (replace(asked, share=ASKED_SHARE), *dimmed)

    def _say(self, at: float, form: str, more: PlantedInterest | None, less: PlantedInterest | None) -> None:
        asks = [] if more is None else [Ask("more", more.topic)]
        if less is not None:
            asks.append(Ask("forget" if form in DONE else "less", less.topic))
        text = form.format(more=more and more.topic, less=less and less.topic)
        self.requests.append(PlantedRequest(at, text, tuple(asks)))

    def _mute(self, wanted: Wanted, at: float) -> Wanted:
        """An interest is muted; who had no other gets a new one."""
        muted = self._muted = wanted[int(self._chance("muted").random() * len(wanted))]
        self.mutes.append(PlantedMute(at, muted.topic, self._lifted))
        return tuple(one for one in wanted if one is not muted) or (self._drawing.interest(1.0, at),)

    def _unmute(self, wanted: Wanted, at: float) -> Wanted:
        """The muted interest comes back."""
        return wanted if self._muted is None else (*wanted, self._muted)


def _strongest(wanted: Wanted) -> PlantedInterest:
    return max(wanted, key=lambda one: one.share)


def _shared(wanted: Wanted) -> Wanted:
    """The same with shares that sum to 1, the strongest first."""
    total = sum(one.share for one in wanted)
    return tuple(replace(one, share=one.share / total) for one in sorted(wanted, key=lambda one: -one.share))
