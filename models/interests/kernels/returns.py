"""Returns: how soon users come back to their interests, learned as two rates that all users share.

The sessions that touch an interest are taken for a self-exciting process (Hawkes 1971) whose rate is
rates[0] * mass**0.75 + rates[1] * short**0.75, masses decaying in between. The exponent is below 1 since ten behaviors
of one visit are less of a reason to return than ten visits: without it faint interests are told too faint and strong
ones too strong. The rates are events over exposure, each event being divided between both parts by their share of the
rate (an online form of expectation-maximization, Cappe & Moulines 2009). Only a next visit adds the time before it, so
the rates are those of users who come back at all.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.masses import mass_at
from models.interests.kernels.types import Rules
from schemas.rows.user import SLOTS

LN2 = np.log(2.0)
EXPONENT = 0.75


@kernel
def whole(mass: float, half_life: float, span: float) -> float:
    """The integral of mass**0.75 over a span of seconds from now, while the mass decays."""
    faster = half_life / EXPONENT
    return mass**EXPONENT * faster / LN2 * (1.0 - np.exp2(-span / faster))


@kernel
def expose(learned: Any, head: Any, interests: NDArray[np.void], until: float, rules: Rules) -> None:
    """Adds the time between two sessions, from the user's latest behavior on, to what the rates are over."""
    for k in range(2):
        learned.touches[k] *= rules.forgetting
        learned.exposure[k] *= rules.forgetting
    for s in range(SLOTS):
        if head.used >> s & 1 and interests[s].mass > 0.0:
            interest = interests[s]
            short = interest.short * np.exp2((interest.at - head.at) / rules.short_half_life)
            learned.exposure[0] += whole(mass_at(interest, head.at), interest.half_life, until - head.at)
            learned.exposure[1] += whole(short, rules.short_half_life, until - head.at)


@kernel
def touch(learned: Any, interest: Any, at: float, rules: Rules) -> None:
    """A session touches the interest; its masses are those before."""
    long = learned.touches[0] / learned.exposure[0] * mass_at(interest, at) ** EXPONENT
    short = interest.short * np.exp2((interest.at - at) / rules.short_half_life)
    near = learned.touches[1] / learned.exposure[1] * short**EXPONENT
    if long + near > 0.0:
        learned.touches[0] += long / (long + near)
        learned.touches[1] += near / (long + near)
