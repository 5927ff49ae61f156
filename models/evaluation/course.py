"""Course: a log is gone through as a worker would with one flush per behavior, and each target is ranked before it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.kernels.market import Prints
from models.catalog.kernels.putting import put_one
from models.compiled import kernel, making_kernel
from models.evaluation.ranks import SHOWN
from models.factors.kernels import clear, climb
from models.interests.kernels.types import Columns, Laws, Rows, User
from models.kernels.places import row_of
from models.ranking.choosing import Places, Scored, choose_each
from models.ranking.diversity import Shelf
from models.ranking.kernels.living import Lessons, live_one
from models.ranking.kernels.offering import offer_one
from models.ranking.kernels.types import Nearby, Shop
from models.ranking.rules import Active
from models.trends.kernels.companions import APART, companions_at
from models.trends.kernels.counting import CountingRules, Statistics, count_behavior, count_impression
from schemas.behaviors import TYPE_CODES

IMPRESSION = TYPE_CODES["impression"]


class Course(NamedTuple):
    """A log and who is judged by it: targets (n,) bool; histories' items, begins, places and ends as in Histories.

    resolved (n,) bool: what can be applied; admitted (n,) bool becomes false for what came before. ranks (n,) float64
    and shown (n, 10) int32 are filled for targets: the place from 1 among the ten, else infinite.
    """

    targets: NDArray[np.bool_]
    items: NDArray[np.int64]
    begins: NDArray[np.int64]
    places: NDArray[np.int64]
    ends: NDArray[np.int64]
    resolved: NDArray[np.bool_]
    admitted: NDArray[np.bool_]
    ranks: NDArray[np.float64]
    shown: NDArray[np.int32]


class Life(NamedTuple):
    """What live_one takes."""

    rows: Rows
    columns: Columns
    laws: Laws
    lessons: Lessons


class Judge(NamedTuple):
    """How lists are finished, without rules and exploration; nearby: where to search."""

    shelf: Shelf
    active: Active
    diversity: float
    nearby: Nearby


class Counts(NamedTuple):
    """Statistics by catalog row, the prints of the catalog, and how many behaviors were counted (1,) float64."""

    statistics: Statistics
    events: NDArray[np.float64]
    rules: CountingRules
    catalog: Prints


@kernel
def follow_course(start: int, stop: int, course: Course, life: Life, judge: Judge, counts: Counts) -> None:
    """Behaviors from start up to stop: ranks each target, learns from it, lives through it, and counts it."""
    rows, columns, laws, lessons = life
    shop, traces = lessons.shop, lessons.traces
    resolved, admitted = course.resolved, course.admitted
    for j in range(start, stop):
        if course.targets[j]:
            _rank(j, course, life, judge)
        live_one(rows, columns, laws, resolved, True, admitted, lessons, j)
        _settle(lessons, counts.catalog)
        row, now = columns.facet_rows[j], counts.events[0]
        if not (resolved[j] and admitted[j]):
            continue
        if row >= 0 and shop.wanted[columns.types[j]]:
            own = traces.recents[j]
            count_behavior(counts.statistics, row, own, int(traces.counts[j]), now, columns.at[j], counts.rules)
            counts.events[0] += 1.0
            _publish(row, columns, shop, counts)
        elif columns.types[j] == IMPRESSION:
            _count_shown(columns.shown[columns.shown_starts[j] : columns.shown_starts[j + 1]], columns, shop, counts)


@making_kernel
def _count_shown(shown: NDArray[np.uint32], columns: Columns, shop: Shop, counts: Counts) -> None:
    companions = np.empty(2 * APART, np.uint32)
    for k in range(shown.shape[0]):
        row = row_of(shown[k], counts.catalog.prints, counts.catalog.table)
        if row >= 0:
            own = companions[: companions_at(shown, k, companions)]
            count_impression(counts.statistics, row, own, counts.events[0])
            _publish(row, columns, shop, counts)


@kernel
def _settle(lessons: Lessons, catalog: Prints) -> None:
    """What the behavior says of items becomes their factors."""
    gradients, factors = lessons.taught.gradients, lessons.shop.goods.factors
    for k in range(gradients.counts[0]):
        gradient = gradients.rows[gradients.places[k]]
        row = row_of(gradient.print, catalog.prints, catalog.table)
        climb(factors[row], gradient, lessons.laws.ranking[0].factor_rate)
    clear(gradients)


@kernel
def _publish(row: int, columns: Columns, shop: Shop, counts: Counts) -> None:
    """The row's statistics become the catalog's trends."""
    statistics = counts.statistics
    head = statistics.heads[row]
    n = head.neighbors
    near, far = statistics.counts[row, 0, :n], statistics.counts[row, 1, :n]
    put_one(shop.market, counts.catalog, row, columns.facets[row], head, statistics.prints[row, :n], near, far)


@making_kernel
def _rank(j: int, course: Course, life: Life, judge: Judge) -> None:
    rows, columns, _, lessons = life
    shop = lessons.shop
    u, desk = columns.slots[j], shop.scratch.desk[0]
    user = User(rows.head[u], rows.feedback[u], rows.rings[u], rows.meta[u], rows.directions[u])
    count = offer_one(user, rows.seen[u], columns.at[j], lessons.laws, 0, shop, judge.nearby, lessons.taught.mixers)
    _lower_had(j, count, course, shop)
    offered, scores = np.empty((1, count), np.int32), np.empty((1, count), np.float32)
    for k in range(count):
        offered[0, k], scores[0, k] = desk.rows[k], desk.scores[k]
    chosen = np.full((1, SHOWN), -1, np.int32)
    places = Places(chosen, np.ones((1, SHOWN)), np.zeros((1, SHOWN), np.int8))
    scored = Scored(offered, scores, np.zeros((1, 0), np.bool_), np.zeros(1, np.uint64))
    choose_each(scored, judge.shelf, judge.active, judge.diversity, 0.0, places)
    course.ranks[j] = np.inf
    for place in range(SHOWN):
        if chosen[0, place] >= 0:
            row = desk.rows[chosen[0, place]]
            course.shown[j, place] = row
            if row == columns.facet_rows[j]:
                course.ranks[j] = place + 1.0


@kernel
def _lower_had(j: int, count: int, course: Course, shop: Shop) -> None:
    """No candidate of the protocol: what the user has had in any way, and what else it has at this moment."""
    marked, desk, items = shop.scratch.chosen, shop.scratch.desk[0], course.items
    had, own = -desk.stamp, items[course.places[j]]
    for place in range(course.begins[j], course.ends[j]):
        row = items[place]
        if row >= 0 and row != own:
            marked[row] = had
    rows, scores = desk.rows, desk.scores
    for k in range(count):
        if marked[rows[k]] == had:
            scores[k] = -np.inf
