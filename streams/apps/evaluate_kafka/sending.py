"""Sending: a log goes out to workers part by part, and the lists that come of it are kept by what they know."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from models.evaluation.log import Log
from schemas.behaviors import encode_behavior
from schemas.recommendations import Recommendations, decode_recommendations
from streams.apps.evaluate_kafka.journey import Journey
from streams.apps.evaluate_kafka.workers import Workers
from streams.apps.feed import Feed
from streams.apps.reading import Reader

FEW, MANY = 100, 1_000  # behaviors under way at most


class Lists:
    """Lists after behaviors of a log: rows (n, k) int32 by the behavior's place, -1 where there are fewer.

    came (n,) bool: whether there is a list that knows exactly the user's behaviors up to this one.
    """

    def __init__(self, behaviors: int, length: int) -> None:
        self.rows = np.full((behaviors, length), -1, np.int32)
        self.came = np.zeros(behaviors, np.bool_)

    def put(self, place: int, listed: Recommendations, row_of: Mapping[str, int]) -> None:
        """Keeps a list."""
        self.rows[place, : len(listed.items)] = [row_of[item.item_id] for item in listed.items]
        self.came[place] = True


class Sending:
    """A log goes out in slices, each once the lists of the one before are there.

    lists: what came, by place. count: how many; unknown: how many of them have an id that none should have, or one that
    came before. seconds: how long it took.
    """

    def __init__(self, workers: Workers, journey: Journey, ids: Sequence[str], length: int) -> None:
        self._workers, self._log = workers, journey.log
        self._places = {name: place for place, name in enumerate(ids)}
        self._row_of = journey.catalog().rows
        self.lists = Lists(len(ids), length)
        self.count = self.unknown = 0
        self.seconds = 0.0

    def run(self, slices: Iterable[slice], told: Callable[[int], None]) -> None:
        """Sends these slices. Raises OverdueError when a list does not come."""
        settings, topics, log = self._workers.settings, self._workers.settings.topics, self._log
        began = time.monotonic()
        with (
            Feed(settings, (topics.clickstream,)) as feed,
            Reader(settings, (topics.recommendations,)) as reader,
        ):
            for part in slices:
                for behavior in log.behaviors[part]:
                    feed.send(topics.clickstream, behavior.owner, encode_behavior(behavior))
                feed.finish()
                last = {int(user): place for place, user in enumerate(log.users[part], part.start)}
                self._workers.wait(
                    partial(self._came, reader, list(last.values())), f"the lists after behavior {part.stop - 1}"
                )
                told(part.stop)
        self.seconds = time.monotonic() - began

    def _came(self, reader: Reader, places: Sequence[int]) -> bool:
        """Takes what is there; whether there is a list after each of these behaviors."""
        for message in reader.poll(0.02):
            listed = decode_recommendations(message.value() or b"")
            place = self._places.get(listed.recommendation_id)
            self.count += 1
            if place is None or self.lists.came[place]:
                self.unknown += 1
            else:
                self.lists.put(place, listed, self._row_of)
        return bool(self.lists.came[places].all())


def at_full_speed(log: Log) -> Iterator[slice]:
    """A thousand behaviors at a time."""
    return (slice(start, min(start + MANY, len(log))) for start in range(0, len(log), MANY))


def at_users_pace(log: Log) -> Iterator[slice]:
    """Up to a hundred behaviors at a time, and never two moments of one user: it has its list before it goes on."""
    start = 0
    moments: dict[int, float] = {}
    for place, (user, at) in enumerate(zip(log.users.tolist(), log.at.tolist(), strict=True)):
        if place - start == FEW or moments.get(user, at) != at:
            yield slice(start, place)
            start, moments = place, {}
        moments[user] = at
    if start < len(log):
        yield slice(start, len(log))
