"""Interest options: what each behavior weighs, how fast it fades, and when a new interest is born."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from schemas.behaviors import BEHAVIOR_TYPES

DAY = 86_400.0
FINITE: dict[str, object] = {"allow_inf_nan": False}
POSITIVE: dict[str, object] = {"gt": 0, **FINITE}


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


@dataclass(frozen=True)
class InterestOptions:
    """How interests form and fade."""

    half_life: float = field(
        default=30 * DAY,
        metadata={"description": "Half-life of an interest's mass.", "unit": "seconds", **POSITIVE},
    )
    novelty: float = field(
        default=0.7,
        metadata={
            "description": "Cosine to the nearest interest below which a behavior starts a new one.",
            **FINITE,
        },
    )
    floor: float = field(
        default=1e-3,
        metadata={
            "description": "A user whose masses have all decayed below it starts anew.",
            "ge": 0,
            "lt": 1,
        },
    )
    temperature: float = field(
        default=1.0,
        metadata={
            "description": "Of the attention over interests: softmax of the logarithm of mass divided by it; 1 makes"
            " attention proportional to mass.",
            **POSITIVE,
        },
    )
    types: dict[str, TypeOptions] = field(
        default_factory=default_types,
        metadata={
            "description": "What each type of behavior weighs (negative turns away, 0 only counts), and the seconds in"
            " which half of that has faded; a type that is left out keeps its default.",
            "form": "a table of a weight and a half_life > 0 by type of behavior",
        },
    )

    def __post_init__(self) -> None:
        unknown = sorted(set(self.types) - set(BEHAVIOR_TYPES))
        if unknown:
            raise ValueError(f"interests.types names {unknown[0]!r}; known are {', '.join(BEHAVIOR_TYPES)}")
        if self.half_life <= 0 or any(t.half_life <= 0 for t in self.types.values()):
            raise ValueError("interests: every half_life is above 0 seconds")
        if not 0 <= self.floor < 1:
            raise ValueError("interests.floor is at least 0 and below 1")
        if self.temperature <= 0:
            raise ValueError("interests.temperature is above 0")
        object.__setattr__(self, "types", default_types() | self.types)

    def weights(self) -> NDArray[np.float64]:
        """Weight per behavior type code (16,)."""
        return np.array([self.types[name].weight for name in BEHAVIOR_TYPES])

    def half_lives(self) -> NDArray[np.float64]:
        """Half-life per behavior type code (16,), seconds."""
        return np.array([self.types[name].half_life for name in BEHAVIOR_TYPES])
