"""Signals: what the interests agent tells of items, and how the trends agent counts it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from faust.types import TP

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.step import StepOptions, receive
from models.trends.blocks import Moves
from models.trends.options import TrendOptions
from schemas.behaviors import Behavior, encode_behavior
from schemas.ids import item_print
from schemas.items import ItemVector
from schemas.rows.factors import GRADIENT, factors_key, factors_name
from schemas.rows.partition import PositionsRow
from schemas.rows.trend import trend_name
from schemas.trends import SignalBlock, decode_signal_block, encode_signal_block
from schemas.vectors import DIMENSIONS, to_bytes
from streams.agents.interests import InterestsProcessor
from streams.agents.signals import Signals
from streams.agents.trends import TrendsProcessor
from streams.kafka.transport import Batch
from streams.metrics import WorkerMetrics
from streams.state.processor import Flush
from streams.state.store import LocalStore
from tests.models.builders import behavior
from tests.models.trends.made import IMPRESSION, Act, blocks_of, trends_of
from tests.streams.agents.processors import OPTIONS, TOPICS, commit

NOON = 1_700_000_000_000
NAMES = ("mug", "cup", "pot")
MUG, CUP, POT = map(item_print, NAMES)
PARTITIONS = 3

_numbers = count()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    made = LocalStore(tmp_path / "store")
    yield made
    made.close()


def users_of(store: LocalStore, positions: PositionsRow | None = None) -> InterestsProcessor:
    """The interests agent on a shop of three items."""
    catalog = Catalog()
    for number, name in enumerate(NAMES):
        vector = to_bytes(np.eye(1, DIMENSIONS, number, dtype=np.float32)[0])
        catalog.put(ItemVector(item_id=name, encoder="e", vector=vector))
    processor = InterestsProcessor(replace(OPTIONS, signal_partitions=PARTITIONS), catalog, 0, WorkerMetrics())
    processor.load(store, positions)
    return processor


def batch_of(topic: str, values: list[bytes]) -> Batch:
    records: list[Any] = [
        SimpleNamespace(offset=0, timestamp=0, key=b"ann", value=value, headers=()) for value in values
    ]
    return Batch(TP(topic, 0), records, 0, len(records), 0)


def do(processor: InterestsProcessor, *acts: tuple[str, str], **fields: Any) -> None:
    """What ann does: kinds of behaviors and items; a second apart."""
    values = []
    for kind, item in acts:
        at = NOON + 1_000 * next(_numbers)
        behavior = Behavior(event_id=f"{at}", type=kind, occurred_at=at, user_id="ann", item_id=item, **fields)  # type: ignore[arg-type]
        values.append(encode_behavior(behavior))
    processor.apply(batch_of(TOPICS.clickstream, values))


def told(flush: Flush) -> list[tuple[int, SignalBlock]]:
    """Partition and block of what was told."""
    return [
        (output.partition, decode_signal_block(value or b""))
        for output in flush.outputs
        if output.topic == TOPICS.item_signals
        for _, value in output.records
    ]


def rows_of(blocks: list[tuple[int, SignalBlock]]) -> list[tuple[int, int, list[int]]]:
    """Number, print and recents of each row of some blocks, in order of the numbers."""
    rows = []
    for target, block in blocks:
        starts = np.cumsum([0, *block.recent_count_column()])
        for row, (number, value) in enumerate(zip(block.number_column(), block.print_column(), strict=True)):
            assert value % PARTITIONS == target
            rows.append((int(number), int(value), block.recent_column()[starts[row] : starts[row + 1]].tolist()))
    return sorted(rows)


def test_each_wanted_behavior_is_told_with_what_its_user_wanted_before(store: LocalStore) -> None:
    users = users_of(store)
    do(users, ("view", "mug"), ("dislike", "cup"), ("purchase", "pot"))
    do(users, ("view", "cup"))
    blocks = told(commit(users, store))
    assert [target for target, _ in blocks] == list(range(PARTITIONS))
    assert {(block.source, block.source_events, block.events) for _, block in blocks} == {("users/0", 0, 3)}
    assert rows_of(blocks) == [(0, MUG, []), (1, POT, [MUG]), (2, CUP, [POT, MUG])]
    do(users, ("view", "mug"))
    blocks = told(commit(users, store))
    assert {(block.source_events, block.events) for _, block in blocks} == {(3, 1)}
    assert rows_of(blocks) == [(0, MUG, [CUP, POT, MUG])]


def test_impressions_are_told_with_what_was_beside_and_are_no_events(store: LocalStore) -> None:
    users = users_of(store)
    do(users, ("view", "pot"))
    do(users, ("impression", "mug"), item_ids=("cup", "mug", "unheard-of"))
    blocks = told(commit(users, store))
    assert {block.events for _, block in blocks} == {1}
    rows = rows_of(blocks)
    assert rows[0] == (0, POT, [])
    other = item_print("unheard-of")
    assert rows[1:] == sorted(((1, MUG, [CUP, other]), (1, CUP, [MUG, other]), (1, other, [MUG, CUP])))
    assert sum(block.type_column().tolist().count(IMPRESSION) for _, block in blocks) == 3


def test_a_flush_without_events_tells_nothing(store: LocalStore) -> None:
    users = users_of(store)
    do(users, ("dislike", "mug"))
    assert told(commit(users, store)) == []


def test_how_many_events_were_told_survives_a_restart(store: LocalStore) -> None:
    users = users_of(store)
    do(users, ("view", "mug"), ("view", "cup"))
    commit(users, store)
    known = PositionsRow(sequence=1, positions={}, **users.facts()._asdict())
    users = users_of(store, known)
    do(users, ("view", "pot"))
    blocks = told(commit(users, store))
    assert {(block.source_events, block.events) for _, block in blocks} == {(2, 1)}
    assert rows_of(blocks) == [(0, POT, [CUP, MUG])]


# -- the trends agent

LOG = [
    Act(value, tuple(before)) for value, before in ((MUG, ()), (POT, (MUG,)), (MUG, (POT, MUG)), (CUP, (MUG, POT)))
] * 3


def trends_agent(store: LocalStore, positions: PositionsRow | None = None) -> TrendsProcessor:
    processor = TrendsProcessor(TOPICS, TrendOptions(), 0, WorkerMetrics())
    processor.load(store, positions)
    return processor


def tell(processor: TrendsProcessor, acts: list[Act], before: int) -> None:
    values = [encode_signal_block(block) for _, block in blocks_of(acts, before=before)]
    processor.apply(batch_of(TOPICS.item_signals, values))


def take(processor: TrendsProcessor, store: LocalStore) -> Flush:
    flush = processor.take()
    store.write(flush.rows, 0)
    processor.committed()
    return flush


def test_changed_items_are_published_as_they_are_stored(store: LocalStore) -> None:
    agent = trends_agent(store)
    tell(agent, LOG, 0)
    flush = take(agent, store)
    (output,) = flush.outputs
    assert (output.topic, output.partition) == (TOPICS.item_trends, 0)
    assert {key for key, _ in output.records} == {trend_name(value).encode() for value in (MUG, CUP, POT)}
    assert {row for _, row in output.records} == set(store.get_many([key for key, _ in flush.rows[:-1]]))
    trends = trends_of([row or b"" for _, row in output.records])
    assert {value: int(trend.head["behaviors"]) for value, trend in trends.items()} == {MUG: 6, POT: 3, CUP: 3}
    assert trends[POT].counts.keys() == {MUG}
    assert take(agent, store).rows == []


def test_a_restart_of_the_trends_agent_changes_nothing(store: LocalStore) -> None:
    stayed = trends_agent(store)
    tell(stayed, LOG[:7], 0)
    take(stayed, store)
    known = PositionsRow(sequence=1, positions={}, **stayed.facts()._asdict())
    again = trends_agent(store, known)
    assert again.facts() == stayed.facts()
    for agent in (stayed, again):
        tell(agent, LOG[7:], 7)
    first, second = stayed.take(), again.take()
    assert sorted(first.rows) == sorted(second.rows)
    assert sorted(first.outputs[0].records) == sorted(second.outputs[0].records)
    assert stayed.facts() == again.facts()
    assert stayed.facts().events == len(LOG)


def test_a_block_that_cannot_be_read_is_a_dead_letter(store: LocalStore) -> None:
    agent = trends_agent(store)
    agent.apply(batch_of(TOPICS.item_signals, [b"\xff"]))
    flush = take(agent, store)
    assert [output.topic for output in flush.outputs] == [f"{TOPICS.item_signals}.dead-letters"]
    assert flush.rows == []


def moves_of(numbers: Sequence[int], toward: float) -> Moves:
    """Where the factors of these items are to move."""
    gradients = np.zeros(len(numbers), GRADIENT)
    gradients["print"], gradients["bias"], gradients["bias_square"] = numbers, toward, toward**2
    gradients["vector"], gradients["square"] = toward, toward**2
    return Moves(gradients, 0.1)


def test_gradients_go_to_the_partitions_of_their_items() -> None:
    signals, arena, catalog = Signals(), UserArena(), Catalog()
    catalog.put(ItemVector(item_id="mug", encoder="e"))
    view, at = behavior("view", "mug"), np.array([1.0])
    signals.add([view], at, receive(arena, catalog, arena.add([view.owner]), [view], at, StepOptions()))
    blocks = dict(signals.take(3, "users/0", moves_of(range(1, 8), 0.5)))
    assert [sorted(blocks[p].gradient_column()["print"].tolist()) for p in range(3)] == [[3, 6], [1, 4, 7], [2, 5]]
    assert {block.factor_rate for block in blocks.values()} == {0.1}


def test_factors_are_published_as_they_are_stored_and_go_on_after_a_restart(store: LocalStore) -> None:
    def tell_moves(processor: TrendsProcessor, toward: float) -> None:
        block = SignalBlock(
            source="users/0",
            source_events=0,
            events=0,
            gradients=moves_of((MUG, CUP), toward).gradients.tobytes(),
            factor_rate=0.1,
        )
        processor.apply(batch_of(TOPICS.item_signals, [encode_signal_block(block)]))

    stayed = trends_agent(store)
    tell_moves(stayed, 0.5)
    flush = take(stayed, store)
    (output,) = flush.outputs
    records = output.records
    assert [key for key, _ in records] == [factors_name(value).encode() for value in (MUG, CUP)]
    assert [row for _, row in records] == store.get_many([factors_key(value) for value in (MUG, CUP)])
    again = trends_agent(store, PositionsRow(sequence=1, positions={}, **stayed.facts()._asdict()))
    assert again.take().rows == []
    for agent in (stayed, again):
        tell_moves(agent, -0.25)
    first, second = stayed.take(), again.take()
    assert sorted(first.rows) == sorted(second.rows)
    assert len(first.rows) == 3 and dict(first.rows)[factors_key(MUG)] != records[0][1]
