"""Lock-step: one worker on one partition gets a behavior, and the next one when all that comes of it has come."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from models.evaluation.lists import judge_lists
from models.evaluation.protocol import Targets, histories_of
from models.evaluation.ranks import SHOWN
from models.step import StepOptions
from schemas.behaviors import Behavior, encode_behavior
from schemas.recommendations import Recommendations, decode_recommendations
from streams.apps.evaluate_kafka.alike import Comparison, Listed, fate_of
from streams.apps.evaluate_kafka.journey import Journey
from streams.apps.evaluate_kafka.twin import Published, Twin
from streams.apps.evaluate_kafka.workers import Changes, Workers, running_workers
from streams.apps.evaluate_trial import Progress
from streams.apps.feed import Feed
from streams.apps.reading import Reader
from streams.settings import Settings

AT_ONCE = 0.001  # seconds
CHANGES: Changes = {
    "topics": {"partitions": 1},
    "worker": {"flush_interval": AT_ONCE},
    "trends": {"flush_interval": AT_ONCE},
}


@dataclass(frozen=True)
class LockStep:
    """What was found. published: the lists of the worker against those of the twin, one for each behavior.

    foretold: the lists of the twin right before each behavior on an item against those of the evaluation. unlike: lists
    of the twin and the worker that do not name the same moment of the same user, which then is not the same behavior.
    """

    behaviors: int
    published: Comparison
    foretold: Comparison
    unlike: int


def lock_step(settings: Settings, journey: Journey, step: StepOptions, progress: Progress) -> LockStep:
    """Sends every behavior by itself, and compares what is published with what it should be."""
    trends = settings.trends.options
    twins, befores = _twins(Twin(journey, step, trends), journey)
    progress.say(f"lock-step: {len(twins):,} lists made in this process")
    foretold = _foretold(journey, step, befores, settings)
    with running_workers(settings, journey.items, 1, CHANGES, progress) as workers:
        told = lambda done: progress.through("lock-step", done, len(twins))  # noqa: E731 - too little for a function
        lists = list(_sent(workers, journey, twins, told))
    published = Comparison()
    for place, (twin, mine) in enumerate(zip(twins, lists, strict=True)):
        one, other = _listed(twin.listed), _listed(mine)
        published.take(place, mine.user_id, fate_of(one, other), one, other)
    unlike = sum(
        twin.listed.recommendation_id != mine.recommendation_id for twin, mine in zip(twins, lists, strict=True)
    )
    return LockStep(len(twins), published, foretold, unlike)


def _twins(twin: Twin, journey: Journey) -> tuple[list[Published], dict[int, list[int]]]:
    """What the twin publishes after each behavior, and by place its lists before those on items."""
    published: list[Published] = []
    befores: dict[int, list[int]] = {}
    made = twin.publish()
    for place in range(len(journey.log)):
        if journey.log.items[place] >= 0 and (rows := twin.before(place)) is not None:
            befores[place] = rows
        published.append(next(made))
    return published, befores


def _foretold(journey: Journey, step: StepOptions, befores: dict[int, list[int]], settings: Settings) -> Comparison:
    """The twin's lists before these behaviors against those of the evaluation, of which only the items are known."""
    log, catalog = journey.log, journey.catalog()
    places = np.array(sorted(befores), np.int64)
    targets = Targets(places, np.zeros(len(places), np.bool_), np.zeros(len(places), np.bool_), len(places))
    ranks, _ = judge_lists(log, histories_of(log), targets, catalog, step, settings.trends.options)
    found = Comparison()
    for place, shown in zip(places.tolist(), ranks.shown.tolist(), strict=True):
        rows = [row for row in shown if row >= 0]
        one, other = ([(catalog.ids[row], 0.0) for row in listed] for listed in (befores[place], rows))
        found.take(place, log.behaviors[place].owner, "equal" if one == other else "different", one, other)
    return found


def _sent(
    workers: Workers, journey: Journey, twins: list[Published], told: Callable[[int], None]
) -> Iterator[Recommendations]:
    """Sends each behavior once the one before is in its user's list, and in the trends of the worker's catalog."""
    topics = workers.settings.topics
    with (
        Feed(workers.settings, (topics.clickstream,)) as feed,
        Reader(workers.settings, (topics.recommendations,)) as reader,
    ):
        for place, (behavior, twin) in enumerate(zip(journey.log.behaviors, twins, strict=True)):
            feed.send(topics.clickstream, behavior.owner, encode_behavior(behavior))
            feed.finish()
            yield _next_list(workers, reader, behavior)
            workers.await_catalogs(topics.item_trends, twin.trends)
            told(place + 1)


def _next_list(workers: Workers, reader: Reader, behavior: Behavior) -> Recommendations:
    found: list[bytes] = []

    def came() -> bool:
        key = behavior.owner.encode()
        found.extend(message.value() or b"" for message in reader.poll(0.05) if message.key() == key)
        return bool(found)

    workers.wait(came, f"a list after behavior {behavior.event_id}")
    return decode_recommendations(found[-1])


def _listed(record: Recommendations) -> Listed:
    return [(item.item_id, item.score) for item in record.items[:SHOWN]]
