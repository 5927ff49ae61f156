"""Ranking options: how long lists are, where candidates come from, and how fast weights are learned."""

from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.ranking.kernels.families import FAMILY_NAMES
from models.ranking.kernels.types import RANKING_RULES
from schemas.behaviors import BEHAVIOR_TYPES

NEAR_PRIOR, FAR_PRIOR = 5.0, 20.0


@dataclass(frozen=True)
class RankingOptions:
    """How a list is made."""

    length: int = field(
        default=10, metadata={"description": "How long a list is.", "unit": "items", "ge": 1, "le": 100}
    )
    neighbors: int = field(
        default=100,
        metadata={
            "description": "Candidates among what came after or before the user's recent items.",
            "unit": "items",
            "ge": 0,
        },
    )
    popular: int = field(
        default=20,
        metadata={
            "description": "Candidates that are popular, at each of four half-lives; at least twice the list's length.",
            "unit": "items",
            "ge": 0,
        },
    )
    newest: int = field(
        default=16,
        metadata={
            "description": "Candidates that are new, and as many never shown; at least the list's length.",
            "unit": "items",
            "ge": 0,
        },
    )
    alike: int = field(
        default=8,
        metadata={"description": "Candidates most like each of the latest three items.", "unit": "items", "ge": 0},
    )
    nearest: int = field(
        default=20,
        metadata={
            "description": "Candidates nearest to the user's interests, shared out by attention.",
            "unit": "items",
            "ge": 0,
        },
    )
    in_category: int = field(
        default=8,
        metadata={"description": "Candidates popular in each of the user's two categories.", "unit": "items", "ge": 0},
    )
    learning_rate: float = field(
        default=0.1,
        metadata={
            "description": "How fast each behavior moves the weights of the ranking; 0 keeps them.",
            "ge": 0,
            "allow_inf_nan": False,
        },
    )
    negatives: int = field(
        default=48,
        metadata={
            "description": "Candidates, evenly drawn, from which a behavior's item is told.",
            "unit": "items",
            "ge": 1,
        },
    )
    others: int = field(
        default=16,
        metadata={
            "description": "Items beyond the candidates, evenly drawn, from which a behavior's item is told.",
            "unit": "items",
            "ge": 0,
        },
    )
    attention_rate: float = field(
        default=0.05,
        metadata={
            "description": "How fast each behavior moves how much recent items count; 0 keeps it.",
            "ge": 0,
            "allow_inf_nan": False,
        },
    )
    hidden_rate: float = field(
        default=0.03,
        metadata={
            "description": "How fast each behavior moves what features say together; 0 keeps it.",
            "ge": 0,
            "allow_inf_nan": False,
        },
    )
    factor_rate: float = field(
        default=0.1,
        metadata={
            "description": "How fast each behavior moves what is learned of each item; 0 leaves it out.",
            "ge": 0,
            "allow_inf_nan": False,
        },
    )
    without: tuple[str, ...] = field(
        default=(),
        metadata={
            "description": f"Families of features that say nothing; known are {', '.join(FAMILY_NAMES)}.",
            "form": "a list of families of features",
        },
    )
    unwanted: float = field(
        default=4.0,
        metadata={
            "description": "What an item loses that is just like what the user turned away, in units of the score:"
            " one makes it e times less likely.",
            "allow_inf_nan": False,
        },
    )
    diversity: float = field(
        default=0.0,
        metadata={
            "description": "How much a list's items are to differ from each other: 0 by score alone, to below 1.",
            "ge": 0,
            "lt": 1,
        },
    )
    exploration: float = field(
        default=0.0,
        metadata={
            "description": "The share of places, but the first, that go to items nobody had to do with yet.",
            "ge": 0,
            "le": 1,
        },
    )
    session: float = field(
        default=1_800.0,
        metadata={
            "description": "A behavior within so long of the one before is of the same session.",
            "unit": "seconds",
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
        if not 1 <= self.length <= 100:
            raise ValueError("ranking.length is at least 1 and at most 100")
        unknown = sorted(set(self.had) - set(BEHAVIOR_TYPES))
        if unknown:
            raise ValueError(f"ranking.had names {unknown[0]!r}; known are {', '.join(BEHAVIOR_TYPES)}")

        unknown = sorted(set(self.without) - set(FAMILY_NAMES))
        if unknown:
            raise ValueError(f"ranking.without names {unknown[0]!r}; known are {', '.join(FAMILY_NAMES)}")

    def rules(self) -> NDArray[np.void]:
        """The options as kernels take them (1,)."""
        rules = np.zeros(1, RANKING_RULES)
        for name, value in asdict(self).items():
            if name in (RANKING_RULES.names or ()) and name != "without":
                rules[name] = value
        rules["popular"] = max(self.popular, 2 * self.length) if self.popular else 0
        rules["newest"] = max(self.newest, self.length) if self.newest else 0
        rules["without"] = sum(1 << place for place, name in enumerate(FAMILY_NAMES) if name in self.without)
        rules["near_prior"], rules["far_prior"] = NEAR_PRIOR, FAR_PRIOR
        return rules
