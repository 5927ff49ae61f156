"""Averaging between partitions: they come to share what they learned, and what was mixed in is what is stored."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.mixers import decode_mixer_record, mixer_record_key
from schemas.rows.keys import mixer_key
from schemas.rows.mixer import read_mixer
from streams.state.processor import Flush
from tests.models.builders import item, unit_vectors
from tests.streams.agents.partitions import NOON, TOPICS, Partitions, done

AT_EACH_FLUSH = 1e-6  # seconds: no two flushes are in one round
KINDS = 5
ITEMS = [f"item-{number}" for number in range(60)]
VECTORS = unit_vectors(len(ITEMS), KINDS)
MIXER = mixer_key("default")
MINUTE = 60_000


class Shops(Partitions):
    """Two partitions with as many users: those of the first keep to a topic, those of the second never do."""

    def __init__(self, folder: Path, averaging_interval: float) -> None:
        super().__init__(folder, 2, averaging_interval=averaging_interval)
        for name, vector in zip(ITEMS, VECTORS, strict=True):
            self.catalog.put(item(name, vector))
        names = [f"user-{number}" for number in range(60)]
        self.users = [[name for name in names if self.home_of(name) == number][:8] for number in range(2)]
        self.sent = 0

    def days(self, count: int, *numbers: int) -> None:
        """So many rounds in which each of a partition's users views one item, and the partition commits."""
        for _ in range(count):
            for number in numbers:
                self.sent += 1
                for place, user in enumerate(self.users[number]):
                    wanted = ITEMS[(place + self.sent * (KINDS + number)) % len(ITEMS)]
                    at = NOON + self.sent * MINUTE
                    self.send(done(user, f"{user} {self.sent}", at, type="purchase", item_id=wanted))
                assert self.step(number)

    def mixer(self, number: int) -> NDArray[np.void]:
        """What is stored of a partition."""
        return read_mixer(self.stores[number].get(MIXER) or b"")

    def apart(self) -> float:
        """How far the weights of the two are from each other."""
        one, other = (self.mixer(number)["weights"] for number in range(2))
        return float(np.linalg.norm(one - other))


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[Shops]:
    made = Shops(tmp_path / "shared", AT_EACH_FLUSH)
    yield made
    made.close()


@pytest.fixture
def loners(tmp_path: Path) -> Iterator[Shops]:
    made = Shops(tmp_path / "apart", 0.0)
    yield made
    made.close()


def told(flush: Flush) -> list[tuple[bytes | None, bytes | None]]:
    """What a flush tells other partitions of ranking."""
    return [record for output in flush.outputs if output.topic == TOPICS.ranking_mixers for record in output.records]


def test_partitions_with_other_users_come_to_share_what_they_learned(shops: Shops, loners: Shops) -> None:
    for made in (shops, loners):
        made.days(12, 0, 1)
    assert loners.apart() > 0.05
    assert shops.apart() < loners.apart() / 4
    for number in range(2):
        assert shops.mixer(number)["steps"] == loners.mixer(number)["steps"] > 30


def test_with_an_interval_of_0_nothing_is_told(loners: Shops) -> None:
    loners.days(3, 0, 1)
    assert not [sent for (topic, _), log in loners.logs.items() if topic == TOPICS.ranking_mixers for sent in log]
    assert [processor.mixer_distances for processor in loners.processors] == [{}, {}]


def test_a_partition_without_a_past_goes_on_from_what_the_others_know(shops: Shops) -> None:
    shops.days(6, 0)
    shops.days(1, 1)
    assert shops.apart() < np.linalg.norm(shops.mixer(0)["weights"]) / 10
    assert shops.mixer(1)["steps"][0] < shops.mixer(0)["steps"][0]
    assert shops.processors[1].mixer_distances.keys() == {"default"}


def test_what_is_told_is_what_was_learned_and_what_is_stored_is_what_was_mixed(shops: Shops) -> None:
    shops.days(3, 0, 1)
    before, theirs = shops.mixer(0), shops.mixer(1)
    shops.send(done(shops.users[0][0], "one more", NOON * 2, type="purchase", item_id="mug"))
    shops.apply(0, TOPICS.clickstream)
    flush = shops.flush(0)
    ((key, value),) = told(flush)
    record, rows = decode_mixer_record(value or b""), dict(flush.rows)
    assert (key, record.variant, record.partition) == (mixer_record_key("default", 0), "default", 0)
    learned, stored = record.mixer(), read_mixer(rows[MIXER] or b"")
    assert learned["steps"] == stored["steps"] == before["steps"] + 1
    assert stored["weights"].tobytes() not in (learned["weights"].tobytes(), theirs["weights"].tobytes())
    assert shops.stores[0].get(MIXER) == rows[MIXER]


def test_a_partition_that_dies_after_averaging_comes_back_with_what_it_had_mixed_in(shops: Shops) -> None:
    shops.days(4, 0, 1)
    stored = shops.stores[0].get(MIXER)
    shops.days(2, 1)
    shops.crash(0)
    flush = shops.flush(0)
    assert (told(flush), dict(flush.rows).get(MIXER)) == ([], None)
    assert shops.stores[0].get(MIXER) == stored


def test_a_flush_that_is_rolled_back_tells_nothing_and_the_one_after_the_restart_does(shops: Shops) -> None:
    shops.days(2, 0, 1)
    log = shops.logs[TOPICS.ranking_mixers, 0]
    before = len(log)
    shops.send(done(shops.users[0][0], "one more", NOON * 2, type="purchase", item_id="mug"))
    shops.apply(0, TOPICS.clickstream)
    lost = told(shops.processors[0].take())
    shops.crash(0)
    assert (len(lost), len(log)) == (1, before)
    shops.step(0)
    assert len(log) == before + 1
    again, first = (decode_mixer_record(value or b"").mixer() for value in (log[-1].value, lost[0][1]))
    assert again["steps"] == first["steps"]


def test_a_partition_that_learned_nothing_tells_nothing(shops: Shops) -> None:
    shops.days(2, 0, 1)
    shops.send(done(shops.users[0][0], "shown", NOON * 2, type="impression", item_id="mug"))
    shops.apply(0, TOPICS.clickstream)
    assert told(shops.flush(0)) == []
