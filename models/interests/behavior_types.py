"""Behavior types: what one behavior of each type weighs, and how fast that fades."""

from dataclasses import dataclass, field
from typing import Any

DAY = 86_400.0
FINITE: dict[str, Any] = {"allow_inf_nan": False}
POSITIVE: dict[str, Any] = {"gt": 0, **FINITE}


@dataclass(frozen=True)
class TypeOptions:
    """One behavior type."""

    weight: float = field(metadata={"description": "Of one behavior: negative turns away, 0 only counts.", **FINITE})
    half_life: float = field(metadata={"description": "Of its weight.", "unit": "seconds", **POSITIVE})


def default_types() -> dict[str, TypeOptions]:
    """Weights and half-lives from weak and short (view) to strong and long (purchase)."""
    return {
        "impression": TypeOptions(0.0, 1 * DAY),
        "view": TypeOptions(1.0, 7 * DAY),
        "search": TypeOptions(2.0, 3 * DAY),
        "click": TypeOptions(1.5, 7 * DAY),
        "dwell": TypeOptions(1.5, 7 * DAY),
        "add_to_cart": TypeOptions(3.0, 14 * DAY),
        "remove_from_cart": TypeOptions(-1.0, 7 * DAY),
        "purchase": TypeOptions(5.0, 60 * DAY),
        "like": TypeOptions(4.0, 60 * DAY),
        "dislike": TypeOptions(-4.0, 60 * DAY),
        "hide": TypeOptions(-3.0, 30 * DAY),
        "skip": TypeOptions(-1.0, 7 * DAY),
        "request": TypeOptions(6.0, 3 * DAY),
        "mute": TypeOptions(0.0, 30 * DAY),
        "unmute": TypeOptions(0.0, 30 * DAY),
        "identify": TypeOptions(0.0, 30 * DAY),
    }
