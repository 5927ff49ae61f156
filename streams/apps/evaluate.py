"""Evaluate: how well interests foretell a recording, with each part of the model off in turn, as a table."""

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

import msgspec
import typer

from models.encoder.loading import load_encoder
from models.encoder.options import EncoderOptions, Model
from models.evaluation.ablations import ablations
from models.evaluation.catalogs import TextVectors, encoded_catalog
from models.evaluation.comparison import Scored, Trial, compare
from models.evaluation.log import log_of
from models.evaluation.metrics import Quality
from models.evaluation.protocol import histories_of, targets_of
from models.samples import retail
from models.step import StepOptions
from schemas.behaviors import Behavior
from schemas.items import Item
from streams.apps.evaluate_data import DataOptions, cached, read_data
from streams.apps.evaluate_options import EvaluateOptions
from streams.apps.operators import OperatorError
from streams.settings import Settings

REPORT_INTERVAL = 5.0
HEADER = ("", "NDCG@10", "±", "HR@10", "±", "MRR@10", "±", "shown", "cold HR@10")


def run(settings: Settings, options: EvaluateOptions) -> int:
    """Prints the table, or JSON of both parts; returns 0.

    Raises: OperatorError, RecordingError or EncoderError when a file or the encoder is not there.
    """
    if (options.events is None) != (options.items is None):
        raise OperatorError("events without items tell little, and items without events nothing: name both, or neither")
    progress = _Progress()
    data = DataOptions(options.events or retail.EVENTS, options.items or retail.ITEMS, options.dislike_below)
    items, behaviors = read_data(data)
    progress.say(f"{len(behaviors):,} behaviors on {len(items):,} items read, the texts are being encoded")
    trial, version = _trial(settings, options, items, behaviors)
    log, targets = trial.log, trial.targets
    if not len(targets.events):
        raise OperatorError(
            f"{data.events} has no behavior to foretell: the last 40 % need some on items of {data.items} that are new"
            " to users with five behaviors before"
        )
    about = (
        f"{len(log):,} behaviors of {len(log.owners):,} users on {len(items):,} items; {len(targets.events):,} of"
        f" {targets.of:,} targets; texts by {version}"
    )
    progress.say(about)
    step = StepOptions(settings.interests, settings.ranking)
    variants = ablations(settings.interests)
    scored = list(compare(trial, step, variants, lambda name, done: progress.through(name, done, len(log))))
    sys.stdout.write(_json(about, scored) if options.json else _table(about, scored, options.dev))
    return 0


def _trial(
    settings: Settings, options: EvaluateOptions, items: Sequence[Item], behaviors: Sequence[Behavior]
) -> tuple[Trial, str]:
    """What all variants are tried on, and the encoder's version."""
    model: Model = options.encoder or "minilm"
    encoder = load_encoder(
        EncoderOptions(model=model, device=settings.encoder.device, threads=settings.encoder.threads)
    )
    vectors = TextVectors(cached(encoder, options.cache))
    catalog = encoded_catalog(items, vectors, vectors.version)
    log = log_of(behaviors, catalog)
    histories = histories_of(log)
    return Trial(log, histories, targets_of(log, histories, options.limit), catalog, vectors), vectors.version


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
    pairs = (
        (quality.ndcg, quality.ndcg_error),
        (quality.hr, quality.hr_error),
        (quality.mrr, quality.mrr_error),
    )
    numbers = [f"{number:.4f}" for pair in pairs for number in pair]
    cold = "-" if quality.cold_hr is None else f"{quality.cold_hr:.4f} of {quality.cold:,}"
    return variant, *numbers, f"{quality.coverage:.1%}", cold


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table's lines: the first column to the left, numbers to the right."""
    widths = [max(len(row[place]) for row in (header, *rows)) for place in range(len(header))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in (header, *rows)
    ]


def _json(about: str, scored: Sequence[Scored]) -> str:
    rows = [asdict(one) for one in scored]
    return msgspec.json.format(msgspec.json.encode({"about": about, "variants": rows})).decode() + "\n"


class _Progress:
    """Says on standard error, now and then, how far it is."""

    def __init__(self) -> None:
        self._began = self._said = time.monotonic()

    def say(self, line: str) -> None:
        """Says it at once."""
        self._said = time.monotonic()
        typer.echo(f"{self._said - self._began:>6.0f} s  {line}", err=True)

    def through(self, name: str, done: int, total: int) -> None:
        """Says how far a variant is, when it is time."""
        if time.monotonic() - self._said >= REPORT_INTERVAL:
            self.say(f"{name}: {done:,} of {total:,} behaviors")
