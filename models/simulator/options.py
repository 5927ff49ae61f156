"""Simulator options: how many users and items, what is planted in them, and when it begins."""

from dataclasses import dataclass, replace

from models.simulator.topics import TOPICS

DAY = 86_400.0
SHARES = (
    "noise",
    "drift",
    "fading",
    "seasons",
    "contexts",
    "choosers",
    "refusals",
    "bots",
    "requests",
    "mutes",
    "anonymous",
    "cold",
)


class SimulatorError(ValueError):
    """Options of the simulator that do not fit."""


@dataclass(frozen=True)
class SimulatorOptions:
    """What is simulated; the same options always give the same behaviors. Shares and strengths go from 0 to 1.

    When. start: event time of the beginning, epoch seconds. rate: behaviors per second of all users together, without
    end; or days: a calendar of so many days instead, in which a user makes `visits` visits a day on average.
    drift_span: seconds within which what is planted happens, where there is no calendar.

    Who. activity, popularity: exponents of the Zipf laws of users and of the items within a topic. cold: share of
    users, the least active, who come once and do little. anonymous: of those who have no user_id until they identify.
    bots: of those under whose id a machine repeats the same few items `burst` times, burst_gap seconds apart.
    choosers: of those who go by category, brand or price within a topic, and not by popularity alone.

    What. noise: share of items and searches outside their user's interests. drift: share of users who trade their
    strongest interest for a new one, at a moment of their own. fading: share of interests that come up at moments of
    their own, and fade in between. seasons: how strongly topics keep to their time of day and of the year. contexts:
    share of interests that keep to a day part and a device. requests: share of users who say in words what they want;
    mutes: of those who mute a topic. shown: items in an impression, 0 for none. refusals: chance that an item that was
    shown and is not wanted is skipped, hidden or disliked.
    """

    users: int = 200
    items: int = 1_000
    seed: int = 1
    start: float = 0.0
    rate: float = 10.0
    noise: float = 0.1
    drift: float = 0.0
    drift_span: float = 600.0
    activity: float = 0.8
    popularity: float = 1.0
    days: float = 0.0
    visits: float = 1.0
    fading: float = 0.0
    seasons: float = 0.0
    contexts: float = 0.0
    choosers: float = 0.0
    shown: int = 0
    refusals: float = 0.0
    bots: float = 0.0
    burst: int = 200
    burst_gap: float = 0.25
    requests: float = 0.0
    mutes: float = 0.0
    anonymous: float = 0.0
    cold: float = 0.0

    @property
    def span(self) -> float:
        """Seconds from the start within which all that is planted happens."""
        return self.days * DAY if self.days else self.drift_span

    @property
    def has_contexts(self) -> bool:
        """Whether behaviors say their device and time zone."""
        return self.days > 0 or self.contexts > 0 or self.seasons > 0

    def __post_init__(self) -> None:
        if self.users < 1:
            raise SimulatorError("the simulator needs at least one user")
        if self.items < len(TOPICS):
            raise SimulatorError(f"the simulator needs at least {len(TOPICS)} items, one for each topic")
        if self.rate <= 0 or self.drift_span <= 0:
            raise SimulatorError("the simulator's rate and drift_span are above 0")
        if self.days < 0 or self.visits <= 0:
            raise SimulatorError("the simulator's days are at least 0 and its visits above 0")
        if self.burst < 1 or self.burst_gap <= 0:
            raise SimulatorError("the simulator's burst has at least one repeat and its burst_gap is above 0")
        if not 0 <= self.shown <= 100:
            raise SimulatorError("the simulator has from 0 to 100 items shown in an impression")
        if self.cold == 1:
            raise SimulatorError("the simulator's cold users are below 1, so that somebody is not")
        for name in SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise SimulatorError(f"the simulator's {name} is a share from 0 to 1")


LIFELIKE = SimulatorOptions(
    drift=0.2,
    fading=0.3,
    seasons=0.3,
    contexts=0.3,
    choosers=0.5,
    shown=6,
    refusals=0.05,
    bots=0.02,
    requests=0.1,
    mutes=0.05,
    anonymous=0.2,
    cold=0.1,
)


def lifelike(options: SimulatorOptions) -> SimulatorOptions:
    """The same with some of everything that can be planted, as LIFELIKE has it; what is not 0 stays."""
    planted = {name: getattr(options, name) or getattr(LIFELIKE, name) for name in (*SHARES, "shown")}
    return replace(options, **planted | {"noise": options.noise})
