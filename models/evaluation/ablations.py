"""Ablations: the interest model as it is, and without each of its parts."""

from dataclasses import dataclass, replace

from models.interests.options import InterestOptions

WHOLE = "all parts"
MEAN_POOLING = "attention off (mean by mass)"
TRIED_ALPHA = 0.2


@dataclass(frozen=True)
class Variant:
    """One way to keep interests, and what to call it."""

    name: str
    interests: InterestOptions


def ablations(options: InterestOptions) -> tuple[Variant, ...]:
    """All parts first, then each part off in turn, or on where it is off."""
    return (
        Variant(WHOLE, options),
        Variant(MEAN_POOLING, replace(options, attention="mass", temperature=1.0)),
        Variant("context off", replace(options, context=False)),
        _hierarchy(options),
        Variant("negatives off", without_negatives(options)),
        Variant("single interest", replace(options, near=-1.0)),
        Variant("own half-lives off", replace(options, adaptive_half_life=False)),
        Variant("probation off", replace(options, proof=1, probation=1.0)),
    )


def _hierarchy(options: InterestOptions) -> Variant:
    """Without the category view, or with it where it is off."""
    if options.alpha > 0.0:
        return Variant("hierarchy off", replace(options, alpha=0.0))
    return Variant(f"hierarchy on (alpha {TRIED_ALPHA:g})", replace(options, alpha=TRIED_ALPHA))


def without_negatives(options: InterestOptions) -> InterestOptions:
    """The same, but nothing is ever turned away."""
    types = {name: replace(one, weight=max(one.weight, 0.0)) for name, one in options.types.items()}
    return replace(options, types=types, ignored=0.0, quick_return=0.0)
