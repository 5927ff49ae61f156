"""Interest options: what each behavior weighs, how fast it fades, and when a new interest is born."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.interests.behavior_types import FINITE, POSITIVE, TypeOptions, default_types
from schemas.behaviors import BEHAVIOR_TYPES

DAY = 86_400.0
MINUTE = 60.0
NOT_NEGATIVE: dict[str, Any] = {"ge": 0, **FINITE}
SHARE: dict[str, Any] = {"ge": 0, "le": 1}


def _described(default: Any, description: str, unit: str = "", **limits: Any) -> Any:
    shown = {"description": description} | ({"unit": unit} if unit else {})
    return field(default=default, metadata=shown | limits)


@dataclass(frozen=True)
class InterestOptions:
    """How interests form and fade."""

    half_life: float = _described(30 * DAY, "Half-life of an interest's mass.", "seconds", **POSITIVE)
    adaptive_half_life: bool = _described(
        True,
        "Whether each interest's half-life follows the gaps between its sessions, within a quarter and four times"
        " half_life. It makes intensities truer; what is ranked first hardly changes.",
    )
    short_half_life: float = _described(
        1 * DAY, "Half-life of an interest's short mass, which tells now from always.", "seconds", **POSITIVE
    )
    novelty: float = _described(
        1.5,
        "How many standard deviations above that of unrelated items a behavior's cosine to the nearest interest"
        " must be to belong to it; below, it starts a new one.",
        **FINITE,
    )
    near: float = _described(0.9, "Cosine above which two interests of a user become one.", **FINITE)
    proof: int = _described(
        2, "Behaviors, not all the same on one item, after which a new interest is proven.", "behaviors", ge=1
    )
    proof_weight: float = _described(
        3.0, "A behavior of at least this weight, such as a purchase, proves a new interest by itself.", **POSITIVE
    )
    probation: float = _described(0.25, "What the attention of an interest that is not proven counts.", **SHARE)
    floor: float = _described(1e-3, "A user whose masses have all decayed below it starts anew.", ge=0, lt=1)
    attention: Literal["learned", "mass"] = _described(
        "learned",
        "How interests share the record's vector: by weights of their context that are learned from what"
        " users turn to next, or by mass alone.",
    )
    temperature: float = _described(
        1.0, "Of attention by mass: softmax of the logarithm of mass divided by it.", **POSITIVE
    )
    context: bool = _described(True, "Whether the hour of the day and the device count in attention.")
    learning_rate: float = _described(0.05, "Of the attention's weights; 0 leaves them as they are.", **NOT_NEGATIVE)
    horizon: float = _described(
        7 * DAY, "Intensity is the chance that the user returns to the interest within it.", "seconds", **POSITIVE
    )
    turned_half_life: float = _described(14 * DAY, "Half-life of what was turned away.", "seconds", **POSITIVE)
    turned_limit: float = _described(8.0, "The most that can be turned away at once, as a weight.", **POSITIVE)
    turned_penalty: float = _described(
        0.1,
        "How much each weight turned away takes off the logit of an interest's attention. It is there so that a refusal"
        " is heeded; measured rankings gain nothing.",
        **NOT_NEGATIVE,
    )
    ignored: float = _described(0.2, "Weight turned away of an item that was shown and passed over.", **NOT_NEGATIVE)
    quick_return: float = _described(
        5.0, "A dwell whose value is below it turns away, like a skip.", "seconds", **NOT_NEGATIVE
    )
    asked: float = _described(2.0, "Like novelty, for the interests that a request in words means.", **FINITE)
    asked_boost: float = _described(
        2.0,
        "How far ahead of all others the logit of an interest's attention is that was just asked for.",
        **NOT_NEGATIVE,
    )
    asked_half_life: float = _described(1 * DAY, "Half-life of that.", "seconds", **POSITIVE)
    session_gap: float = _described(30 * MINUTE, "A pause that ends a session.", "seconds", **POSITIVE)
    burst: float = _described(
        40.0, "Behaviors of one user that count whole at machine pace; see refill.", "behaviors", **POSITIVE
    )
    refill: float = _described(0.2, "Behaviors that count whole at any length.", "behaviors per second", **POSITIVE)
    repeat_span: float = _described(
        60 * MINUTE,
        "A behavior counts a quarter for each recent one of its type on its item within it.",
        "seconds",
        **NOT_NEGATIVE,
    )
    alpha: float = _described(
        0.0,
        "Share of the category view beside the interests' own in what an item is worth to a user; off, since ranking"
        " gained from it on none of the data it was tried on.",
        **SHARE,
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

    def wanted(self) -> NDArray[np.bool_]:
        """Which behaviors speak for their item, by type code (16,): those of a weight above 0."""
        return self.weights() > 0.0

    def half_lives(self) -> NDArray[np.float64]:
        """Half-life per behavior type code (16,), seconds."""
        return np.array([self.types[name].half_life for name in BEHAVIOR_TYPES])
