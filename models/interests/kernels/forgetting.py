"""Forgetting: an interest goes at once, and its part of what the user likes of categories with it."""

import numpy as np

from models.compiled import kernel
from models.interests.kernels.slots import drop
from models.interests.kernels.types import CATEGORY_FACET, Integer, Items, User
from models.kernels.places import row_of
from schemas.rows.user import CATEGORIES, EVIDENCE, NO_INTEREST, RING_RECENTS, RINGS, SLOTS

LEAST_REST = 1e-3


@kernel
def forget(user: User, slot: int, items: Items) -> int:
    """Drops an interest, and takes its share of each category's mass away. The bits of what changed.

    A category's mass does not say whose it is, but interests say what they are made of: their evidence by its mass, and
    what of their mass is none of it by their other recent behaviors, in equal parts. The interest's share of a category
    is its part of what all interests have in it. So a mass never grows nor falls below 0, it is gone where no other
    interest has a part, and it stays what it was where this one has none.
    """
    head = user.head
    for k in range(CATEGORIES):
        if not head.categories[k]:
            continue
        own = _mass_in(user, slot, head.categories[k], items)
        if own > 0.0:
            others = 0.0
            for s in range(SLOTS):
                if s != slot and head.used >> s & 1:
                    others += _mass_in(user, s, head.categories[k], items)
            head.category_mass[k] *= others / (own + others)
            if head.category_mass[k] == 0.0:
                head.categories[k] = 0
    return drop(user, slot, NO_INTEREST)


@kernel
def _mass_in(user: User, slot: int, category: Integer, items: Items) -> float:
    """How much of an interest's mass is of items in a category, at the user's time."""
    interest = user.interests[slot]
    found, rest = 0.0, interest.mass
    for k in range(EVIDENCE):
        if interest.evidence[k]:
            rest -= interest.evidence_mass[k]
            if _category_of(interest.evidence[k], items) == category:
                found += interest.evidence_mass[k]
    if rest > LEAST_REST * interest.mass:
        found += rest * _share_of_others(user, slot, category, items)
    return found * np.exp2((interest.at - user.head.at) / interest.half_life)


@kernel
def _share_of_others(user: User, slot: int, category: Integer, items: Items) -> float:
    """Which share of the recent behaviors on an interest is in a category, without those on its evidence."""
    evidence = user.interests[slot].evidence
    many, same = 0, 0
    for r in range(RINGS):
        ring = user.rings[r]
        for k in range(RING_RECENTS):
            if ring.at[k] and ring.interests[k] == slot:
                item = ring.items[k]
                known = False
                for e in range(EVIDENCE):
                    known |= evidence[e] == item
                found = _category_of(item, items)
                if found and not known:
                    many += 1
                    same += found == category
    return same / many if many else 0.0


@kernel
def _category_of(item: Integer, items: Items) -> np.uint32:
    """The print of an item's category, 0 for none."""
    row = row_of(item, items.prints, items.table)
    return items.facets[row, CATEGORY_FACET] if row >= 0 else np.uint32(0)
