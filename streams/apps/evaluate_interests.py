"""Evaluate interests: how well they alone foretell a recording, with each part of the model off in turn, as a table."""

import sys
from collections.abc import Sequence
from dataclasses import asdict

import msgspec

from models.evaluation.ablations import ablations
from models.evaluation.comparison import Scored, compare
from models.evaluation.metrics import Quality
from models.step import StepOptions
from streams.apps.evaluate_options import EvaluateOptions
from streams.apps.evaluate_tables import aligned, cells_of
from streams.apps.evaluate_trial import Progress, recorded
from streams.settings import Settings

HEADER = ("", "NDCG@10", "±", "HR@10", "±", "MRR@10", "±", "shown", "cold HR@10")


def run(settings: Settings, options: EvaluateOptions) -> int:
    """Prints the table, or JSON of both parts; returns 0. Raises: as `recorded`."""
    progress = Progress()
    found = recorded(settings, options, progress)
    step, total = StepOptions(settings.interests, settings.ranking), len(found.trial.log)
    variants = ablations(settings.interests)
    scored = list(compare(found.trial, step, variants, lambda name, done: progress.through(name, done, total)))
    sys.stdout.write(_json(found.about, scored) if options.json else _table(found.about, scored, options.dev))
    return 0


def _table(about: str, scored: Sequence[Scored], dev: bool) -> str:
    part = "dev: behaviors from 60 to 80 %" if dev else "test: the last 20 % of the behaviors"
    rows = [_cells(one.variant, one.dev if dev else one.test) for one in scored]
    lines = [
        about,
        f"{part}, {(scored[0].dev if dev else scored[0].test).targets:,} targets",
        "",
        *aligned(HEADER, rows),
    ]
    return "\n".join(lines) + "\n"


def _cells(variant: str, quality: Quality) -> tuple[str, ...]:
    means, errors = (quality.ndcg, quality.hr, quality.mrr), (quality.ndcg_error, quality.hr_error, quality.mrr_error)
    return cells_of(variant, [number for pair in zip(means, errors, strict=True) for number in pair], quality)


def _json(about: str, scored: Sequence[Scored]) -> str:
    rows = [asdict(one) for one in scored]
    return msgspec.json.format(msgspec.json.encode({"about": about, "variants": rows})).decode() + "\n"
