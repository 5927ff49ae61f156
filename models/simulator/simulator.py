"""Simulator: a shop with users who look for what they want, as one stream of behaviors in event-time order."""

from collections.abc import Iterator
from itertools import count

import msgspec

from models.simulator.calendar import calendar
from models.simulator.catalog import make_stock
from models.simulator.choices import suits
from models.simulator.happenings import Happening, beside_visits, in_order
from models.simulator.options import SimulatorError, SimulatorOptions
from models.simulator.paced import Paced
from models.simulator.planted import PlantedUser
from models.simulator.topics import PLACES, TOPICS
from models.simulator.users import make_users
from models.simulator.visits import ActCause, Visits
from schemas.behaviors import Behavior, Context
from schemas.items import Item


class Labeled(msgspec.Struct, frozen=True, gc=False):
    """A behavior and the truth about it: why it happened, and the topic that it is about, None for an identify."""

    behavior: Behavior
    cause: ActCause
    topic: str | None


class Simulator:
    """A shop with users; everything follows from the options.

    users: with what is planted in them, the most active first.
    """

    def __init__(self, options: SimulatorOptions) -> None:
        self.options = options
        self._stock = make_stock(options.items, options.seed)
        self._stocked = {one.item.id: one for items in self._stock for one in items}
        self.users: tuple[PlantedUser, ...] = make_users(options, self._stock)
        self._owners = {user.id: user for user in self.users}
        self._owners |= {user.anonymous_id: user for user in self.users if user.anonymous_id is not None}

    @property
    def items(self) -> tuple[Item, ...]:
        """The catalog, the most popular item of each topic first."""
        return tuple(one.item for one in self._stocked.values())

    def topic_of(self, item_id: str) -> str:
        """The topic that an item was made for."""
        return item_id.rpartition("-")[0].replace("-", " ")

    def path_of(self, topic: str) -> tuple[str, str]:
        """Department and topic: the upper two levels of the categories of the topic's items."""
        return TOPICS[PLACES[topic]].path

    def user(self, owner: str) -> PlantedUser:
        """The user with this user_id or anonymous_id. Raises: SimulatorError when there is none."""
        if owner not in self._owners:
            raise SimulatorError(
                f"the simulator has no user {owner}: owners are the user_id and anonymous_id of `users`"
            )
        return self._owners[owner]

    def is_bot(self, behavior: Behavior) -> bool:
        """Whether a machine did it, under the user's id."""
        return any(
            burst.start <= behavior.at <= burst.end and behavior.item_id in burst.item_ids
            for burst in self.user(behavior.owner).bursts
        )

    def relevance(self, user: PlantedUser, item_id: str, at: float, context: Context | None = None) -> float:
        """How much the user wants an item at a time, epoch seconds: its topic's share, times how well it suits, 0 to 1.

        context: for a visit in this one.
        """
        stocked = self._stocked[item_id]
        interest = next((one for one in user.phase_at(at).interests if one.topic == stocked.topic), None)
        if interest is None:
            return 0.0
        return user.interests_at(at, context)[stocked.topic] * suits(user.dimensions, interest, stocked)

    def behaviors(self) -> Iterator[Behavior]:
        """Behaviors, without end where there is no calendar; each call gives the same ones.

        Those of visits are 1 / rate seconds apart where there is no calendar.
        """
        return (one.behavior for one in self.labeled())

    def labeled(self) -> Iterator[Labeled]:
        """The same behaviors, each with the truth about it."""
        options = self.options
        prefix = f"sim-{options.seed}-{round(options.start * 1000)}"
        contexts: dict[tuple[int, str], Context] = {}
        for number, (at, place, act, device) in zip(count(), self._happenings(), strict=False):
            user = self.users[place]
            unknown = user.identified_at is not None and at < user.identified_at
            context = None
            if device is not None and options.has_contexts:
                context = contexts.get((place, device))
                if context is None:
                    context = contexts[place, device] = Context(device=device, time_zone=user.time_zone)
            behavior = Behavior(
                event_id=f"{prefix}-{number}",
                type=act.type,
                occurred_at=round(at * 1000),
                user_id=None if unknown else user.id,
                anonymous_id=user.anonymous_id if unknown or act.type == "identify" else None,
                item_id=act.item_id,
                item_ids=act.item_ids,
                text=act.text,
                value=act.value,
                context=context,
            )
            yield Labeled(behavior, act.cause, act.topic)

    def _happenings(self) -> Iterator[Happening]:
        options, users = self.options, self.users
        visits = Visits(options, self._stock)
        stream = calendar(options, users, visits) if options.days else Paced(options, users, visits).happenings()
        beside = beside_visits(options, users)
        return in_order(stream, *beside) if beside else stream
