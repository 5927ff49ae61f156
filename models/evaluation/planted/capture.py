"""Capture: what the threshold is worth above which a behavior refines an interest instead of starting one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from models.evaluation.comparison import Trial
from models.evaluation.metrics import gain
from models.evaluation.planted.attention import trial_of
from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import Shop, simulated
from models.evaluation.population import Population
from models.evaluation.prequential import foretell
from models.step import StepOptions
from schemas.behaviors import TYPE_CODES

NOVELTIES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
TARGETS = 1000
CLOSE = 0.97


@dataclass(frozen=True)
class Point:
    """A threshold in standard deviations, the share of behaviors that refined an interest, and NDCG@10."""

    novelty: float
    update_rate: float
    ndcg: float


def capture(setup: Setup) -> Iterator[Line]:
    """The curve, and how near the default's NDCG@10 is to the best among those that refine at least as often."""
    points = curve(setup)
    default = setup.options.interests.novelty
    for point in points:
        mark = " (default)" if point.novelty == default else ""
        name = f"  NDCG@10 at novelty {point.novelty:g}{mark}"
        yield Line(name, point.ndcg, note=f"{point.update_rate:.1%} of behaviors refine")
    own = next(point for point in points if point.novelty == default)
    best = max(point.ndcg for point in points)
    yield Line("the default threshold's NDCG@10, of the best", own.ndcg / max(best, 1e-9), at_least=CLOSE, percent=True)


def curve(setup: Setup, novelties: Sequence[float] = NOVELTIES) -> list[Point]:
    """NDCG@10 and update rate by threshold in standard deviations, the default among them."""
    trial = trial_of(Shop(simulated(setup, users=60, days=40), setup), setup.many(TARGETS))
    thresholds = sorted({*novelties, setup.options.interests.novelty})
    return [_point(trial, setup.options, novelty) for novelty in thresholds]


def _point(trial: Trial, options: StepOptions, novelty: float) -> Point:
    step = replace(options, interests=replace(options.interests, novelty=novelty), lists=False)
    population = Population(trial.log.owners, trial.catalog, step, trial.encode)
    ranks = foretell(trial.log, trial.histories, trial.targets.events, population, trial.worth)
    born = int(population.arena.head["next_interest"].sum())
    codes = [TYPE_CODES[one.type] for one in trial.log.behaviors[: int(trial.targets.events[-1])]]
    wanted = int(options.interests.wanted()[codes].sum())
    return Point(novelty, 1.0 - born / max(wanted, 1), float(gain(ranks.ranks).mean()))
