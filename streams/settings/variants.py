"""Variants in the settings: each has a share of the users, and what it changes of ranking."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from models.ranking.options import RankingOptions
from models.ranking.variants import Variant, variants_of

OPTIONS = {one.name: one for one in fields(RankingOptions)}


def _as_in_ranking(name: str) -> Any:
    """A setting of ranking that may be left out; mypy takes dataclasses.field for its default's type too."""
    return field(default=None, metadata=OPTIONS[name].metadata)


@dataclass(frozen=True)
class VariantSettings:
    """One variant; what is left out is as in ranking. What users have had is one for all, so `had` is not here."""

    share: float = field(metadata={"description": "Of the users that get it.", "ge": 0, "le": 1})
    length: int | None = _as_in_ranking("length")
    neighbors: int | None = _as_in_ranking("neighbors")
    popular: int | None = _as_in_ranking("popular")
    newest: int | None = _as_in_ranking("newest")
    alike: int | None = _as_in_ranking("alike")
    nearest: int | None = _as_in_ranking("nearest")
    in_category: int | None = _as_in_ranking("in_category")
    learning_rate: float | None = _as_in_ranking("learning_rate")
    negatives: int | None = _as_in_ranking("negatives")
    others: int | None = _as_in_ranking("others")
    attention_rate: float | None = _as_in_ranking("attention_rate")
    hidden_rate: float | None = _as_in_ranking("hidden_rate")
    factor_rate: float | None = _as_in_ranking("factor_rate")
    without: tuple[str, ...] | None = _as_in_ranking("without")
    unwanted: float | None = _as_in_ranking("unwanted")
    diversity: float | None = _as_in_ranking("diversity")
    exploration: float | None = _as_in_ranking("exploration")
    session: float | None = _as_in_ranking("session")

    def changed(self) -> dict[str, Any]:
        """What it changes, by name."""
        found = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "share"}
        return {name: value for name, value in found.items() if value is not None}


def others_than(base: RankingOptions, settings: Mapping[str, VariantSettings]) -> tuple[Variant, ...]:
    """The variants beside the base, in their order. Raises ValueError for those that do not go together."""
    others = tuple(Variant(name, one.share, replace(base, **one.changed())) for name, one in settings.items())
    variants_of(base, others)
    return others
