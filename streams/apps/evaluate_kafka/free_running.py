"""Free-running: two workers on four partitions get a log without awaiting trends, and their lists foretell it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.evaluation.lists import judge_lists
from models.evaluation.log import Log
from models.evaluation.metrics import Quality, clustered_error, gain, quality_of
from models.evaluation.protocol import histories_of, targets_of
from models.evaluation.ranks import SHOWN, Ranks
from models.step import StepOptions
from streams.apps.evaluate_kafka.journey import Journey
from streams.apps.evaluate_kafka.sending import Lists, Sending, at_full_speed, at_users_pace
from streams.apps.evaluate_kafka.twin import Twin
from streams.apps.evaluate_kafka.workers import Changes, running_workers
from streams.apps.evaluate_trial import Progress
from streams.apps.operators import OperatorError
from streams.settings import Settings

PARTITIONS, WORKERS = 4, 2
LISTED = 30


@dataclass(frozen=True)
class Sent:
    """One way to send a log. slices: what goes out together; flush_interval: seconds, None as it is set."""

    name: str
    slices: Callable[[Log], Iterable[slice]]
    flush_interval: float | None = None


PACED = Sent("paced", at_users_pace, 0.01)
FULL_SPEED = Sent("full speed", at_full_speed)


@dataclass(frozen=True)
class Difference:
    """What published lists are worth less than others on the same targets: NDCG@10, clustered by user."""

    ndcg: float
    error: float


@dataclass(frozen=True)
class Way:
    """What published lists were worth when behaviors went out in one way.

    cost: what they are worth less than those of a worker that commits each behavior by itself. informed: how many
    targets were judged by a list that knew all that their user had done; informed_cost: the cost on those alone.
    lists: how many were published; unknown: how many of them are after no behavior of the log, or twice after one, so
    that something was lost or counted twice. seconds: of sending.
    """

    name: str
    quality: Quality
    cost: Difference
    informed: int
    informed_cost: Difference
    lists: int
    unknown: int
    seconds: float


@dataclass(frozen=True)
class FreeRunning:
    """What was found on dev and test together.

    at_once: lists made at each target's moment, as the evaluation makes them. by_itself: lists that a worker publishes
    which commits each behavior by itself and awaits its trends.
    """

    behaviors: int
    targets: int
    at_once: Quality
    by_itself: Quality
    ways: tuple[Way, ...]


def free_running(
    settings: Settings,
    journey: Journey,
    step: StepOptions,
    progress: Progress,
    ways: Sequence[Sent] = (PACED, FULL_SPEED),
) -> FreeRunning:
    """Sends the behaviors in each way, and judges each target by the last list of its user from before it.

    Raises: OperatorError when there is nothing to foretell.
    """
    judge = _Judge(journey)
    at_once, _ = judge_lists(
        journey.log, judge.histories, judge.targets, journey.catalog(), step, settings.trends.options
    )
    longer = replace(step, ranking=replace(step.ranking, length=max(LISTED, step.ranking.length)))
    told = lambda name, done: progress.through(name, done, len(journey.log))  # noqa: E731 - too little for a function
    ids, lists = _lists_of_twin(journey, longer, settings, partial(told, "lists made in this process"))
    by_itself, _ = judge.ranks(lists)
    found = []
    for way in ways:
        with running_workers(settings, journey.items, WORKERS, _changes(settings, longer, way), progress) as workers:
            sending = Sending(workers, journey, ids, longer.ranking.length)
            sending.run(way.slices(journey.log), partial(told, way.name))
        found.append(_way(way.name, judge, by_itself, sending))
    return FreeRunning(
        len(journey.log), len(judge.targets.events), judge.quality(at_once), judge.quality(by_itself), tuple(found)
    )


def _changes(settings: Settings, step: StepOptions, way: Sent) -> Changes:
    return {
        "topics": {"partitions": PARTITIONS},
        "ranking": {"length": step.ranking.length},
        "worker": {"flush_interval": way.flush_interval or settings.worker.flush_interval},
    }


def _way(name: str, judge: "_Judge", by_itself: Ranks, sending: Sending) -> Way:
    published, informed = judge.ranks(sending.lists)
    return Way(
        name=name,
        quality=judge.quality(published),
        cost=judge.difference(by_itself, published),
        informed=int(informed.sum()),
        informed_cost=judge.difference(by_itself, published, informed),
        lists=sending.count,
        unknown=sending.unknown,
        seconds=sending.seconds,
    )


def _lists_of_twin(
    journey: Journey, step: StepOptions, settings: Settings, told: Callable[[int], None]
) -> tuple[list[str], Lists]:
    """The lists' ids, and the lists, after each behavior."""
    lists, ids = Lists(len(journey.log), step.ranking.length), []
    row_of = journey.catalog().rows
    for place, published in enumerate(Twin(journey, step, settings.trends.options).publish()):
        ids.append(published.listed.recommendation_id)
        lists.put(place, published.listed, row_of)
        told(place + 1)
    return ids, lists


class _Judge:
    """The targets of a journey, and what lists from before them are worth. Raises OperatorError when there is none."""

    def __init__(self, journey: Journey) -> None:
        self._log, self._items = journey.log, len(journey.items)
        self.histories = histories_of(journey.log)
        self.targets = targets_of(journey.log, self.histories)
        if not len(self.targets.events):
            raise OperatorError(f"the first {len(journey.log):,} behaviors have none to foretell: send more of them")
        self._users = journey.log.users[self.targets.events]

    def ranks(self, lists: Lists) -> tuple[Ranks, NDArray[np.bool_]]:
        """The targets' places in the latest list from before each, and which of these knew all that their user did.

        The protocol takes away what does not compete; the first ten of the rest count.
        """
        log, histories, events = self._log, self.histories, self.targets.events
        order = np.empty(len(log), np.int64)
        order[histories.places] = np.arange(len(log))
        ranks, shown = np.full(len(events), np.inf), np.full((len(events), SHOWN), -1, np.int32)
        informed = np.zeros(len(events), np.bool_)
        for number, event in enumerate(events.tolist()):
            earlier = order[histories.begins[event] : histories.places[event]]
            came = earlier[lists.came[earlier]]
            if not len(came):
                continue
            informed[number] = came[-1] == earlier[-1]
            own, rows = log.items[event], lists.rows[came[-1]]
            others = histories.items[histories.begins[event] : histories.ends[event]]
            left = rows[(rows >= 0) & ~np.isin(rows, others[others != own])][:SHOWN]
            shown[number, : len(left)] = left
            hits = np.flatnonzero(left == own)
            ranks[number] = hits[0] + 1.0 if len(hits) else np.inf
        return Ranks(ranks, shown), informed

    def quality(self, ranks: Ranks) -> Quality:
        """Of dev and test together."""
        return quality_of(ranks, self._users, self.targets.cold, self._items)

    def difference(self, one: Ranks, other: Ranks, which: NDArray[np.bool_] | None = None) -> Difference:
        """One less the other, on all targets or on those for which `which` (t,) is true."""
        chosen = np.ones(len(self._users), np.bool_) if which is None else which
        gains = (gain(one.ranks) - gain(other.ranks))[chosen]
        return Difference(float(gains.mean()) if len(gains) else 0.0, clustered_error(gains, self._users[chosen]))
