"""Ranking options: how long lists are and what they weigh."""

from dataclasses import dataclass, field

from schemas.behaviors import BEHAVIOR_TYPES


@dataclass(frozen=True)
class RankingOptions:
    """How a list is made."""

    length: int = field(default=10, metadata={"description": "How long a list is.", "unit": "items", "ge": 1})
    candidates: int = field(
        default=50, metadata={"description": "How many items come from each source.", "unit": "items", "ge": 1}
    )
    popularity: float = field(
        default=0.3,
        metadata={
            "description": "Weight of popularity (0 to 1 of the most popular item, on a logarithmic scale) beside"
            " similarity.",
            "allow_inf_nan": False,
        },
    )
    unwanted: float = field(
        default=0.5,
        metadata={
            "description": "Weight of what the user turned away.",
            "allow_inf_nan": False,
        },
    )
    variant: str = field(default="default", metadata={"description": "What lists made with these options are called."})
    had: tuple[str, ...] = field(
        default=("purchase", "dislike", "hide"),
        metadata={
            "description": "After a behavior of these types an item is not recommended again to its user.",
            "form": "a list of types of behaviors",
        },
    )

    def __post_init__(self) -> None:
        if not 1 <= self.length <= self.candidates:
            raise ValueError("ranking.length is at least 1 and at most ranking.candidates")
        unknown = sorted(set(self.had) - set(BEHAVIOR_TYPES))
        if unknown:
            raise ValueError(f"ranking.had names {unknown[0]!r}; known are {', '.join(BEHAVIOR_TYPES)}")
