"""Evaluate trial: what is foretold, from files, and how it is told how far that is."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import typer

from models.catalog.catalog import Catalog
from models.encoder.texts import item_text
from models.evaluation.catalogs import Encode, encoded_catalog
from models.evaluation.comparison import Trial
from models.evaluation.log import log_of
from models.evaluation.population import no_texts
from models.evaluation.protocol import histories_of, targets_of
from models.samples import retail
from schemas.behaviors import Behavior
from schemas.items import Item
from streams.apps.evaluate_data import DataOptions, read_data, text_vectors
from streams.apps.evaluate_options import EvaluateOptions
from streams.apps.operators import OperatorError
from streams.settings import Settings

REPORT_INTERVAL = 5.0
NO_ENCODER = "none"


class Progress:
    """Says on standard error, now and then, how far it is."""

    def __init__(self) -> None:
        self._began = self._said = time.monotonic()

    def say(self, line: str) -> None:
        """Says it at once."""
        self._said = time.monotonic()
        typer.echo(f"{self._said - self._began:>6.0f} s  {line}", err=True)

    def through(self, name: str, done: int, total: int) -> None:
        """Says how far a variant is, when it is time."""
        self.now_and_then(f"{name}: {done:,} of {total:,} behaviors")

    def now_and_then(self, line: str) -> None:
        """Says it when it is time."""
        if time.monotonic() - self._said >= REPORT_INTERVAL:
            self.say(line)


@dataclass(frozen=True, eq=False)
class Recorded:
    """A recording to foretell. about: a line on it; version: of the encoder, "none" where there is no text."""

    items: Sequence[Item]
    trial: Trial
    version: str
    about: str

    def catalog(self) -> Catalog:
        """The catalog, before anybody did anything."""
        return encoded_catalog(self.items, self.trial.encode, self.version)


def recorded(settings: Settings, options: EvaluateOptions, progress: Progress) -> Recorded:
    """Reads the files and encodes the items' texts.

    Raises: OperatorError, RecordingError or EncoderError when a file, what is to be foretold or the encoder is missing.
    """
    if (options.events is None) != (options.items is None):
        raise OperatorError("events without items tell little, and items without events nothing: name both, or neither")
    data = DataOptions(options.events or retail.EVENTS, options.items or retail.ITEMS, options.dislike_below)
    items, behaviors = read_data(data)
    progress.say(f"{len(behaviors):,} behaviors on {len(items):,} items read, the texts are being encoded")
    encode, version = _encode(settings, options, items, behaviors)
    catalog = encoded_catalog(items, encode, version)
    log = log_of(behaviors, catalog)
    histories = histories_of(log)
    targets = targets_of(log, histories, options.limit)
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
    return Recorded(items, Trial(log, histories, targets, catalog, encode), version, about)


def _encode(
    settings: Settings, options: EvaluateOptions, items: Sequence[Item], behaviors: Sequence[Behavior]
) -> tuple[Encode, str]:
    """What encodes texts, and its version; where there is no text, no encoder is needed."""
    if not any(item_text(item) for item in items) and not any(behavior.text for behavior in behaviors):
        return no_texts, NO_ENCODER
    vectors = text_vectors(settings, options.encoder or "minilm", options.cache)
    return vectors, vectors.version
