"""Lists: what the ranking is worth, gone through a log by the kernels of a worker, one flush per behavior."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.kernels.market import Prints
from models.evaluation.course import Counts, Course, Judge, Life, follow_course
from models.evaluation.log import Log
from models.evaluation.protocol import Histories, Targets
from models.evaluation.ranks import SHOWN, Ranks
from models.interests.arena import UserArena
from models.interests.attention import weights_of_features
from models.ranking.kernels.families import FAMILY_NAMES
from models.ranking.kernels.living import Lessons
from models.ranking.kernels.types import RankingLaws, Taught
from models.ranking.live import no_traces, reserve_gradients
from models.ranking.options import RankingOptions
from models.ranking.rules import NO_RULES
from models.ranking.shop import nearby_of, shelf_of, shop_of
from models.step import StepOptions, columns_in
from models.trends.options import TrendOptions
from models.trends.statistics import new_statistics, rules_of

BLOCK = 4_096
SOURCES = ("neighbors", "popular", "newest", "alike", "nearest", "in_category")


def judge_lists(
    log: Log,
    histories: Histories,
    targets: Targets,
    catalog: Catalog,
    step: StepOptions,
    trends: TrendOptions,
    told: Callable[[int], None] = lambda done: None,
) -> tuple[Ranks, float]:
    """The targets' places in the lists of ten that their users get right before, and how long it all took, in seconds.

    A list is made of what is known at its target's moment: interests, learned weights and trends of all earlier
    behaviors. No rules, no exploration; diversity as the options say. The time is that of everything between decoded
    behaviors and ranked lists, once kernels are compiled. Behaviors without an item of the catalog change their users,
    their texts are not read.

    Args: catalog: nobody did anything with its items yet; it has the log's trends after. told: called now and then with
    how many behaviors are done.
    """
    interests, ranking = step.interests, step.ranking
    arena = UserArena(max(len(log.owners), 1))
    slots = arena.add(log.owners)[log.users]
    catalog.trends.reserve(len(catalog))
    laws, theta = step.laws_in(catalog), weights_of_features(arena, interests)
    shop = shop_of(catalog, interests.wanted())
    judge = Judge(shelf_of(shop, catalog), NO_RULES, float(ranking.diversity), nearby_of(catalog))
    statistics = new_statistics(max(len(catalog), 1), trends.neighbors)
    statistics.heads["print"][: len(catalog)] = catalog.prints[: len(catalog)]
    index = Prints(catalog.print_index.prints, catalog.print_index.table)
    counts = Counts(statistics, np.zeros(1), rules_of(trends), index)

    began = time.perf_counter()
    resolved, columns = columns_in(catalog, slots, log.behaviors, log.at, step)
    spent = time.perf_counter() - began
    course = _course(log, histories, targets, resolved)
    reserve_gradients(arena, 1, catalog, ranking)
    taught, traces = Taught(arena.mixers, arena.gradients.arrays), no_traces(len(log), shop.wanted)
    lessons = Lessons(RankingLaws(laws.rules, theta, ranking.rules()), shop, taught, traces)
    life = Life(arena.arrays, columns, laws, lessons)

    def follow(start: int, stop: int) -> None:
        rows = log.items[start:stop]
        catalog.neighbors.fill(rows[rows >= 0].astype(np.int32), stop - start)
        follow_course(start, stop, course, life, judge, counts)

    follow(0, min(1, len(log)))
    for start in range(1, len(log), BLOCK):
        began = time.perf_counter()
        follow(start, min(start + BLOCK, len(log)))
        spent += time.perf_counter() - began
        told(min(start + BLOCK, len(log)))
    return Ranks(course.ranks[targets.events], course.shown[targets.events]), spent


def without_each(options: RankingOptions) -> tuple[tuple[str, RankingOptions], ...]:
    """By name, the ranking without each source of candidates, family of features, hidden units and factors.

    And with the weights it began with.
    """
    sources = [name for name in SOURCES if getattr(options, name)]
    nothing: list[dict[str, Any]] = [{name: 0} for name in sources]
    without = [(f"without {name}", replace(options, **none)) for name, none in zip(sources, nothing, strict=True)]
    for name in FAMILY_NAMES:
        if name not in options.without:
            without.append((f"features: no {name}", replace(options, without=(*options.without, name))))
    if options.hidden_rate:
        without.append(("no hidden units", replace(options, hidden_rate=0.0)))
    if options.factor_rate:
        without.append(("no factors", replace(options, factor_rate=0.0)))
    return *without, ("without learning", replace(options, learning_rate=0.0))


def _course(log: Log, histories: Histories, targets: Targets, resolved: NDArray[np.bool_]) -> Course:
    n = len(log)
    is_target = np.zeros(n, np.bool_)
    is_target[targets.events] = True
    return Course(
        is_target,
        histories.items,
        histories.begins,
        histories.places,
        histories.ends,
        resolved,
        np.ones(n, np.bool_),
        np.full(n, np.inf),
        np.full((n, SHOWN), -1, np.int32),
    )
