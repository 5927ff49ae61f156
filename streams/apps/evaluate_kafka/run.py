"""Through Kafka: lock-step and free-running, one after the other."""

import sys
from dataclasses import replace

import typer

from models.step import StepOptions
from streams.apps.evaluate_kafka.free_running import FreeRunning
from streams.apps.evaluate_kafka.free_running import free_running as run_free
from streams.apps.evaluate_kafka.journey import journey_of
from streams.apps.evaluate_kafka.lock_step import LockStep
from streams.apps.evaluate_kafka.lock_step import lock_step as run_in_step
from streams.apps.evaluate_kafka.telling import as_json, as_lines
from streams.apps.evaluate_options import EvaluateOptions
from streams.apps.evaluate_trial import Progress, recorded
from streams.apps.interrupts import Interrupted
from streams.apps.operators import OperatorError
from streams.apps.processes import ChildEndedError
from streams.settings import Settings


def run(settings: Settings, options: EvaluateOptions) -> int:
    """Prints what both runs found; returns 0, or 1 when a list was different or unknown, or a worker ended.

    Raises: OperatorError, RecordingError or EncoderError when a file or the encoder is not there, or time ran out.
    """
    if settings.worker.rules is not None or settings.variants:
        raise OperatorError(
            "--through-kafka compares lists without rules and variants: leave out worker.rules, variants"
        )
    progress = Progress()
    found = recorded(settings, options, progress)
    step = StepOptions(settings.interests, replace(settings.ranking, exploration=0.0))
    settings = settings.model_copy(update={"ranking": step.ranking})
    try:
        in_step = run_in_step(settings, journey_of(found, step, options.lock_step), step, progress)
        progress.say(f"lock-step: {in_step.published.counts()}")
        free = run_free(settings, journey_of(found, step, options.free_running), step, progress)
    except ChildEndedError as ended:
        typer.echo(f"penchant evaluate: {ended}", err=True)
        return 1
    except Interrupted as interrupted:
        typer.echo("All processes are stopped.", err=True)
        return 128 + interrupted.number
    sys.stdout.write((as_json if options.json else as_lines)(found.about, in_step, free))
    return 0 if sound(in_step, free) else 1


def sound(in_step: LockStep, free: FreeRunning) -> bool:
    """Whether no list was another one than it should be, and none was lost."""
    different = in_step.published.fates["different"] + in_step.foretold.fates["different"]
    return not (different or in_step.unlike or any(way.unknown for way in free.ways))
