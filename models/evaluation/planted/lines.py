"""All lines: what `penchant evaluate --planted` measures, in the order in which it tells."""

from collections.abc import Callable, Iterator

from models.evaluation.planted.attention import attention
from models.evaluation.planted.bots import bots
from models.evaluation.planted.calibrated import calibrated
from models.evaluation.planted.capture import capture
from models.evaluation.planted.categories import categories
from models.evaluation.planted.downstream import downstream
from models.evaluation.planted.drift import drift
from models.evaluation.planted.few_labels import few_labels
from models.evaluation.planted.half_life import half_life
from models.evaluation.planted.labels import labels
from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.off_policy import off_policy
from models.evaluation.planted.recovery import recovery
from models.evaluation.planted.requests import requests

GROUPS: tuple[Callable[[Setup], Iterator[Line]], ...] = (
    recovery,
    labels,
    drift,
    half_life,
    requests,
    bots,
    calibrated,
    categories,
    attention,
    few_labels,
    capture,
    downstream,
    off_policy,
)


def measured(setup: Setup) -> Iterator[Line]:
    """Each line as soon as it is measured."""
    for group in GROUPS:
        yield from group(setup)
