"""The rehearsal compiles all that a worker runs."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from faust.types import TP
from numba.core.registry import CPUDispatcher

from models.catalog.catalog import Catalog
from models.ranking.options import RankingOptions
from models.ranking.variants import Variant
from models.trends.options import TrendOptions
from schemas.behaviors import BEHAVIOR_TYPES, Behavior, Context, encode_behavior
from schemas.encoding import EncodeAnswer, EncodedClause, Polarity, encode_answer
from schemas.items import ItemVector
from schemas.vectors import DIMENSIONS, to_bytes
from streams.agents.interests import InterestsOptions, InterestsProcessor
from streams.agents.rehearsal import rehearse
from streams.agents.rules import RulesFile
from streams.agents.trends import TrendsProcessor
from streams.kafka.transport import Batch
from streams.metrics import WorkerMetrics
from streams.state.store import LocalStore
from tests.streams.agents.processors import MUG, OPTIONS, TOPICS, commit

NOON = 1_700_000_000_000
HOUR = 3_600_000
YEAR = 366 * 24 * HOUR
SIGNALS = TOPICS.item_signals
ALL = Variant("all", 1.0, RankingOptions(exploration=0.2, diversity=0.3, length=12))
EXPLORING = replace(OPTIONS, step=replace(OPTIONS.step, others=(ALL,)))
RULES = """
rules:
  - {pin: {item: item-3, place: 2}, when: {from: 2001-01-01T00:00:00Z}}
  - {exclude: {item: item-4}, when: {until: 2001-01-01T00:00:00Z}}
  - {exclude: {brand: Bolt}}
  - {cap: {per: category, most: 5}}
  - {cap: {tag: sale, most: 1}, when: {days: [mon, tue, wed], hours: 08:00-12:00}}
  - {boost: {brand: Acme, by: 0.5}}
"""


@pytest.mark.parametrize("options", [OPTIONS, EXPLORING], ids=["one way to rank", "variants"])
def test_after_the_rehearsal_nothing_is_left_to_compile(tmp_path: Path, options: InterestsOptions) -> None:
    rehearse(options)
    before = compiled()
    assert sum(before.values()) > 20
    catalog, store = shop(), LocalStore(tmp_path / "users")
    (tmp_path / "rules.yml").write_text(RULES)
    rules = RulesFile(tmp_path / "rules.yml", 10, lambda: None)
    processor = InterestsProcessor(options, catalog, 0, WorkerMetrics(), rules)
    processor.load(store, None)
    trends = TrendsProcessor(TOPICS, TrendOptions(), 0, WorkerMetrics())
    processor.apply(batch(TOPICS.clickstream, [encode_behavior(one) for one in a_day()]))
    processor.apply(batch(TOPICS.behaviors_encoded, list(answers())))
    signals = [one for one in commit(processor, store).outputs if one.topic == SIGNALS]
    trends.apply(batch(SIGNALS, [value or b"" for one in signals for _, value in one.records]))
    catalog.put_trends([row or b"" for one in trends.take().outputs for _, row in one.records])
    processor.apply(batch(TOPICS.clickstream, [encode_behavior(of("bob", "view", NOON + YEAR))]))
    processor.tick()
    commit(processor, store)
    processor.apply(batch(TOPICS.clickstream, [encode_behavior(one) for one in a_visit()]))
    while handed := [one for one in commit(processor, store).outputs if one.topic == TOPICS.handoffs]:
        processor.apply(batch(TOPICS.handoffs, [value or b"" for one in handed for _, value in one.records]))
    store.close()
    assert compiled() == before


def compiled() -> dict[str, int]:
    """How many forms of each kernel have been compiled."""
    modules = [(name, module) for name, module in sys.modules.items() if name.startswith(("models.", "schemas."))]
    return {
        f"{name}.{what}": len(thing.signatures)
        for name, module in modules
        for what, thing in vars(module).items()
        if isinstance(thing, CPUDispatcher)
    }


def shop() -> Catalog:
    """The mug and ten more items, some with a category, a brand and a price."""
    catalog, chance = Catalog(), np.random.default_rng(1)
    catalog.put(MUG)
    for number in range(10):
        vector = to_bytes(chance.standard_normal(DIMENSIONS).astype(np.float32))
        facets: dict[str, Any] = {"categories": ("all", "some"), "brand": "Acme", "price_band": 7} if number % 2 else {}
        catalog.put(ItemVector(item_id=f"item-{number}", encoder="e", vector=vector, **facets))
    return catalog


def a_day() -> Iterator[Behavior]:
    """Everything that a user can do with items, over and over, from place to place."""
    contexts = (None, Context(device="mobile", time_zone="America/Lima"), Context(device="desktop"))
    for number in range(6 * len(BEHAVIOR_TYPES)):
        kind = BEHAVIOR_TYPES[number % len(BEHAVIOR_TYPES)]
        more: dict[str, Any] = {"anonymous_id": "visitor"} if kind == "identify" else {}
        more |= {"item_ids": ("item-1", "item-3", "item-5")} if kind == "impression" else {}
        at = NOON + number * HOUR // 5
        yield of("ann", kind, at, item_id=f"item-{number % 10}", text="this", context=contexts[number % 3], **more)


def a_visit() -> Iterator[Behavior]:
    """Somebody looks around and then says who it is."""
    yield Behavior(event_id="v", type="view", occurred_at=NOON + YEAR, anonymous_id="guest", item_id="mug")
    yield of("bob", "identify", NOON + YEAR, anonymous_id="guest")


def answers() -> Iterator[bytes]:
    """A search with a vector and one without, and a request that wishes everything at once."""
    clauses = tuple(EncodedClause(polarity, MUG.vector or b"") for polarity in Polarity)
    for vector in (MUG.vector, None):
        payload = encode_behavior(of("ann", "search", NOON, text="mugs"))
        yield encode_answer(EncodeAnswer(kind="behavior", model="text", payload=payload, encoder="e", vector=vector))
    payload = encode_behavior(of("ann", "request", NOON, text="mugs, please"))
    yield encode_answer(EncodeAnswer(kind="request", model="text", payload=payload, encoder="e", clauses=clauses))


def of(user: str, kind: str, at: int, **fields: Any) -> Behavior:
    """A behavior; at: epoch milliseconds."""
    subject = {} if fields else {"item_id": "mug"}
    return Behavior(event_id=f"{kind} {at}", type=kind, occurred_at=at, user_id=user, **subject, **fields)  # type: ignore[arg-type]


def batch(topic: str, values: list[bytes]) -> Batch:
    """One batch of partition 0."""
    records = [SimpleNamespace(offset=0, timestamp=0, key=b"", value=value, headers=()) for value in values]
    return Batch(TP(topic, 0), records, 0, len(records), 0)
