"""Demo state: everything that the live view shows at a moment."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One part of the way. seconds: how long it takes or took, None before it begins. note: how it is going."""

    name: str
    note: str = ""
    seconds: float | None = None
    done: bool = False


@dataclass(frozen=True)
class Numbers:
    """The replay so far.

    done, total: behaviors applied, and of how many. rate: behaviors/s of late. lag: sent and not applied yet. p50, p99:
    seconds of latency, None while there is none. hits: shares of `trials` that the lists, the popular lists and chance
    hit. at: event time, as text.
    """

    done: int
    total: int
    rate: float
    lag: int
    p50: float | None
    p99: float | None
    records: int
    lists: int
    trials: int
    hits: tuple[float, float, float]
    at: str


@dataclass(frozen=True)
class InterestShown:
    """An interest in words, and its attention: the share, from 0 to 1, that it has among the customer's interests."""

    words: str
    attention: float


@dataclass(frozen=True)
class Pick:
    """A recommended item's title, and why it is there."""

    title: str
    reason: str


@dataclass(frozen=True)
class Customer:
    """A customer of the shop: titles of the latest purchases, newest first, interests and picks, strongest first."""

    name: str
    purchases: int
    latest: tuple[str, ...]
    interests: tuple[InterestShown, ...]
    picks: tuple[Pick, ...]


@dataclass(frozen=True)
class DemoState:
    """A moment of the demo. share: of the present stage, from 0 to 1. numbers: None before the replay."""

    title: str
    seconds: float
    stages: tuple[Stage, ...]
    share: float
    numbers: Numbers | None = None
    customers: tuple[Customer, ...] = ()
