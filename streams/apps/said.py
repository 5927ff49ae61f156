"""Said: where a user lives, and what becomes of a request on its way through the topics."""

import time
from collections import defaultdict
from types import TracebackType
from typing import NamedTuple, NoReturn

from confluent_kafka import Message

from schemas.behaviors import Behavior
from schemas.dead_letters import MESSAGE
from schemas.interests import InterestRecord, decode_interest_record
from streams.apps.feed import PARTITIONERS, Partitioner, partition_counts
from streams.apps.operators import OperatorError
from streams.apps.reading import Reader
from streams.kafka.partitioners import explains, partition_of
from streams.settings import Settings, dead_letters_of

POLL = 0.2
# Of a user who acts at the same moment, a record that was under way when the request was answered may lack it.
SETTLING = 0.3


class Home(NamedTuple):
    """Where a user's behaviors go, and the newest record there is, None for none."""

    partition: int
    partitioner: Partitioner
    record: InterestRecord | None


def find_home(settings: Settings, user: str) -> Home:
    """Where the user lives: where its newest record lies, else where the partitioner puts it.

    Which partitioner that is, `worker.partitioner` says, else those who live on the partitions in which this user may
    live. Raises OperatorError when the topic of interests is not there.
    """
    topic, key = settings.topics.interests, user.encode()
    count = partition_counts(settings, (topic,))[topic]
    homes = {name: partition_of(name, key, count) for name in PARTITIONERS}
    neighbors: dict[int, set[bytes]] = defaultdict(set)
    newest: Message | None = None
    with Reader(settings, (topic,), sorted(set(homes.values()))) as reader:
        for message in reader.to_end():
            neighbors[message.partition()].add(message.key())
            if message.key() == key and (newest is None or message.timestamp()[1] >= newest.timestamp()[1]):
                newest = message
    names = [name for name in PARTITIONERS if settings.worker.partitioner in (None, name)]
    if newest is not None and newest.value() is not None:
        fitting = [name for name in names if homes[name] == newest.partition()]
        record = decode_interest_record(newest.value())
    else:
        fitting = [name for name in names if _explains_all(name, neighbors, count)]
        record = None
    name = (fitting or names)[0]
    return Home(homes[name], name, record)


def _explains_all(name: str, neighbors: dict[int, set[bytes]], partitions: int) -> bool:
    return all(explains((name,), list(keys), home, partitions).all() for home, keys in neighbors.items())


class Watch:
    """Follows a request through the topics of its partition, as a context manager to be entered before it is sent.

    latest: the newest record of the user that came while the places to read from were looked up, None for none.
    """

    def __init__(self, settings: Settings, request: Behavior, partition: int) -> None:
        topics = settings.topics
        self._topics = topics
        self._bootstrap = settings.kafka.bootstrap
        self._request = request
        self._passed: dict[str, Message] = {}
        self.latest: InterestRecord | None = None
        ways = (topics.clickstream, topics.encode_requests, topics.behaviors_encoded)
        self._letters = tuple(map(dead_letters_of, ways))
        read = (topics.interests, *ways[1:], *self._letters)
        self._reader = Reader(settings, read, [partition], from_beginning=False)

    def __enter__(self) -> "Watch":
        for message in self._reader.to_end():
            self._note(message)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.close()

    def outcome(self, seconds: float) -> InterestRecord:
        """The user's first record with the request in it. Raises OperatorError that says what stayed away."""
        end = time.monotonic() + seconds
        found: InterestRecord | None = None
        while (left := end - time.monotonic()) > 0:
            for message in self._reader.poll(min(left, POLL)):
                self._note(message)
            self._check_letters()
            if found is None and self._included():
                end, found = time.monotonic() + SETTLING, self.latest
        return self.latest if found is not None and self.latest is not None else self._give_up(seconds)

    def _note(self, message: Message) -> None:
        topic, value = message.topic() or "", message.value() or b""
        if topic != self._topics.interests:
            if self._request.event_id.encode() in value:
                self._passed[topic] = message
        elif message.key() == self._request.owner.encode():
            self.latest = decode_interest_record(value) if value else None

    def _included(self) -> bool:
        answered = self._topics.behaviors_encoded in self._passed
        return answered and self.latest is not None and self.latest.at >= self._request.at

    def _check_letters(self) -> None:
        for topic in self._letters:
            if letter := self._passed.get(topic):
                detail = dict(letter.headers() or ()).get(MESSAGE) or b""
                raise OperatorError(f"the request is a dead letter on {topic}: {detail.decode(errors='replace')}")

    def _give_up(self, seconds: float) -> NoReturn:
        if self._topics.encode_requests not in self._passed:
            missing, part = "no worker has taken it", "worker"
        elif self._topics.behaviors_encoded not in self._passed:
            missing, part = "no encoder has answered it", "encoder"
        else:
            missing, part = "no interest record has come of it", "worker"
        raise OperatorError(
            f"the request is sent, but {missing} within {seconds:g} s: see that `penchant {part}` runs on"
            f" {self._bootstrap}, or let `penchant doctor` look; it will count once it is read"
        )
