"""Variants in a worker: each user gets lists of its variant, each learns from all, and metrics tell them apart."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from prometheus_client import generate_latest

from models.catalog.catalog import Catalog
from models.ranking.options import RankingOptions
from models.ranking.variants import Variant, assigned
from models.step import StepOptions
from schemas.ids import fingerprints
from schemas.recommendations import Recommendations, decode_recommendations, recommendation_id
from schemas.rows.keys import MIXER_PREFIX
from schemas.rows.mixer import read_mixer
from streams.agents.interests import InterestsProcessor
from streams.agents.quality import LATELY, Quality
from streams.metrics import WorkerMetrics
from streams.state.processor import Flush
from streams.state.store import LocalStore
from tests.http import Scrape
from tests.models.builders import item, unit_vectors
from tests.streams.agents.processors import OPTIONS, TOPICS, commit, view

NOON = 1_700_000_000_000
MINUTE = 60_000
NAMES = [f"item-{number}" for number in range(40)]
TOPICAL = 5
VECTORS = unit_vectors(len(NAMES), TOPICAL)
FAST, SHORT = RankingOptions(learning_rate=0.4), RankingOptions(length=3, diversity=0.5, learning_rate=0.7)
OTHERS = (Variant("fast", 0.4, FAST), Variant("short", 0.3, SHORT), Variant("nobody", 0.0, RankingOptions()))
STEP = StepOptions(others=OTHERS)
USERS = [f"user-{number}" for number in range(20)]
PLACES = assigned(fingerprints(USERS), STEP.variants)
VARIANT_OF = {user: STEP.variants[place].name for user, place in zip(USERS, PLACES.tolist(), strict=True)}


class Partition:
    """A partition's processor on a store of its own, and what it publishes. clock: of the metrics, in seconds."""

    def __init__(self, folder: Path, step: StepOptions = STEP) -> None:
        self.catalog, self.metrics, self.now = Catalog(), WorkerMetrics(), 0.0
        for name, vector in zip(NAMES, VECTORS, strict=True):
            self.catalog.put(item(name, vector))
        self._folder, self._sent = folder, 0
        self.store = LocalStore(folder / "users")
        self.start(step)

    def start(self, step: StepOptions) -> None:
        """Begins, or begins again from what is in the store."""
        self.quality = Quality(self.metrics, [one.name for one in step.variants], lambda: self.now)
        options = replace(OPTIONS, step=step)
        self.processor = InterestsProcessor(options, self.catalog, 0, self.metrics, quality=self.quality)
        self.processor.load(self.store, None)

    def view(self, user: str, name: str) -> None:
        """A user views an item, a minute after whatever was before."""
        self._sent += 1
        view(self.processor, user, f"view {self._sent}", NOON + self._sent * MINUTE, name)

    def lists(self) -> dict[str, Recommendations]:
        """Flushes, and gives the lists by user."""
        return lists_in(commit(self.processor, self.store))

    def mixers(self) -> dict[str, bytes]:
        """What each variant has learned, by its name in the stored keys."""
        found = self.store.scan(MIXER_PREFIX)
        return {key.removeprefix(MIXER_PREFIX).decode(): row for key, row in found}

    def told(self, name: str, variant: str) -> float:
        """A metric of a variant."""
        value = Scrape(generate_latest(self.metrics.registry).decode()).value(name, variant=variant)
        assert value is not None
        return value


def lists_in(flush: Flush) -> dict[str, Recommendations]:
    """The lists of a flush by user."""
    records = [record for one in flush.outputs if one.topic == TOPICS.recommendations for record in one.records]
    return {(key or b"").decode(): decode_recommendations(value or b"") for key, value in records}


@pytest.fixture
def partition(tmp_path: Path) -> Iterator[Partition]:
    """A partition with nobody on it yet."""
    partition = Partition(tmp_path)
    yield partition
    partition.store.close()


def browse(partition: Partition, turns: Sequence[int]) -> None:
    """Each user views an item after the other of a topic of its own."""
    for turn in turns:
        for number, user in enumerate(USERS):
            place = number % TOPICAL + TOPICAL * (turn + number)
            partition.view(user, NAMES[place % len(NAMES)])


