"""Evaluate planted users: one table of what was measured, its bar and the verdict."""

import sys
from collections.abc import Sequence
from dataclasses import asdict

import msgspec

from models.encoder.loading import missing_modules
from models.encoder.options import Model
from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.lines import measured
from models.step import StepOptions
from streams.apps.evaluate_data import text_vectors
from streams.apps.evaluate_options import EvaluateOptions
from streams.apps.operators import OperatorError
from streams.settings import Settings

WIDTHS = (60, 9, 10, 9)


def run(settings: Settings, options: EvaluateOptions) -> int:
    """Prints each line when it is measured, or all as JSON; returns 0, or 1 when one failed its bar.

    Raises: OperatorError when files are named too; EncoderError when the encoder is not installed.
    """
    if options.events is not None or options.items is not None:
        raise OperatorError("--planted simulates its own behaviors and items: leave out --events and --items")
    model: Model = options.encoder or ("fake" if missing_modules("minilm") else "minilm")
    vectors = text_vectors(settings, model, options.cache)
    setup = Setup(StepOptions(settings.interests, settings.ranking), vectors, options.size, options.seed)
    lines = []
    if not options.json:
        _say(f"simulated users, seed {options.seed}, texts by {vectors.version}")
        _say(_row(("line", "value", "bar", "verdict"), ""))
    for line in measured(setup):
        lines.append(line)
        if not options.json:
            _say(row_of(line))
    failed = [line for line in lines if line.passed is False]
    if options.json:
        _say(json_of(lines))
    else:
        _say(f"{len(failed)} of {sum(line.passed is not None for line in lines)} bars not reached")
    return 1 if failed else 0


def row_of(line: Line) -> str:
    """The line as a row of the table: name, value, bar, verdict and note."""
    verdict = {True: "ok", False: "FAILS", None: ""}[line.passed]
    return _row((line.name, _number(line, line.value), _bar(line), verdict), line.note)


def json_of(lines: Sequence[Line]) -> str:
    """All lines as JSON."""
    rows = [asdict(line) | {"passed": line.passed} for line in lines]
    return msgspec.json.format(msgspec.json.encode(rows)).decode()


def _row(cells: Sequence[str], note: str) -> str:
    first = cells[0].ljust(WIDTHS[0])
    rest = (cell.rjust(width) for cell, width in zip(cells[1:], WIDTHS[1:], strict=True))
    return f"{first}{''.join(rest)}  {note}".rstrip()


def _bar(line: Line) -> str:
    if line.at_least is not None:
        return f">= {_number(line, line.at_least)}"
    return "" if line.at_most is None else f"<= {_number(line, line.at_most)}"


def _number(line: Line, value: float) -> str:
    return f"{value:.1%}" if line.percent else f"{value:.3f}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
