"""Reasons: which behaviors an interest is made of, as shares that sum to 1 exactly."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from schemas.rows.user import EVIDENCE

UNITS = 1 << 24
ROUNDING = 256


@kernel
def divide(interest: Any, order: NDArray[np.int64], shares: NDArray[np.float64]) -> float:
    """How much of an interest's mass its heaviest behaviors make; gives the share of all others.

    Shares are multiples of 2**-24, so that their sum has no rounding of its own. Where only rounding is left for the
    others, it goes to the heaviest. An interest without mass is made of nothing that is known.

    Fills order (3,): places of the evidence, heaviest first; shares (3,) in that order.
    """
    _sort(interest.evidence_mass, order)
    known = 0.0
    for k in range(EVIDENCE):
        known += interest.evidence_mass[k]
    whole = max(interest.mass, known)
    older = UNITS
    for k in range(EVIDENCE):
        units = int(np.rint(interest.evidence_mass[order[k]] / whole * UNITS)) if whole > 0.0 else 0
        shares[k] = units / UNITS
        older -= units
    if older < ROUNDING:
        shares[0] += older / UNITS
        return 0.0
    return older / UNITS


@kernel
def _sort(masses: NDArray[np.float32], order: NDArray[np.int64]) -> None:
    for k in range(EVIDENCE):
        place = k
        while place > 0 and masses[order[place - 1]] < masses[k]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = k
