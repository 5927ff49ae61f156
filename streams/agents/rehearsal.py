"""Rehearsal: a made-up day through the agents, so that every kernel is compiled before real behaviors come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from faust.types import TP

from models.catalog.catalog import Catalog
from models.ranking.variants import assigned
from models.step import StepOptions
from models.trends.options import TrendOptions
from schemas.behaviors import Behavior, encode_behavior
from schemas.encoding import EncodeAnswer, EncodedClause, Polarity, encode_answer
from schemas.ids import fingerprints
from schemas.items import ItemVector
from schemas.vectors import DIMENSIONS, to_bytes
from streams.agents.interests import InterestsProcessor
from streams.agents.options import InterestsOptions
from streams.agents.trends import TrendsProcessor
from streams.kafka.transport import Batch
from streams.metrics import WorkerMetrics
from streams.settings import TopicSettings
from streams.state.processor import Flush
from streams.state.store import LocalStore

ITEM, WORDED = "rehearsed", "worded"
EARLIER, LATER = 1_000_000_000_000, 4_000_000_000_000


@dataclass
class _Record:
    value: bytes | None
    offset: int = 0
    timestamp: int = LATER
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


def rehearse(options: InterestsOptions) -> None:
    """Runs what the agents run, on a store and a catalog of its own; takes seconds where nothing is compiled yet."""
    topics, step = options.topics, _evenly_shared(options.step)
    vector = to_bytes(np.ones(DIMENSIONS, np.float32))
    catalog = Catalog(1)
    for item_id, category in ((ITEM, str(EARLIER)), (ITEM, str(LATER)), (WORDED, WORDED)):
        catalog.put(ItemVector(item_id=item_id, encoder=ITEM, vector=vector, categories=(category,)))
    metrics = WorkerMetrics()
    alone = replace(options, step=step, partitions=1, signal_partitions=1, arena_users=1)
    users = InterestsProcessor(alone, catalog, 0, metrics)
    trends = TrendsProcessor(topics, TrendOptions(), 0, metrics)
    with TemporaryDirectory() as folder:
        store = LocalStore(Path(folder) / "users")
        users.load(store, None)
        users.apply(_batch(topics.clickstream, [_behavior("first", EARLIER), _behavior("second", EARLIER)]))
        answer = EncodeAnswer(
            kind="behavior", model="text", payload=_behavior("first", EARLIER), encoder=ITEM, vector=vector
        )
        wish = EncodeAnswer(
            kind="request",
            model="text",
            payload=_behavior("second", EARLIER),
            encoder=ITEM,
            clauses=(EncodedClause(Polarity.MORE, vector),),
        )
        users.apply(_batch(topics.behaviors_encoded, [encode_answer(answer), encode_answer(wish)]))
        flush = _flush(users, store)
        users.apply(_batch(topics.clickstream, [_behavior(user, LATER) for user in ("first", *_one_of_each(step))]))
        users.tick()
        _identify(users, store, topics)
        store.close()
    signals = [value for output in flush.outputs if output.topic == topics.item_signals for _, value in output.records]
    trends.apply(_batch(topics.item_signals, [value for value in signals if value]))
    catalog.put_trends([row for output in trends.take().outputs for _, row in output.records if row])


def _identify(users: InterestsProcessor, store: LocalStore, topics: TopicSettings) -> None:
    """A visitor turns out to be a user: claim and history go from the one partition there is to itself."""
    seen = Behavior(event_id="seen", type="purchase", occurred_at=LATER, anonymous_id="third", item_id=ITEM)
    known = Behavior(event_id="known", type="identify", occurred_at=LATER, user_id="first", anonymous_id="third")
    users.apply(_batch(topics.clickstream, [encode_behavior(seen), encode_behavior(known)]))
    while handed := [o for o in _flush(users, store).outputs if o.topic == topics.handoffs]:
        users.apply(_batch(topics.handoffs, [value for output in handed for _, value in output.records if value]))


def _evenly_shared(step: StepOptions) -> StepOptions:
    """The same with equal shares for all variants, so that a user of each is soon found."""
    return replace(step, others=tuple(replace(one, share=1.0 / len(step.variants)) for one in step.others))


def _one_of_each(step: StepOptions) -> list[str]:
    """A user of each variant."""
    names = [f"user {number}" for number in range(100 * len(step.variants))]
    places = assigned(fingerprints(names), step.variants)
    return [names[int(np.argmax(places == place))] for place in range(len(step.variants))]


def _flush(users: InterestsProcessor, store: LocalStore) -> Flush:
    flush = users.take()
    store.write(flush.rows, 0)
    users.committed()
    return flush


def _behavior(user: str, at: int) -> bytes:
    return encode_behavior(
        Behavior(event_id=f"{user} {at}", type="purchase", occurred_at=at, user_id=user, item_id=ITEM)
    )


def _batch(topic: str, values: Sequence[bytes]) -> Batch:
    return Batch(TP(topic, 0), [_Record(value) for value in values], 0, len(values), 0)
