"""Evaluate: how well lists foretell a recording, beside what else could make them, as a table or JSON."""

import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import msgspec

from models.evaluation.comparison import Scored
from models.evaluation.lists import judge_lists, without_each
from models.evaluation.metrics import Quality
from models.evaluation.rivals.comparison import RivalError, compare, require_known
from models.ranking.options import RankingOptions
from models.step import StepOptions
from streams.apps.evaluate_options import EvaluateOptions
from streams.apps.evaluate_tables import aligned, cells_of
from streams.apps.evaluate_trial import Progress, Recorded, recorded
from streams.apps.operators import OperatorError
from streams.settings import Settings

RANKING = "penchant"
HEADER = ("", "NDCG@10", "±", "HR@10", "MRR@10", "shown", "cold HR@10")
KILO = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Run:
    """What going through the log with the ranking as it is cost. peak_rss: bytes."""

    events: int
    seconds: float
    peak_rss: int

    @property
    def each(self) -> float:
        """Microseconds per behavior."""
        return 1e6 * self.seconds / max(self.events, 1)


def run(settings: Settings, options: EvaluateOptions) -> int:
    """Prints the table, or JSON; returns 0.

    Raises: OperatorError, RecordingError or EncoderError when a file, a rival or the encoder is not there.
    """
    try:
        require_known(options.against)
    except RivalError as error:
        raise OperatorError(str(error)) from None
    progress = Progress()
    found = recorded(settings, options, progress)
    step = StepOptions(settings.interests, replace(settings.ranking, exploration=0.0))
    own, cost = _scored(RANKING, found, settings, step, progress)
    others = [own, *(_ablated(found, settings, step, progress) if options.ablate else ())]
    told = lambda name, line: progress.now_and_then(f"{name}: {line}")  # noqa: E731 - too little for a function
    rivals = list(compare(found.trial, options.against, told))
    if options.json:
        sys.stdout.write(_json(cost, settings, step, others, rivals))
    else:
        sys.stdout.write(_table(found.about, cost, [*others, *rivals]))
    return 0


def _scored(
    name: str, found: Recorded, settings: Settings, step: StepOptions, progress: Progress
) -> tuple[Scored, Run]:
    trial = found.trial
    total = len(trial.log)
    progress.say(f"{name}: kernels are loaded, or compiled, which takes minutes once")
    ranks, seconds = judge_lists(
        trial.log,
        trial.histories,
        trial.targets,
        found.catalog(),
        step,
        settings.trends.options,
        lambda done: progress.through(name, done, total),
    )
    peak = KILO * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return trial.scored(name, ranks), Run(total, seconds, peak)


def _ablated(found: Recorded, settings: Settings, step: StepOptions, progress: Progress) -> Iterator[Scored]:
    for name, ranking in without_each(step.ranking):
        yield _scored(name, found, settings, replace(step, ranking=ranking), progress)[0]


def _table(about: str, cost: Run, scored: Sequence[Scored]) -> str:
    own = scored[0]
    lines = [about]
    parts = (
        ("dev, the behaviors from 60 to 80 %", own.dev.targets, [one.dev for one in scored]),
        ("test, the last 20 %", own.test.targets, [one.test for one in scored]),
    )
    names = [one.variant for one in scored]
    for part, targets, qualities in parts:
        rows = [_cells(name, quality) for name, quality in zip(names, qualities, strict=True)]
        lines += ["", f"{part}: {targets:,} targets", *aligned(HEADER, rows)]
    lines += [
        "",
        f"events          {cost.events:,}",
        f"seconds         {cost.seconds:.2f}",
        f"us_per_behavior {cost.each:.1f}",
        f"peak_rss_mb     {cost.peak_rss / 2**20:.0f}",
    ]
    return "\n".join(lines) + "\n"


def _cells(name: str, quality: Quality) -> tuple[str, ...]:
    return cells_of(name, (quality.ndcg, quality.ndcg_error, quality.hr, quality.mrr), quality)


def _json(cost: Run, settings: Settings, step: StepOptions, others: Sequence[Scored], rivals: Sequence[Scored]) -> str:
    own, *ablated = others
    ranking: RankingOptions = step.ranking
    told = {
        **_parts(own),
        "events": cost.events,
        "seconds": round(cost.seconds, 3),
        "us_per_behavior": round(cost.each, 2),
        "peak_rss_mb": round(cost.peak_rss / 2**20, 1),
        "settings": {
            "interests": asdict(step.interests),
            "ranking": asdict(ranking),
            "trends": asdict(settings.trends.options),
        },
        "against": {one.variant: _parts(one) for one in rivals},
    }
    if ablated:
        told["ablations"] = {one.variant: _parts(one) for one in ablated}
    return msgspec.json.format(msgspec.json.encode(told)).decode() + "\n"


def _parts(scored: Scored) -> dict[str, dict[str, float | None]]:
    return {"dev": _figures(scored.dev), "test": _figures(scored.test)}


def _figures(quality: Quality) -> dict[str, float | None]:
    return {
        "targets": quality.targets,
        "hr10": quality.hr,
        "ndcg10": quality.ndcg,
        "ndcg10_se": quality.ndcg_error,
        "mrr10": quality.mrr,
        "coverage": quality.coverage,
        "cold_hr10": quality.cold_hr,
    }
