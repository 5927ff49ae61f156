"""Planted users: all that is true of them, to be found out from their behaviors."""

from bisect import bisect_right
from random import Random
from typing import Literal

import msgspec

from models.simulator.contexts import BOUND, day_part_of, device_share, draw_device, part_shares, year_factor
from models.simulator.topics import PLACES, TOPICS
from schemas.behaviors import Context

FAINTEST = 1e-3

Cause = Literal["start", "drift", "request", "mute", "unmute"]
Polarity = Literal["more", "less", "forget"]


class PlantedInterest(msgspec.Struct, frozen=True, kw_only=True):
    """A topic that a user wants.

    categories: the upper levels of its items' categories. share: of the user's wishes while it is fresh; those of a
    phase sum to 1. half_life: seconds, None for one that lasts; rises: when it comes up anew, epoch seconds, the first
    being its birth. season: how strongly it keeps to the topic's time of day and year, 0 to 1. day_part (0 to 5, four
    hours of local time each), device: what it is bound to, or None. brand, shelf, price: the user's favorites within
    the topic; price on the logarithmic scale of the catalog, 0 the cheapest, 1 the dearest.
    """

    topic: str
    categories: tuple[str, ...]
    share: float
    half_life: float | None = None
    rises: tuple[float, ...] = ()
    season: float = 0.0
    day_part: int | None = None
    device: str | None = None
    brand: str = ""
    shelf: str = ""
    price: float = 0.5

    def appetite_at(self, at: float) -> float:
        """How fresh it is: 1 when it has just come up, halved with each half-life; times the season of the year."""
        season = year_factor(TOPICS[PLACES[self.topic]], self.season, at) if self.season else 1.0
        if self.half_life is None:
            return season
        latest = self.rises[max(0, bisect_right(self.rises, at) - 1)]
        return season * max(FAINTEST, 2 ** (-max(0.0, at - latest) / self.half_life))

    def chance_of(self, day_part: int, device: str | None, usual: str) -> float:
        """The chance that a visit for this interest is in this day part and on this device; usual: the user's device.

        device: None for any.
        """
        free = part_shares(TOPICS[PLACES[self.topic]].day_part, self.season)[day_part]
        free *= 1.0 if device is None else device_share(device, usual)
        if self.day_part is None:
            return free
        return BOUND * (self.day_part == day_part and device in (None, self.device)) + (1 - BOUND) * free

    def draw_context(self, usual: str, chance: Random) -> tuple[int, str]:
        """Day part and device of a visit for this interest, as chance_of says."""
        if self.day_part is not None and self.device is not None and chance.random() < BOUND:
            return self.day_part, self.device
        shares = part_shares(TOPICS[PLACES[self.topic]].day_part, self.season)
        return chance.choices(range(len(shares)), shares)[0], draw_device(usual, chance)


class Phase(msgspec.Struct, frozen=True):
    """What a user wants from a moment on (epoch seconds), and what made it so."""

    since: float
    cause: Cause
    interests: tuple[PlantedInterest, ...]


class Dimensions(msgspec.Struct, frozen=True):
    """How much each attribute decides what the user picks; they sum to 1."""

    topic: float = 1.0
    category: float = 0.0
    brand: float = 0.0
    price: float = 0.0


class Burst(msgspec.Struct, frozen=True):
    """A machine's repeats of a few items of a topic that the user never wants; start, end: of its first and last."""

    start: float
    end: float
    topic: str
    item_ids: tuple[str, ...]
    behaviors: int


class Ask(msgspec.Struct, frozen=True):
    """One wish within a request. less: fewer or none of it; forget: the user is done with it."""

    polarity: Polarity
    topic: str


class PlantedRequest(msgspec.Struct, frozen=True):
    """A request in words, and what it asks for."""

    at: float
    text: str
    asks: tuple[Ask, ...]


class PlantedMute(msgspec.Struct, frozen=True):
    """A topic muted at a time, until it is lifted; None for never."""

    at: float
    topic: str
    until: float | None = None


class PlantedUser(msgspec.Struct, frozen=True, kw_only=True):
    """A user and the truth about it. phases: in order of time, the first from the start on.

    anonymous_id, identified_at: under which id, and until when, the user was a visitor without a name; None for never.
    cold: comes once, for very little. device: the usual one.
    """

    id: str
    phases: tuple[Phase, ...]
    anonymous_id: str | None = None
    identified_at: float | None = None
    cold: bool = False
    time_zone: str = "UTC"
    device: str = "mobile"
    dimensions: Dimensions = Dimensions()
    bursts: tuple[Burst, ...] = ()
    requests: tuple[PlantedRequest, ...] = ()
    mutes: tuple[PlantedMute, ...] = ()

    @property
    def drifts_at(self) -> float | None:
        """When the strongest interest is traded for a new one, epoch seconds; None for never."""
        return next((phase.since for phase in self.phases if phase.cause == "drift"), None)

    def phase_at(self, at: float) -> Phase:
        """The phase at this time, epoch seconds."""
        phases = self.phases
        return phases[0] if len(phases) == 1 else phases[max(0, bisect_right(phases, at, key=_since) - 1)]

    def changes_after(self, at: float) -> float:
        """When the next phase begins, infinity for never."""
        return next((phase.since for phase in self.phases if phase.since > at), float("inf"))

    def wishes_at(self, at: float, context: Context | None = None) -> tuple[float, ...]:
        """The weight of each interest of the phase at this time, not normalized.

        context: for those of visits in this one; its time zone is the user's own where it names none.
        """
        interests = self.phase_at(at).interests
        if context is None:
            return tuple(one.share * one.appetite_at(at) for one in interests)
        part, device = day_part_of(at, context.time_zone or self.time_zone), context.device
        return tuple(one.share * one.appetite_at(at) * one.chance_of(part, device, self.device) for one in interests)

    def interests_at(self, at: float, context: Context | None = None) -> dict[str, float]:
        """Names of topics and their shares at this time, epoch seconds; they sum to 1.

        context: for the shares among visits in this one.
        """
        wishes = self.wishes_at(at, context)
        total = sum(wishes)
        return {one.topic: wish / total for one, wish in zip(self.phase_at(at).interests, wishes, strict=True)}

    def categories_at(self, at: float) -> dict[tuple[str, ...], float]:
        """Paths of categories, departments and their topics, with their shares at this time."""
        shares: dict[tuple[str, ...], float] = {}
        for topic, share in self.interests_at(at).items():
            path = TOPICS[PLACES[topic]].path
            for level in range(1, len(path) + 1):
                shares[path[:level]] = shares.get(path[:level], 0.0) + share
        return shares

    def muted_at(self, at: float) -> frozenset[str]:
        """The topics that are muted at this time."""
        return frozenset(one.topic for one in self.mutes if one.at <= at and (one.until is None or at < one.until))


def _since(phase: Phase) -> float:
    return phase.since
