"""Replay: items first, then behaviors in the order in which they happened, at the pace that was asked for."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models.samples.recording import read_behaviors
from schemas.behaviors import Behavior, decode_behavior
from schemas.items import ItemVector, decode_item, encode_item_vector
from streams.apps.operators import OperatorError
from streams.apps.replay import ReplayOptions, run, shifted
from streams.settings import Settings, load_settings
from tests.kafka.topics import create, produce, read_all, unique
from tests.kafka.waiting import wait_until

pytestmark = pytest.mark.kafka

LINES = (
    "user_id,item_id,occurred_at",
    "ann,i3,2020-01-01T00:00:20Z",
    "bob,i1,2020-01-01T00:00:00Z",
    "ann,i2,2020-01-01T00:00:10Z",
    "bob,i4,2020-01-01T00:00:30Z",
)


@pytest.fixture
def settings(kafka: str) -> Settings:
    names = {name: unique(name) for name in ("clickstream", "items", "items_encoded")}
    create(kafka, *names.values(), partitions=1)
    return load_settings(kafka={"bootstrap": kafka}, topics=names)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "shop.csv"
    path.write_text("\n".join(LINES), "utf-8")
    return path


@pytest.fixture
def items(tmp_path: Path) -> Path:
    path = tmp_path / "shop.jsonl"
    path.write_text('{"id": "i1", "title": "Lamp"}\n{"id": "i2"}\n', "utf-8")
    return path


def replayed(settings: Settings) -> list[Behavior]:
    records = read_all(settings.kafka.bootstrap, settings.topics.clickstream)
    return [decode_behavior(record.value or b"") for record in records]


def test_behaviors_are_sent_in_event_time_order_keyed_by_their_owner(settings: Settings, events: Path) -> None:
    assert run(settings, ReplayOptions(events, speed=0)) == 0
    assert [(b.owner, b.item_id) for b in replayed(settings)] == [
        ("bob", "i1"),
        ("ann", "i2"),
        ("ann", "i3"),
        ("bob", "i4"),
    ]
    records = read_all(settings.kafka.bootstrap, settings.topics.clickstream)
    assert [record.key for record in records] == [b"bob", b"ann", b"ann", b"bob"]


def test_a_replay_takes_the_recorded_time_divided_by_the_speed(settings: Settings, events: Path) -> None:
    run(settings, ReplayOptions(events, speed=100))
    records = read_all(settings.kafka.bootstrap, settings.topics.clickstream)
    passed = [record.timestamp - records[0].timestamp for record in records]
    assert all(have >= 0.9 * want for have, want in zip(passed, (0, 100, 200, 300), strict=True))


def test_times_stay_unless_they_are_shifted(settings: Settings, events: Path) -> None:
    recorded = [b.occurred_at for b in read_behaviors(events)]
    run(settings, ReplayOptions(events, speed=0))
    assert [b.occurred_at for b in replayed(settings)] == recorded


def test_a_shift_moves_the_last_behavior_to_now_and_keeps_distances_and_ids(events: Path) -> None:
    behaviors = read_behaviors(events)
    moved = shifted(behaviors, 2_000_000_000.5)
    assert [b.occurred_at for b in moved] == [2_000_000_000_500 - ago for ago in (30_000, 20_000, 10_000, 0)]
    assert [b.event_id for b in moved] == [b.event_id for b in behaviors]


def test_behaviors_wait_until_every_item_has_its_vector(settings: Settings, events: Path, items: Path) -> None:
    bootstrap, topics = settings.kafka.bootstrap, settings.topics
    with background(lambda: run(settings, ReplayOptions(events, items, speed=0))) as replay:
        wait_until(lambda: len(read_all(bootstrap, topics.items)) == 2, 30, "the items are sent")
        encoded(settings, "i1")
        assert read_all(bootstrap, topics.clickstream) == []
        encoded(settings, "i2")
        wait_until(lambda: not replay.is_alive(), 30, "the replay ends")
    assert [decode_item(r.value or b"").title for r in read_all(bootstrap, topics.items)] == ["Lamp", ""]
    assert len(replayed(settings)) == 4


def test_behaviors_do_not_wait_when_told_not_to(settings: Settings, events: Path, items: Path) -> None:
    run(settings, ReplayOptions(events, items, speed=0, wait_for_items=False))
    assert len(replayed(settings)) == 4


def test_a_recording_without_behaviors_is_refused(settings: Settings, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text(LINES[0], "utf-8")
    with pytest.raises(OperatorError, match=r"empty\.csv holds no behaviors"):
        run(settings, ReplayOptions(empty))


def encoded(settings: Settings, item_id: str) -> None:
    vector = encode_item_vector(ItemVector(item_id=item_id, encoder="none"))
    produce(settings.kafka.bootstrap, settings.topics.items_encoded, [(item_id.encode(), vector)])


@contextmanager
def background(work: Callable[[], object]) -> Iterator[threading.Thread]:
    """Runs `work` in a thread while it is entered, and waits for its end."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield thread
    thread.join(30)
