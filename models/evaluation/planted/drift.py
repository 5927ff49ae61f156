"""Drift: what is new soon leads, and what happens once never does."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import Shop, simulated
from models.evaluation.population import Population
from models.simulator.planted import PlantedUser
from models.simulator.topics import PLACES, TOPICS
from schemas.behaviors import TYPE_CODES

SOON = 5
FOLLOWED = 20
SETTLED = 20


class Moment(NamedTuple):
    """A behavior to look after: its place among all, whose it is, its topic, and the how manieth on a new interest.

    nth: 0 for a stray behavior, the user's first on a topic that is no interest.
    """

    place: int
    owner: str
    topic: int
    nth: int


def drift(setup: Setup) -> Iterator[Line]:
    """Users trade their strongest interest for a new one, and all look at other things now and then."""
    shop = Shop(simulated(setup, users=100, days=20, drift=1.0), setup)
    needed: dict[str, int] = {}
    drifted: Counter[str] = Counter()
    strays: list[bool] = []
    population, done = shop.population(), 0
    for moment in _moments(shop):
        population.live([one.behavior for one in shop.labeled[done : moment.place + 1]])
        done = moment.place + 1
        if moment.nth:
            drifted[moment.owner] = moment.nth
            if moment.owner not in needed and _leads(shop, population, moment, _own_topics(shop, moment.owner)):
                needed[moment.owner] = moment.nth
        else:
            strays.append(_leads(shop, population, moment, list(range(len(TOPICS)))))
    judged = [owner for owner, behaviors in drifted.items() if owner in needed or behaviors >= SOON]
    counts = [needed.get(owner, FOLLOWED) for owner in judged]
    note = f"median {np.median(counts):.0f} behaviors, {len(counts)} drifts"
    within = float(np.mean([count <= SOON for count in counts]))
    yield Line(f"a new interest leads within {SOON} behaviors", within, at_least=0.95, percent=True, note=note)
    led = sum(strays)
    note = f"{led} of {len(strays)}"
    yield Line("a one-off behavior leads", led / max(len(strays), 1), at_most=0.0, percent=True, note=note)


def _moments(shop: Shop) -> Iterator[Moment]:
    """The first behaviors on each new interest, and the stray ones of users who have settled."""
    users = {user.id: user for user in shop.users}
    speaks = shop.setup.options.interests.wanted()
    behaviors: Counter[str] = Counter()
    touched: set[tuple[str, str]] = set()
    wanted: Counter[tuple[str, str]] = Counter()
    for place, one in enumerate(shop.labeled):
        owner, topic = one.behavior.owner, one.topic
        behaviors[owner] += 1
        if topic is None or not speaks[TYPE_CODES[one.behavior.type]]:
            continue
        strange = (owner, topic) not in touched
        touched.add((owner, topic))
        if one.cause == "interest" and _is_new(users[owner], topic, one.behavior.at):
            wanted[owner, topic] += 1
            if wanted[owner, topic] <= FOLLOWED:
                yield Moment(place, owner, PLACES[topic], wanted[owner, topic])
        elif one.cause == "noise" and strange and behaviors[owner] > SETTLED:
            yield Moment(place, owner, PLACES[topic], 0)


def _is_new(user: PlantedUser, topic: str, at: float) -> bool:
    """Whether the user has drifted to this topic."""
    drifted = user.drifts_at is not None and at >= user.drifts_at
    return drifted and topic not in {planted.topic for planted in user.phases[0].interests}


def _own_topics(shop: Shop, owner: str) -> list[int]:
    """The places of all topics that were ever planted in a user."""
    phases = shop.simulator.user(owner).phases
    return sorted({PLACES[planted.topic] for phase in phases for planted in phase.interests})


def _leads(shop: Shop, population: Population, moment: Moment, topics: list[int]) -> bool:
    """Whether the leading interest is nearest to the moment's topic, among these topics."""
    attention = population.attention(np.array([population.arena.slots[moment.owner]]))
    leader = attention.units[0, int(np.argmax(attention.shares[0]))]
    return topics[int(np.argmax(shop.centers[topics] @ leader))] == moment.topic
