"""Happenings: acts that have their time and their user, and what happens beside the visits."""

from collections.abc import Iterator
from heapq import merge
from operator import itemgetter
from typing import NamedTuple

from models.simulator.bots import burst_acts
from models.simulator.options import SimulatorOptions
from models.simulator.planted import PlantedUser
from models.simulator.visits import Act


class Happening(NamedTuple):
    """An act at a time (epoch seconds) of a user, by its place among all; device: None where none is told."""

    at: float
    user: int
    act: Act
    device: str | None


def in_order(*streams: Iterator[Happening]) -> Iterator[Happening]:
    """All of them by time, each stream being in order already."""
    return merge(*streams, key=itemgetter(0))


def beside_visits(options: SimulatorOptions, users: tuple[PlantedUser, ...]) -> list[Iterator[Happening]]:
    """What happens at planted moments: what users say, and bursts; a stream for each user who has any."""
    found = []
    for place, user in enumerate(users):
        if user.requests or user.mutes or user.identified_at is not None:
            said = [Happening(at, place, act, user.device) for at, act in _said(user)]
            found.append(iter(sorted(said, key=itemgetter(0))))
        found.extend(_burst(options, place, user, number) for number in range(len(user.bursts)))
    return found


def _said(user: PlantedUser) -> Iterator[tuple[float, Act]]:
    if user.identified_at is not None:
        yield user.identified_at, Act("identify", "identify")
    for request in user.requests:
        yield request.at, Act("request", "request", request.asks[0].topic, text=request.text)
    for mute in user.mutes:
        yield mute.at, Act("mute", "mute", mute.topic, text=mute.topic)
        if mute.until is not None:
            yield mute.until, Act("unmute", "mute", mute.topic, text=mute.topic)


def _burst(options: SimulatorOptions, place: int, user: PlantedUser, number: int) -> Iterator[Happening]:
    for at, act in burst_acts(user.bursts[number], options.burst_gap):
        yield Happening(at, place, act, user.device)
