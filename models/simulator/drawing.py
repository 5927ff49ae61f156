"""Drawing: how the interests of one user come about, each in a topic of its own."""

from math import log
from random import Random

from models.simulator.contexts import DEVICES, USUAL_PARTS
from models.simulator.options import SimulatorOptions
from models.simulator.planted import PlantedInterest
from models.simulator.topics import PLACES, TOPICS
from models.simulator.zipf import Zipf

TOPIC_POPULARITY = 0.5
SHORTEST = 1 / 20
LONGEST = 1 / 3
HALF_LIVES_BETWEEN_RISES = 4.0
CHEAP = 0.1


class Drawing:
    """Draws for one user; no topic twice, so that what comes later is new to the user.

    thrifty: whether cheap things are wanted, whatever the topic.
    """

    def __init__(self, options: SimulatorOptions, name: str, thrifty: bool) -> None:
        self._options = options
        self._popular = Zipf(len(TOPICS), TOPIC_POPULARITY)
        self._chance = Random(f"{options.seed} {name} interests")
        self._thrifty = thrifty
        self._used: set[str] = set()

    def topic(self) -> str:
        """The name of a topic that was not drawn before."""
        while True:
            name = TOPICS[self._popular.draw(self._chance)].name
            if name not in self._used:
                self._used.add(name)
                return name

    def interest(self, share: float, since: float) -> PlantedInterest:
        """An interest in a new topic from a time on, epoch seconds."""
        options, name = self._options, self.topic()
        chance = Random(f"{options.seed} {self._chance.random()} {name}")
        topic = TOPICS[PLACES[name]]
        fades, bound = chance.random() < options.fading, chance.random() < options.contexts
        half_life = options.span * SHORTEST * (LONGEST / SHORTEST) ** chance.random()
        day_part = chance.choices(range(len(USUAL_PARTS)), USUAL_PARTS)[0]
        device = chance.choice(DEVICES)
        return PlantedInterest(
            topic=name,
            categories=topic.path,
            share=share,
            half_life=half_life if fades else None,
            season=options.seasons,
            day_part=day_part if bound else None,
            device=device if bound else None,
            brand=chance.choice(topic.brands),
            shelf=chance.choice(topic.shelves),
            price=CHEAP if self._thrifty else round(chance.random(), 3),
            rises=_rises(since, options.start + options.span, half_life, chance) if fades else (),
        )


def _rises(since: float, end: float, half_life: float, chance: Random) -> tuple[float, ...]:
    """When an interest comes up: at its birth, and then without memory, every few half-lives on average."""
    rises: list[float] = []
    at = since
    while at < end or not rises:
        rises.append(round(at, 3))
        at -= HALF_LIVES_BETWEEN_RISES * half_life * log(1 - chance.random())
    return tuple(rises)
