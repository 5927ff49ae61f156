"""Off-policy: from lists that explore, what lists that do not would have earned from simulated users.

Lists are made as the worker publishes them, and only what is on their records is used: items, propensities, and whether
a place was drawn by chance. A user clicks an item at a place with a chance that is planted, so the truth is known. The
same moments are drawn again and again, each time with other lists and clicks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.prints import item_print
from models.evaluation.off_policy import Estimate, inverse_propensity, self_normalized, weights_of
from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import Shop, simulated
from models.interests.arena import UserArena
from models.ranking.options import RankingOptions
from models.step import Resolution, StepOptions, receive, recommend
from models.trends.blocks import Moves, Signals, signal_blocks
from models.trends.options import TrendOptions
from models.trends.statistics import TrendStatistics
from schemas.behaviors import TYPE_CODES, Behavior
from schemas.recommendations import Recommendations, decode_recommendations

DAYS, LEARNED_DAYS = 16, 6
LENGTH, EXPLORATION = 5, 0.3
HARDLY = 1e-9  # the same candidates as with exploration, and no place given away
LOOKED = 0.85  # the chance that who looked at a place looks at the next one too
DRAWS, HELD, STRAY = 20, 0.85, 4.0


@dataclass(frozen=True, eq=False)
class Moments:
    """Lists of the same users at the same times: m of them.

    users (m,) int64. chances, wanted, logged (m, k) float64: of a click at each place; of what stands there without
    exploration, given the places before; and as the record says.
    """

    users: NDArray[np.int64]
    chances: NDArray[np.float64]
    wanted: NDArray[np.float64]
    logged: NDArray[np.float64]


def off_policy(setup: Setup) -> Iterator[Line]:
    """How often the intervals of both estimates hold the truth, and how far the estimates stray from it in the mean.

    Of 20 intervals 19 hold it or more, since users' differences widen them while each draw is of the same users: fewer
    than 17 by chance alone once in 60 times at the most. A mean error of 4 standard errors comes once in 1,300 times.
    """
    shop = Shop(simulated(setup, users=60, days=DAYS, visits=1.0), setup)
    made = _made(shop, _policies(setup.options.ranking))
    truth = float(made[0].chances.sum(1).mean())
    draws = [_estimates(one, np.random.default_rng(number)) for number, one in enumerate(made[1:])]
    note = f"truth {truth:.4f}, {DRAWS} draws of {len(made[0].users)} lists"
    estimates = (("weighted", [one for one, _, _ in draws]), ("normalized", [one for _, one, _ in draws]))
    for name, found in estimates:
        held = np.mean([one.interval[0] <= truth <= one.interval[1] for one in found])
        values = np.array([one.value for one in found])
        stray = abs(values.mean() - truth) / max(values.std(ddof=1) / np.sqrt(len(values)), 1e-12)
        yield Line(f"value without exploration in its interval, {name}", float(held), HELD, percent=True, note=note)
        yield Line(f"  {name}, mean error in standard errors", float(stray), at_most=STRAY, note=f"{values.mean():.4f}")
    earned = float(np.mean([plain for _, _, plain in draws]))
    yield Line("  what the lists that explored earned of it", earned / max(truth, 1e-12), percent=True)


def _policies(ranking: RankingOptions) -> list[RankingOptions]:
    """The wanted one, and the one that runs: lists of another variant are drawn anew."""
    wanted = replace(ranking, length=LENGTH, exploration=HARDLY)
    names = [f"draw-{number}" for number in range(DRAWS)]
    return [wanted, *(replace(wanted, exploration=EXPLORATION, variant=name) for name in names)]


def _made(shop: Shop, policies: list[RankingOptions]) -> list[Moments]:
    """Each policy's lists at the end of every day, of who did something on it."""
    catalog, log, step = shop.catalog, shop.log, shop.setup.options
    arena, statistics = UserArena(len(log.owners)), TrendStatistics(TrendOptions())
    slots = arena.add(log.owners)
    days = ((log.at - shop.simulator.options.start) // 86_400.0).astype(np.int64)
    lists: list[list[Recommendations]] = [[] for _ in policies]
    for day in range(DAYS):
        part = np.flatnonzero(days == day)
        if not len(part):
            continue
        behaviors = [log.behaviors[place] for place in part.tolist()]
        resolution = receive(arena, catalog, slots[log.users[part]], behaviors, log.at[part], step)
        moves = Moves(arena.gradients.take(), step.ranking.factor_rate)
        _count(statistics, catalog, moves, behaviors, log.at[part], resolution, step)
        touched = slots[np.unique(log.users[part])]
        for policy, own in zip(policies, lists, strict=True):
            if day >= LEARNED_DAYS:
                own += map(decode_recommendations, recommend(arena, touched, catalog, replace(step, ranking=policy)))
    return [_moments(shop, own) for own in lists]


def _count(
    statistics: TrendStatistics,
    catalog: Catalog,
    moves: Moves,
    behaviors: list[Behavior],
    at: NDArray[np.float64],
    resolution: Resolution,
    step: StepOptions,
) -> None:
    """Behaviors that speak for an item enter its trends, and these the catalog."""
    wanted = step.wanted
    places = [
        place
        for place in resolution.applied.tolist()
        if behaviors[place].item_id is not None and wanted[TYPE_CODES[behaviors[place].type]]
    ]
    traces = resolution.traces
    columns = Signals(
        np.arange(len(places), dtype=np.uint32),
        np.array([item_print(behaviors[place].item_id or "") for place in places], np.uint32),
        np.array([TYPE_CODES[behaviors[place].type] for place in places], np.uint8),
        at[places],
        traces.counts[places],
        traces.recents[places],
    )
    for _, block in signal_blocks(columns, 1, "planted", statistics.events, len(places), moves):
        statistics.apply(block)
    catalog.put_trends([row for _, row in (*statistics.take(), *statistics.take_factors())])


def _moments(shop: Shop, lists: list[Recommendations]) -> Moments:
    shape = (len(lists), LENGTH)
    chances, wanted, logged = np.zeros(shape), np.ones(shape), np.ones(shape)
    for number, listed in enumerate(lists):
        user, at = shop.simulator.user(listed.user_id), listed.at / 1e3
        for place, item in enumerate(listed.items):
            chances[number, place] = LOOKED**place * shop.simulator.relevance(user, item.item_id, at)
            wanted[number, place] = item.reasons[0].kind != "exploration"
            logged[number, place] = item.propensity
    names = {user.id: place for place, user in enumerate(shop.users)}
    return Moments(np.array([names[listed.user_id] for listed in lists], np.int64), chances, wanted, logged)


def _estimates(made: Moments, chance: np.random.Generator) -> tuple[Estimate, Estimate, float]:
    """Both estimates, and what the lists themselves earned, from clicks that are drawn."""
    clicks = (chance.random(made.chances.shape) < made.chances).astype(np.float64)
    weights = weights_of(made.wanted, made.logged)
    plain = float(clicks.sum(1).mean())
    return inverse_propensity(clicks, weights, made.users), self_normalized(clicks, weights, made.users), plain