def test_each_list_is_that_of_its_user_s_variant_and_says_so(partition: Partition) -> None:
    browse(partition, range(6))
    lists = partition.lists()
    assert {one.user_id: one.variant for one in lists.values()} == VARIANT_OF
    assert {*VARIANT_OF.values()} == {"default", "fast", "short"}
    for user, one in lists.items():
        assert len(one.items) == (3 if VARIANT_OF[user] == "short" else 10)
        assert one.recommendation_id == recommendation_id(user, one.at, one.behaviors, one.variant)


def test_a_user_s_list_is_what_it_would_be_if_all_had_the_variant(partition: Partition, tmp_path: Path) -> None:
    alone = Partition(tmp_path / "alone", StepOptions(ranking=SHORT))
    for one in (partition, alone):
        browse(one, range(6))
    split, whole = partition.lists(), alone.lists()
    alone.store.close()
    for user in (user for user, variant in VARIANT_OF.items() if variant == "short"):
        assert split[user].items == whole[user].items


def test_every_variant_learns_from_every_behavior_at_its_own_rate(partition: Partition) -> None:
    browse(partition, range(6))
    partition.lists()
    mixers = {name: read_mixer(row) for name, row in partition.mixers().items()}
    assert set(mixers) == {"default", "fast", "short", "nobody"}
    assert {int(mixer["steps"][0]) for mixer in mixers.values()} == {int(mixers["default"]["steps"][0])} != {0}
    assert mixers["nobody"].tobytes() == mixers["default"].tobytes()
    assert np.abs(mixers["fast"]["weights"] - mixers["default"]["weights"]).max() > 0.01


def test_a_start_with_the_variants_in_another_order_mixes_nothing_up(partition: Partition, tmp_path: Path) -> None:
    other = Partition(tmp_path / "other")
    for one in (partition, other):
        browse(one, range(4))
        one.lists()
    other.start(replace(STEP, others=tuple(reversed(OTHERS))))
    assert commit(other.processor, other.store).rows == []
    for one in (partition, other):
        one.start(STEP)
        browse(one, range(4, 8))
    assert partition.lists() == other.lists()
    assert partition.mixers() == other.mixers()
    other.store.close()


def test_a_variant_that_comes_later_begins_as_the_base_is_and_one_that_went_is_forgotten(partition: Partition) -> None:
    partition.start(replace(STEP, others=OTHERS[:1]))
    browse(partition, range(4))
    partition.lists()
    base = partition.mixers()["default"]
    partition.start(replace(STEP, others=(Variant("late", 0.1, FAST),)))
    partition.lists()
    assert partition.mixers() == {"default": base, "late": base}


def test_lists_are_judged_per_variant_by_what_users_do_next(partition: Partition) -> None:
    browse(partition, range(6))
    lists = partition.lists()
    for user, one in lists.items():
        shown = [place.item_id for place in one.items]
        partition.view(user, shown[1] if VARIANT_OF[user] == "fast" else next(n for n in NAMES if n not in shown))
    for name in ("default", "fast", "short", "nobody"):
        users = [*VARIANT_OF.values()].count(name)
        hits = users if name == "fast" else 0
        assert partition.told("penchant_quality_targets_total", name) <= users
        assert partition.told("penchant_quality_hits_total", name) == hits
        assert partition.told("penchant_quality_ndcg_total", name) == pytest.approx(hits / np.log2(3))
        assert partition.told("penchant_quality_reciprocal_rank_total", name) == hits / 2
    assert partition.told("penchant_quality_targets_total", "fast") == [*VARIANT_OF.values()].count("fast")


def test_what_is_shown_is_told_per_variant(partition: Partition) -> None:
    browse(partition, range(6))
    lists = partition.lists()
    shown = {name: [one for one in lists.values() if one.variant == name] for name in ("default", "short", "nobody")}
    partition.quality.observe(partition.catalog)
    for name, own in shown.items():
        items = [place.item_id for one in own for place in one.items]
        assert partition.told("penchant_shown_lists_total", name) == len(own)
        assert partition.told("penchant_shown_items_total", name) == len(items)
        assert partition.told("penchant_shown_cold_items_total", name) == len(items)
        assert partition.told("penchant_shown_novelty_bits_total", name) == pytest.approx(len(items) * np.log2(40))
        assert partition.told("penchant_coverage_ratio", name) == len(set(items)) / len(NAMES)
    partition.now += LATELY + 1.0
    partition.quality.observe(partition.catalog)
    assert partition.told("penchant_coverage_ratio", "default") == 0.0
