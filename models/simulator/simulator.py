"""Simulator: sessions of users who look for what they want, as one stream of behaviors in event-time order."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from models.simulator.catalog import make_items
from models.simulator.options import SimulatorOptions
from models.simulator.topics import TOPICS
from models.simulator.users import PlantedUser, make_users
from models.simulator.zipf import Zipf
from schemas.behaviors import Behavior, BehaviorType
from schemas.items import Item

SECONDS_BETWEEN_ACTS = 8.0
SESSION_ENDS = 0.15
SEARCHES = 0.25
CLICKS = 0.5
DWELLS = 0.6
CARTS = 0.3
PURCHASES = 0.4
DISLIKES = 0.02
DISLIKES_OF_NOISE = 0.2


@dataclass(frozen=True)
class Act:
    """What a user does next: a behavior that has no time yet."""

    type: BehaviorType
    item_id: str | None = None
    text: str | None = None
    value: float | None = None


class Simulator:
    """A shop with users; everything follows from the options.

    users: with their planted interests, the most active first.
    """

    def __init__(self, options: SimulatorOptions) -> None:
        self.options = options
        self.users: tuple[PlantedUser, ...] = make_users(options)
        self._items = make_items(options.items, options.seed)
        self._popular = [Zipf(len(items), options.popularity) for items in self._items]

    @property
    def items(self) -> tuple[Item, ...]:
        """The catalog, the most popular item of each topic first."""
        return tuple(item for items in self._items for item in items)

    def topic_of(self, item_id: str) -> str:
        """The topic that an item was made for."""
        return item_id.rpartition("-")[0].replace("-", " ")

    def behaviors(self) -> Iterator[Behavior]:
        """Behaviors without end, 1 / rate seconds apart; each call gives the same ones."""
        options, chance = self.options, Random(f"{self.options.seed} behaviors")
        active = Zipf(len(self.users), options.activity)
        prefix = f"sim-{options.seed}-{round(options.start * 1000)}"
        sessions: list[tuple[int, Iterator[Act]]] = []
        for number in count():
            at = options.start + number / options.rate
            user, act = self._next_act(sessions, active, at, chance)
            yield Behavior(
                event_id=f"{prefix}-{number}",
                type=act.type,
                occurred_at=round(at * 1000),
                user_id=self.users[user].id,
                item_id=act.item_id,
                text=act.text,
                value=act.value,
            )

    def _next_act(
        self, sessions: list[tuple[int, Iterator[Act]]], active: Zipf, at: float, chance: Random
    ) -> tuple[int, Act]:
        """The next act of one who has a session now, and whose it is; as sessions end, others begin."""
        while True:
            self._fill(sessions, active, at, chance)
            place = int(chance.random() * len(sessions))
            user, session = sessions[place]
            act = next(session, None)
            if act is not None:
                return user, act
            sessions[place] = sessions[-1]
            sessions.pop()

    def _fill(self, sessions: list[tuple[int, Iterator[Act]]], active: Zipf, at: float, chance: Random) -> None:
        """Begins sessions, as many as make a user act every few seconds; nobody has two at once."""
        wanted = round(self.options.rate * SECONDS_BETWEEN_ACTS)
        missing = max(1, min(wanted, (len(self.users) + 1) // 2)) - len(sessions)
        if missing:
            busy = {user for user, _ in sessions}
            while missing:
                user = active.draw(chance)
                if user not in busy:
                    busy.add(user)
                    sessions.append((user, self._session(self.users[user], at, chance)))
                    missing -= 1

    def _session(self, user: PlantedUser, at: float, chance: Random) -> Iterator[Act]:
        """One visit: searches and items around one of the user's interests, and some noise."""
        wanted = user.topics_at(at)
        topic = chance.choices(wanted, user.shares)[0]
        while True:
            noise = chance.random() < self.options.noise
            place = self._other_topic(wanted, chance) if noise else topic
            if chance.random() < SEARCHES:
                yield Act("search", text=_search(place, chance))
            yield from self._encounter(self._items[place][self._popular[place].draw(chance)], noise, chance)
            if chance.random() < SESSION_ENDS:
                return

    def _other_topic(self, wanted: tuple[int, ...], chance: Random) -> int:
        others = [place for place in range(len(TOPICS)) if place not in wanted]
        return others[int(chance.random() * len(others))]

    def _encounter(self, item: Item, noise: bool, chance: Random) -> Iterator[Act]:
        """An item is seen, and perhaps looked at closely and bought, or disliked."""
        yield Act("view", item.id)
        if chance.random() >= CLICKS:
            if chance.random() < (DISLIKES_OF_NOISE if noise else DISLIKES):
                yield Act("dislike", item.id)
            return
        yield Act("click", item.id)
        if chance.random() < DWELLS:
            yield Act("dwell", item.id, value=round(chance.lognormvariate(3.0, 0.8), 1))
        if chance.random() < CARTS:
            yield Act("add_to_cart", item.id)
            if chance.random() < PURCHASES:
                yield Act("purchase", item.id, value=float(item.attributes["price"]))


def _search(place: int, chance: Random) -> str:
    topic = TOPICS[place]
    quality, noun = chance.choice(topic.qualities), chance.choice(topic.nouns)
    return chance.choice((noun, f"{quality} {noun}", f"{noun} for {topic.name}"))
