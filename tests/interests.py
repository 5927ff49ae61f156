"""Interests: interest records for tests of what reads them."""

from typing import Any

import numpy as np

from schemas.interests import Interest, InterestRecord, Rates
from schemas.vectors import DIMENSIONS, to_bytes

DAY = 86_400.0
RATES = Rates(mu=1e-7, alpha=1e-6, short_half_life=DAY, turned_half_life=14 * DAY, horizon=7 * DAY)


def vector(*leading: float) -> bytes:
    """A vector that begins with these numbers, and is zero from there on."""
    return to_bytes(np.array([*leading, *[0.0] * (DIMENSIONS - len(leading))], np.float32))


def interest_of(number: int, **fields: Any) -> Interest:
    """A proven interest with this id; what is not given is made up."""
    given: dict[str, Any] = {
        "intensity": 0.5,
        "attention": 1.0,
        "mass": 4.0,
        "short": 1.0,
        "at": 1000.0,
        "half_life": 30 * DAY,
        "turned": 0.0,
        "behaviors": 5,
        "state": "proven",
        "asked_at": None,
        "label": "",
        "keywords": (),
        "reasons": (),
        "older": 1.0,
        "vector": vector(1),
    }
    return Interest(id=number, **(given | fields))


def record_of(user: str, *interests: Interest, **fields: Any) -> InterestRecord:
    """A record with these interests; what is not given is made up."""
    given: dict[str, Any] = {"at": 1000.0, "behaviors": 6, "new_behaviors": 1, "encoder": "e", "rates": RATES}
    return InterestRecord(
        user_id=user, vector=vector(1) if interests else None, interests=interests, **(given | fields)
    )
