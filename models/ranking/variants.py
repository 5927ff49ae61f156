"""Variants: users are split among named settings of ranking, so that what they do tells which serves them best.

Which variant a user gets follows from the user's id and the variants alone: in their order, each takes its share out of
those whom none before took, by a hash of the user's id and the variant's name; who is left gets the base. So a variant
keeps its users when others are added behind it, when its own share grows, and when the base changes. When an earlier
one comes, goes, or changes places with it, only those are given anew whom both would take, about the product of the two
shares. The hash is not that by which producers choose partitions, so each partition has the same shares.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.ranking.exploration import uniform
from models.ranking.options import RankingOptions
from schemas.ids import fingerprint

MOST_VARIANTS: Final = 8
LONGEST_NAME: Final = 40
NAME: Final = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")
SALT: Final = "variant of ranking"
# The sum of shares as written may be above 1 by what floats cannot say.
ROUNDING: Final = 1e-9


class VariantError(ValueError):
    """Variants that do not go together; the message says which, and what is allowed."""


@dataclass(frozen=True)
class Variant:
    """A share of the users, 0 to 1, and how their lists are made. options.variant is the name."""

    name: str
    share: float
    options: RankingOptions

    def __post_init__(self) -> None:
        if len(self.name) > LONGEST_NAME or NAME.fullmatch(self.name) is None:
            raise VariantError(
                f"{self.name!r} cannot be the name of a variant: ranking.variant and the names of variants have up to"
                f" {LONGEST_NAME} letters and digits, with single . _ or - between them"
            )
        if not 0.0 <= self.share <= 1.0:
            raise VariantError(f"the share of variant {self.name} is {self.share:g}: it is at least 0 and at most 1")
        object.__setattr__(self, "options", replace(self.options, variant=self.name))


def variants_of(base: RankingOptions, others: Sequence[Variant] = ()) -> tuple[Variant, ...]:
    """The base, with the share that is left, and then the others.

    Raises: VariantError for too many, shares above 1 in sum, two of one name, or another `had` than the base's: what
    users have had is kept once for all variants.
    """
    if len(others) >= MOST_VARIANTS:
        raise VariantError(f"there are {len(others)} variants beside the base: at most {MOST_VARIANTS - 1} are allowed")
    whole = sum(one.share for one in others)
    if whole > 1.0 + ROUNDING:
        raise VariantError(f"the shares of the variants are {whole:g} in sum: they are at most 1")
    names = [base.variant, *(one.name for one in others)]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise VariantError(f"two variants are called {twice}: their names differ, also from that of the base")
    for one in others:
        if one.options.had != base.had:
            raise VariantError(f"variant {one.name} has a `had` of its own: that is of the users, and one for all")
    return Variant(base.variant, max(0.0, 1.0 - whole), base), *others


def assigned(users: NDArray[np.uint64], variants: Sequence[Variant]) -> NDArray[np.int64]:
    """The place (m,) among variants_of of each user's variant. Args: users (m,): fingerprints of their ids."""
    found = np.zeros(len(users), np.int64)
    others = variants[1:]
    if others:
        salts = np.array([fingerprint(f"{SALT}\0{one.name}") for one in others], np.uint64)
        _assign_each(users, salts, np.array([one.share for one in others], np.float64), found)
    return found


@kernel
def _assign_each(
    users: NDArray[np.uint64], salts: NDArray[np.uint64], shares: NDArray[np.float64], found: NDArray[np.int64]
) -> None:
    for u in range(users.shape[0]):
        left = 1.0
        for v in range(shares.shape[0]):
            if uniform(users[u], salts[v]) * left < shares[v]:
                found[u] = v + 1
                break
            left -= shares[v]
