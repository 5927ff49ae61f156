"""Visits: what a user does at a stretch, around one interest, with some noise."""

from collections.abc import Iterator
from random import Random
from typing import Literal

import msgspec

from models.simulator.catalog import Stock, Stocked
from models.simulator.choices import pick
from models.simulator.options import SimulatorOptions
from models.simulator.planted import PlantedInterest, PlantedUser
from models.simulator.topics import PLACES, TOPICS
from models.simulator.zipf import Zipf
from schemas.behaviors import BehaviorType

VISIT_ENDS = 0.15
SEARCHES = 0.25
CLICKS = 0.5
DWELLS = 0.6
CARTS = 0.3
PURCHASES = 0.4
DISLIKES = 0.02
DISLIKES_OF_NOISE = 0.2
COLD_ENCOUNTERS = 2
CONSIDERED = 6
SHOWN_OF_TOPIC = 0.6
NOTHING_PICKED = 0.2
REFUSALS: tuple[BehaviorType, ...] = ("skip", "skip", "hide", "dislike")

ActCause = Literal["interest", "noise", "refusal", "bot", "request", "mute", "identify"]


class Act(msgspec.Struct, frozen=True, gc=False):
    """What a user does next: a behavior that has no time yet, with the cause of it and the topic it is about."""

    type: BehaviorType
    cause: ActCause
    topic: str | None = None
    item_id: str | None = None
    item_ids: tuple[str, ...] = ()
    text: str | None = None
    value: float | None = None


class Visits:
    """Makes visits to a shop that has a stock."""

    def __init__(self, options: SimulatorOptions, stock: Stock) -> None:
        self._options = options
        self._stock = stock
        self._popular = [Zipf(len(items), options.popularity) for items in stock]

    def visit(self, user: PlantedUser, at: float, interest: PlantedInterest, chance: Random) -> Iterator[Act]:
        """The acts of a visit that begins at this time: searches and items of the interest, and some noise.

        Noise is of topics that the user does not want then, nor any machine under the user's id ever.
        """
        wanted = {one.topic for one in user.phase_at(at).interests} | {burst.topic for burst in user.bursts}
        others = [place for place, topic in enumerate(TOPICS) if topic.name not in wanted]
        encounters = 0
        while True:
            noise = chance.random() < self._options.noise
            place = others[int(chance.random() * len(others))] if noise else PLACES[interest.topic]
            cause: ActCause = "noise" if noise else "interest"
            if chance.random() < SEARCHES:
                yield Act("search", cause, TOPICS[place].name, text=_search(place, chance))
            yield from self._encounter(user, None if noise else interest, place, others, chance)
            encounters += 1
            if chance.random() < VISIT_ENDS or (user.cold and encounters >= COLD_ENCOUNTERS):
                return

    def _encounter(
        self, user: PlantedUser, interest: PlantedInterest | None, place: int, others: list[int], chance: Random
    ) -> Iterator[Act]:
        """Items are at hand or shown, one is looked at; what was shown and is not wanted may be refused."""
        cause: ActCause = "noise" if interest is None else "interest"
        if not self._options.shown:
            considered = CONSIDERED if interest is not None and user.dimensions.topic < 1 else 1
            items = [self._one_of(place, chance) for _ in range(considered)]
            yield from _look(pick(user.dimensions, interest, items, chance), cause, chance)
            return
        of_topic, unwanted = self._slate(place, others, chance)
        shown = [*of_topic, *unwanted]
        chance.shuffle(shown)
        yield Act("impression", cause, TOPICS[place].name, item_ids=tuple(stocked.item.id for stocked in shown))
        if chance.random() >= NOTHING_PICKED:
            yield from _look(pick(user.dimensions, interest, of_topic, chance), cause, chance)
        for stocked in unwanted:
            if chance.random() < self._options.refusals:
                yield Act(chance.choice(REFUSALS), "refusal", stocked.topic, stocked.item.id)

    def _slate(self, place: int, others: list[int], chance: Random) -> tuple[list[Stocked], list[Stocked]]:
        """What is shown, each item once: items of the topic, at least one, and of topics that are not wanted."""
        size = self._options.shown
        wanted = max(1, round(SHOWN_OF_TOPIC * size))
        elsewhere = [other for other in others if other != place]
        places = [elsewhere[int(chance.random() * len(elsewhere))] for _ in range(size - wanted)]
        return self._different([place] * wanted, chance), self._different(places, chance)

    def _different(self, places: list[int], chance: Random) -> list[Stocked]:
        """An item of each of these topics; one that is drawn again is left out."""
        drawn = (self._one_of(place, chance) for place in places)
        return list({stocked.item.id: stocked for stocked in drawn}.values())

    def _one_of(self, place: int, chance: Random) -> Stocked:
        return self._stock[place][self._popular[place].draw(chance)]


def _look(stocked: Stocked, cause: ActCause, chance: Random) -> Iterator[Act]:
    """An item is seen, and perhaps looked at closely and bought, or disliked."""
    topic, item_id = stocked.topic, stocked.item.id
    yield Act("view", cause, topic, item_id)
    if chance.random() >= CLICKS:
        if chance.random() < (DISLIKES_OF_NOISE if cause == "noise" else DISLIKES):
            yield Act("dislike", cause, topic, item_id)
        return
    yield Act("click", cause, topic, item_id)
    if chance.random() < DWELLS:
        yield Act("dwell", cause, topic, item_id, value=round(chance.lognormvariate(3.0, 0.8), 1))
    if chance.random() < CARTS:
        yield Act("add_to_cart", cause, topic, item_id)
        if chance.random() < PURCHASES:
            yield Act("purchase", cause, topic, item_id, value=float(stocked.item.attributes["price"]))


def _search(place: int, chance: Random) -> str:
    topic = TOPICS[place]
    quality, noun = chance.choice(topic.qualities), chance.choice(topic.nouns)
    return chance.choice((noun, f"{quality} {noun}", f"{noun} for {topic.name}"))
