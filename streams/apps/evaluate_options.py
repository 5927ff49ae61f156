"""Evaluate options: what is measured, on what, and how it is told."""

from dataclasses import dataclass
from pathlib import Path

from models.encoder.options import Model


@dataclass(frozen=True)
class EvaluateOptions:
    """What to evaluate on: planted users; else events and items, None for the shipped sample.

    limit: at most so many targets, 0 for all. dev: show the part on which parameters are chosen, instead of test.
    encoder: None for minilm (for planted users, where it is installed; else fake). cache: a folder that keeps vectors.
    dislike_below: behaviors of a smaller value count as dislikes. size: of the simulated shops, 1 where bars hold.
    seed: of all that is simulated. interests: by the vectors of interests alone, each part of the model off in turn.
    against: names of models.evaluation.rivals.comparison; ablate: each source of candidates off in turn.
    through_kafka: compare with worker processes instead, on the first so many behaviors in lock_step and free_running.
    """

    planted: bool = False
    events: Path | None = None
    items: Path | None = None
    limit: int = 0
    dev: bool = False
    json: bool = False
    encoder: Model | None = None
    cache: Path | None = None
    dislike_below: float | None = None
    size: float = 1.0
    seed: int = 1
    interests: bool = False
    against: tuple[str, ...] = ()
    ablate: bool = False
    through_kafka: bool = False
    lock_step: int = 1_000
    free_running: int = 5_000
