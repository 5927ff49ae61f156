"""Evaluate tables: what was measured, as lines with aligned columns."""

from collections.abc import Sequence

from models.evaluation.metrics import Quality


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table's lines: the first column to the left, numbers to the right."""
    widths = [max(len(row[place]) for row in (header, *rows)) for place in range(len(header))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in (header, *rows)
    ]


def cells_of(name: str, numbers: Sequence[float], quality: Quality) -> tuple[str, ...]:
    """A row: who, these numbers of its quality, then the share of items that it showed and its hits on cold ones."""
    cold = "-" if quality.cold_hr is None else f"{quality.cold_hr:.4f} of {quality.cold:,}"
    return name, *(f"{number:.4f}" for number in numbers), f"{quality.coverage:.1%}", cold
