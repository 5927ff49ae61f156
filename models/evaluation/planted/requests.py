"""Requests: what a user says in words holds from the very next record on."""

from collections.abc import Iterator

import numpy as np

from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import Shop, simulated
from models.evaluation.population import Population
from models.interests.records import RecordWriter
from models.simulator.planted import PlantedUser
from models.simulator.topics import PLACES, TOPICS
from models.step import recommend
from schemas.behaviors import Behavior, BehaviorType
from schemas.interests import decode_interest_record
from schemas.recommendations import decode_recommendations
from schemas.vectors import from_bytes

FORMS = ("more {more}, no {less}", "show me more {more}", "I want {more} now, not {less}")
LEADS, AFTERWARDS = 0.95, 40
OF_TOPIC = 0.6


def requests(setup: Setup) -> Iterator[Line]:
    """Each user asks for another topic than the leading one, and mutes a topic that is wanted, which goes on."""
    shop = Shop(simulated(setup, users=100, days=20), setup)
    changed = [_leads_when_asked(shop, user, number) for number, user in enumerate(shop.users)]
    note = f"{sum(changed)} of {len(changed)}"
    yield Line("a request changes the leading interest", float(np.mean(changed)), LEADS, percent=True, note=note)
    violations = [count for user in shop.users for count in _violations(shop, user)]
    note = f"{len(violations)} lists and records"
    yield Line("violations of a mute", float(sum(violations)), at_most=0.0, note=note)


def _leads_when_asked(shop: Shop, user: PlantedUser, number: int) -> bool:
    """Whether the topic asked for leads in the record right after, which it did not before."""
    population, end = _settled(shop, user)
    leading = _leading_topic(shop, population)
    wanted = [PLACES[topic] for topic in user.interests_at(end)]
    others = [place for place in wanted if place != leading]
    asked = others[0] if others and number % 2 else (leading + 1 + number) % len(TOPICS)
    if asked == leading:
        asked = (asked + 1) % len(TOPICS)
    text = FORMS[number % len(FORMS)].format(more=TOPICS[asked].name, less=TOPICS[leading].name)
    population.live([_said(user, "request", text, end)])
    return _leading_topic(shop, population) == asked


def _violations(shop: Shop, user: PlantedUser) -> list[int]:
    """In each record and list while a topic is muted, though the user goes on with it: how often it is there."""
    population, end = _settled(shop, user)
    muted = next(iter(user.interests_at(end)))
    population.live([_said(user, "mute", muted, end)])
    own = [one for one in shop.labeled if one.behavior.owner == user.id and one.topic == muted][:AFTERWARDS]
    found = [_shown(shop, population, muted)]
    for number, one in enumerate(own):
        behavior = one.behavior
        again = Behavior(
            event_id=f"again-{number}",
            type=behavior.type,
            occurred_at=round((end + 60.0 * (number + 1)) * 1000),
            user_id=user.id,
            item_id=behavior.item_id,
            text=behavior.text,
        )
        population.live([again])
        if number % 10 == 9:
            found.append(_shown(shop, population, muted))
    return found


def _shown(shop: Shop, population: Population, topic: str) -> int:
    """How many items of the topic are on the list, and interests as near to it as its own items have attention."""
    items = decode_recommendations(recommend(population.arena, population.slots, shop.catalog, population.options)[0])
    on_list = sum(shop.simulator.topic_of(entry.item_id) == topic for entry in items.items)
    attention = population.attention(population.slots)
    of_topic = attention.units[0] @ shop.centers[PLACES[topic]] >= OF_TOPIC
    return on_list + int((of_topic & (attention.shares[0] > 0.0)).sum())


def _settled(shop: Shop, user: PlantedUser) -> tuple[Population, float]:
    """The user alone after everything has happened, and the time right after that, epoch seconds."""
    population = Population([user.id], shop.catalog, shop.setup.options, shop.setup.vectors)
    own = [one.behavior for one in shop.labeled if one.behavior.owner == user.id]
    population.live(own)
    return population, own[-1].at + 60.0


def _leading_topic(shop: Shop, population: Population) -> int:
    """The topic, by its place, of the interest that leads in the record."""
    writer = RecordWriter(shop.catalog, population.options.interests)
    record = decode_interest_record(writer.write(population.arena, population.slots)[0])
    leading = max(record.interests, key=lambda one: one.attention)
    return int(shop.topics_of(from_bytes(leading.vector)))


def _said(user: PlantedUser, kind: BehaviorType, text: str, at: float) -> Behavior:
    return Behavior(event_id=f"said-{kind}", type=kind, occurred_at=round(at * 1000), user_id=user.id, text=text)
