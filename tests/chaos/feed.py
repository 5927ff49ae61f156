"""Feed: a seeded clickstream from a transactional producer, a quarter of whose transactions it aborts."""

import json
import time
from collections import deque
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from confluent_kafka import KafkaException, Producer

from streams.settings import Settings

ABORTED = 0.25
# Of what users send where they are visitors at times: without a user_id, identifies included; and those alone.
ANONYMOUS, IDENTIFY = 0.4, 0.05
AS_VISITOR, AS_USER = {"user_id": None}, {"type": "identify", "item_id": None, "text": None}
USERS = 2_000
ITEMS = 300
LATER_ITEMS = 40
TRANSACTION_SIZES = (10, 50, 150, 300)
START = 1_700_000_000_000
WORDS = (
    "red",
    "blue",
    "tin",
    "glass",
    "tea",
    "lamp",
    "bird",
    "heart",
    "paper",
    "garden",
    "vintage",
    "small",
    "party",
    "kitchen",
    "wool",
    "candle",
    "clock",
    "door",
)
TYPES = {"view": 60, "click": 12, "add_to_cart": 6, "purchase": 5, "like": 3, "dislike": 2, "skip": 2, "dwell": 4}
# Two copies of a behavior lie closer together than the events that a user's row remembers.
REPEATED = 8


class Message(NamedTuple):
    """What the feed sends: the key is the user's id, None for a message that nobody keyed."""

    key: bytes
    value: bytes | None


class Behaviors:
    """An endless stream of messages, the same for the same seed: of every kind that services send, and broken ones.

    name: begins all event ids, so that no two streams share one. visitors: whether users are visitors at times, who
    identify every now and then.
    """

    def __init__(self, name: str, seed: int, visitors: bool = False) -> None:
        self.name = name
        self.visitors = visitors
        self.random = Random(seed)
        self.count = 0
        self.recent: deque[Message] = deque(maxlen=REPEATED)
        self.users = zipf(USERS)
        self.items = zipf(ITEMS)

    def next(self) -> Message:
        """The next message."""
        roll = self.random.random()
        if roll < 0.04 and self.recent:
            return self.random.choice(self.recent)
        self.count += 1
        message = self.broken() if roll > 0.998 else self.behavior()
        self.recent.append(message)
        return message

    def behavior(self) -> Message:
        """A valid behavior."""
        who = self.drawn(self.users)
        user, more = f"user-{who}", {}
        if self.visitors and (roll := self.random.random()) < ANONYMOUS:
            identify = roll < IDENTIFY
            more = {"anonymous_id": f"visitor-{who}"} | (AS_USER if identify else AS_VISITOR)
            user = user if identify else f"visitor-{who}"
        at = START + 20 * self.count
        if self.random.random() < 0.06:
            at -= self.random.randrange(3 * 3_600_000)
        fields = {"event_id": f"{self.name}-{self.count}", "user_id": user, "occurred_at": at, **self.subject(), **more}
        return Message(user.encode(), json.dumps(fields).encode())

    def subject(self) -> dict[str, Any]:
        """What the behavior is and what it is about."""
        roll = self.random.random()
        if roll < 0.04:
            return {"type": "search", "text": " ".join(self.random.sample(WORDS, 3))}
        if roll < 0.06:
            return {"type": "impression", "item_ids": [item_name(self.drawn(self.items)) for _ in range(5)]}
        kind = self.random.choices(list(TYPES), list(TYPES.values()))[0]
        if roll < 0.09:
            return {"type": kind, "item_id": item_name(ITEMS + self.random.randrange(LATER_ITEMS))}
        if roll < 0.092:
            return {"type": kind, "item_id": f"never-{self.random.randrange(5)}"}
        return {"type": kind, "item_id": item_name(self.drawn(self.items))}

    def broken(self) -> Message:
        """A message that no worker can apply."""
        key = f"user-{self.drawn(self.users)}".encode()
        good = {"event_id": f"{self.name}-{self.count}", "user_id": key.decode(), "type": "view", "item_id": "item-1"}
        forms = [None, b"{", b"\xff\xfe", json.dumps(good).encode(), json.dumps(good | {"type": "stare"}).encode()]
        return Message(key, self.random.choice(forms))

    def drawn(self, weights: list[float]) -> int:
        """A place, drawn with the cumulated weights."""
        return self.random.choices(range(len(weights)), cum_weights=weights)[0]


class Feed:
    """Sends behaviors in transactions, as many per second as asked; call attend() often.

    committed, aborted: messages sent so far. Everything is decided by the seed, save how many there are.
    """

    def __init__(self, settings: Settings, seed: int, rate: float, visitors: bool = False) -> None:
        self.settings = settings
        self.rate = rate
        self.committed = self.aborted = 0
        self.items_published = 0
        self._random = Random(seed)
        self._kept = Behaviors("kept", seed, visitors)
        self._dropped = Behaviors("aborted", seed + 1, visitors)
        self._producer = Producer(
            {
                "bootstrap.servers": settings.kafka.bootstrap,
                "transactional.id": f"{settings.app}.feed",
                "linger.ms": 2,
                "log_level": 2,
            }
        )
        self._producer.init_transactions(30)
        self._began = time.monotonic()

    def publish_items(self, count: int) -> None:
        """Makes the next items of the shop known."""
        names = [item_name(number) for number in range(self.items_published, self.items_published + count)]
        self.send([(self.settings.topics.items, Message(name.encode(), item_value(name))) for name in names], False)
        self.items_published += count

    def begin(self) -> None:
        """Starts the clock of the rate."""
        self._began = time.monotonic()

    def attend(self) -> None:
        """Sends a transaction if it is time for one."""
        if self.committed + self.aborted < self.rate * (time.monotonic() - self._began):
            self.transaction(self._random.choice(TRANSACTION_SIZES), self._random.random() < ABORTED)

    def finish(self) -> None:
        """Publishes what items are left, and leaves aborted records and markers at the end of every partition."""
        self.publish_items(ITEMS + LATER_ITEMS - self.items_published)
        for _ in range(2):
            self.transaction(150, True)

    def transaction(self, size: int, aborted: bool) -> None:
        """Sends one transaction of behaviors."""
        source = self._dropped if aborted else self._kept
        self.send([(self.settings.topics.clickstream, source.next()) for _ in range(size)], aborted)
        if aborted:
            self.aborted += size
        else:
            self.committed += size

    def send(self, messages: list[tuple[str, Message]], aborted: bool) -> None:
        """Sends these in one transaction; an aborted one reaches the log first."""
        self._producer.begin_transaction()
        for topic, message in messages:
            self._producer.produce(topic, message.value, message.key)
        if aborted:
            assert not self._producer.flush(30)
            self._producer.abort_transaction(30)
        else:
            self.commit()

    def commit(self) -> None:
        """Commits, however often a broker that was away makes it repeat that."""
        while True:
            try:
                self._producer.commit_transaction(30)
                return
            except KafkaException as error:
                if not error.args[0].retriable():
                    raise


def item_name(number: int) -> str:
    """The id of the item with this number."""
    return f"item-{number}"


def item_value(name: str) -> bytes:
    """An item as its shop publishes it."""
    words = Random(name).sample(WORDS, 3)
    return json.dumps({"id": name, "title": f"{' '.join(words)} {name}", "categories": [words[0]]}).encode()


def zipf(count: int) -> list[float]:
    """Cumulated weights of `count` places by Zipf's law."""
    return list(accumulate(1 / (place + 1) for place in range(count)))
