"""Lists: what the compiled course ranks is what a slow loop through the worker's own steps ranks."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.evaluation.lists import judge_lists, without_each
from models.evaluation.log import Log, log_of
from models.evaluation.protocol import Targets, histories_of, targets_of
from models.evaluation.ranks import Ranks
from models.interests.arena import UserArena
from models.ranking.options import RankingOptions
from models.ranking.rank import rank
from models.step import StepOptions, receive
from models.trends.blocks import Moves
from models.trends.options import TrendOptions
from models.trends.statistics import TrendStatistics
from schemas.behaviors import Behavior
from streams.agents.signals import Signals
from tests.models.builders import NOON, item, unit_vectors
from tests.models.evaluation.logs import log_from

ITEMS, USERS = 40, 9


def categorized(vectors: NDArray[np.float32] | None) -> Catalog:
    """Items item-0, item-1, … of five categories, with these vectors or none."""
    catalog = Catalog(ITEMS)
    for number in range(ITEMS):
        vector = None if vectors is None else vectors[number]
        catalog.put(item(f"item-{number}", vector, categories=(f"category-{number % 5}",)))
    return catalog


def mixed_behaviors(count: int, seed: int) -> list[Behavior]:
    """Of all kinds and some on nothing known; two at one moment now and then, and one that comes twice."""
    chance = np.random.default_rng(seed)
    behaviors = []
    for number in range(count):
        user, place = chance.integers(USERS), chance.integers(ITEMS + 2)
        kind = str(chance.choice(["purchase", "view", "click", "dislike"], p=[0.7, 0.15, 0.1, 0.05]))
        at = NOON + 700.0 * (number - number % 2)
        behaviors.append(
            Behavior(
                event_id=str(number),
                type=kind,
                occurred_at=round(1e3 * at),
                user_id=f"user-{user}",
                item_id=f"item-{place}",
            )
        )
    behaviors[61] = behaviors[60]
    shown = tuple(f"item-{number}" for number in range(10, 14))
    behaviors[count // 2] = Behavior(
        event_id="shown",
        type="impression",
        occurred_at=behaviors[count // 2].occurred_at,
        user_id="user-1",
        item_ids=shown,
    )
    return behaviors


def judged(log: Log, catalog: Catalog, step: StepOptions | None = None) -> tuple[Targets, Ranks]:
    histories = histories_of(log)
    targets = targets_of(log, histories)
    return targets, judge_lists(log, histories, targets, catalog, step or StepOptions(), TrendOptions())[0]


def slowly_shown(log: Log, catalog: Catalog, targets: Sequence[int], step: StepOptions) -> list[list[int]]:
    """The lists of ten right before each target: event by event, each one's trends awaited."""
    arena, statistics, signals = UserArena(), TrendStatistics(TrendOptions()), Signals()
    slots = arena.add(log.owners)[log.users]
    had: dict[int, set[int]] = {}
    lists = []
    for j, behavior in enumerate(log.behaviors):
        own, at = slots[j : j + 1], log.at[j : j + 1]
        if j in targets:
            rules = step.laws_in(catalog).rules
            found = rank(arena, own, catalog, step.interests, rules, step.ranking, at, length=ITEMS).items[0]
            others = had.get(log.users[j], set()) | _at_once(log, j)
            lists.append([row for row in found.tolist() if row >= 0 and row not in others][:10])
        resolution = receive(arena, catalog, own, [behavior], at, step)
        signals.add([behavior], at, resolution)
        moves = Moves(arena.gradients.take(), step.ranking.factor_rate)
        for _, block in signals.take(1, "only", moves):
            statistics.apply(block)
        catalog.put_trends([row for _, row in (*statistics.take(), *statistics.take_factors())])
        had.setdefault(log.users[j], set()).add(int(log.items[j]))
    return lists


def _at_once(log: Log, j: int) -> set[int]:
    same = (log.users == log.users[j]) & (log.at == log.at[j])
    return set(log.items[same].tolist()) - {int(log.items[j])}


@pytest.mark.parametrize("texts", [True, False])
def test_lists_are_those_of_a_slow_loop_through_the_steps_of_a_worker(texts: bool) -> None:
    vectors = unit_vectors(ITEMS, topics=5) if texts else None
    step = StepOptions()
    log = log_of(mixed_behaviors(160, seed=3), categorized(vectors))
    targets, ranks = judged(log, categorized(vectors), step)
    assert len(targets.events) > 20
    slow = slowly_shown(log, categorized(vectors), targets.events.tolist(), step)
    assert [[row for row in shown if row >= 0] for shown in ranks.shown.tolist()] == slow
    places = [
        1.0 + shown.index(row) if row in shown else np.inf
        for shown, row in zip(slow, log.items[targets.events].tolist(), strict=True)
    ]
    assert ranks.ranks.tolist() == places
    assert np.isfinite(places).any()


def test_what_follows_an_item_is_ranked_first_after_it() -> None:
    chance = np.random.default_rng(0)
    acts = []
    for user in range(60):
        start = int(chance.integers(12))
        acts += [(f"user-{user}", (start + step) % 12, user + 0.1 * step) for step in range(8)]
    log, catalog = log_from(acts, items=12)
    targets, ranks = judged(log, catalog)
    assert np.mean(ranks.ranks[targets.test] == 1.0) > 0.8


def test_nothing_that_the_user_had_is_on_a_list_however_it_was_had() -> None:
    log = log_of(mixed_behaviors(160, seed=5), categorized(None))
    targets, ranks = judged(log, categorized(None))
    for j, shown in zip(targets.events.tolist(), ranks.shown.tolist(), strict=True):
        earlier = log.items[:j][log.users[:j] == log.users[j]]
        assert not set(shown) & set(earlier.tolist())


def test_progress_is_told_and_time_is_that_of_the_whole_log() -> None:
    log, catalog = log_from([("ann", number % 8, float(number)) for number in range(12)])
    histories = histories_of(log)
    told: list[int] = []
    arguments = (catalog, StepOptions(), TrendOptions(), told.append)
    _, seconds = judge_lists(log, histories, targets_of(log, histories), *arguments)
    assert told[-1] == 12 and seconds > 0.0


def test_without_each_turns_one_part_off_at_a_time() -> None:
    variants = dict(without_each(RankingOptions(alike=0, without=("novelty",))))
    assert not {"without alike", "features: no novelty"} & set(variants)
    assert variants["features: no popularity"].without == ("novelty", "popularity")
    assert variants["no hidden units"].hidden_rate == 0.0
    assert variants["no factors"].factor_rate == 0.0
    variants = dict(without_each(RankingOptions(alike=0)))
    assert variants["without popular"] == RankingOptions(alike=0, popular=0)
    assert variants["without learning"].learning_rate == 0.0
