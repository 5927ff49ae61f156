"""Forgetting: an interest goes, and with it its share of what all interests have in each category."""

from collections import Counter
from dataclasses import replace

from tests.models.interests.slow.masses import left
from tests.models.interests.slow.singles import single
from tests.models.interests.slow.slots import without
from tests.models.interests.slow.user import Interest, User, World

LEAST_REST = 1e-3


def forgotten(user: User, place: int, world: World) -> User:
    """The user without the interest in that place and without its part of categories."""
    parts = {p: masses_by_category(user, user.interests[p], world) for p in user.places}
    categories = []
    for category, mass in user.categories:
        own = parts[place][category]
        if own > 0.0:
            others = sum(parts[p][category] for p in user.places if p != place)
            mass = single(mass * others / (own + others))
            category = category if mass else 0
        categories.append((category, mass))
    return without(replace(user, categories=tuple(categories)), place, None)


def masses_by_category(user: User, interest: Interest, world: World) -> Counter[int]:
    """The interest's mass at the user's time, by the categories of the items that it is of."""
    masses: Counter[int] = Counter()
    evidence = {one.item: one.mass for one in interest.evidence if one.item}
    for item, mass in evidence.items():
        masses[category_of(item, world)] += mass
    rest = interest.mass - sum(evidence.values())
    recent = [r.item for r in user.recents if r.interest == interest.id and r.item not in evidence]
    found = [category for category in (category_of(item, world) for item in recent) if category]
    if rest > LEAST_REST * interest.mass:
        for category in found:
            masses[category] += rest / len(found)
    share = left(user.at - interest.at, interest.half_life)
    return Counter({category: mass * share for category, mass in masses.items() if category})


def category_of(item: int, world: World) -> int:
    """The print of the item's category, 0 for none."""
    known = world.items.get(item)
    return known.category if known else 0
