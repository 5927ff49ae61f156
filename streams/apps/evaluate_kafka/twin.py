"""Twin: what a single worker publishes that commits every behavior by itself and awaits its trends, without a Kafka."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.evaluation.ranks import SHOWN
from models.interests.arena import UserArena
from models.ranking.rank import rank
from models.step import StepOptions, receive, recommend
from models.trends.blocks import Moves
from models.trends.options import TrendOptions
from models.trends.statistics import TrendStatistics
from schemas.recommendations import Recommendations, decode_recommendations
from streams.agents.signals import Signals
from streams.apps.evaluate_kafka.journey import Journey

SOURCE = "users/0"
LONGEST = 100  # what ranking.length may be


@dataclass(frozen=True)
class Published:
    """What comes of one behavior: its user's list, and how many trends all behaviors up to it have published."""

    listed: Recommendations
    trends: int


class Twin:
    """The steps of a worker in this process, for the behaviors of a journey one after the other."""

    def __init__(self, journey: Journey, step: StepOptions, trends: TrendOptions) -> None:
        self._journey, self._step = journey, step
        self._catalog = journey.catalog()
        self._arena = UserArena(max(len(journey.log.owners), 1))
        self._slots = self._arena.add(journey.log.owners)
        self._statistics = TrendStatistics(trends)
        self._signals = Signals()
        self._trends = 0
        self._had: dict[int, set[int]] = {}

    def publish(self) -> Iterator[Published]:
        """What comes of each behavior in turn."""
        log = self._journey.log
        for place, behavior in enumerate(log.behaviors):
            own, at = self._slots[log.users[place : place + 1]], log.at[place : place + 1]
            resolution = receive(self._arena, self._catalog, own, [behavior], at, self._step)
            self._signals.add([behavior], at, resolution)
            listed = decode_recommendations(recommend(self._arena, own, self._catalog, self._step)[0])
            moves = Moves(self._arena.gradients.take(), self._step.ranking.factor_rate)
            for _, block in self._signals.take(1, SOURCE, moves):
                self._statistics.apply(block)
            rows = [row for _, row in (*self._statistics.take(), *self._statistics.take_factors())]
            self._catalog.put_trends(rows)
            self._trends += len(rows)
            self._had.setdefault(int(log.users[place]), set()).add(int(log.items[place]))
            yield Published(listed, self._trends)

    def before(self, place: int) -> list[int] | None:
        """The rows of the list of ten that its user gets right before a behavior, by the protocol of the evaluation.

        To be asked once the behaviors before have been published and this one has not. None where the longest list
        there may be has not ten items that the protocol lets compete.
        """
        log, step = self._journey.log, self._step
        own, at = self._slots[log.users[place : place + 1]], log.at[place : place + 1]
        rules = step.laws_in(self._catalog).rules
        rows = rank(self._arena, own, self._catalog, step.interests, rules, step.ranking, at, length=LONGEST).items[0]
        moment = np.flatnonzero((log.users == log.users[place]) & (log.at == log.at[place]))
        others = self._had.get(int(log.users[place]), set()) | set(log.items[moment].tolist())
        left = [row for row in rows.tolist() if row >= 0 and row not in others - {int(log.items[place])}]
        return None if len(left) < SHOWN and rows[-1] >= 0 else left[:SHOWN]
