"""Feedback: what is turned away or passed over, and by what a user chooses."""

from collections.abc import Mapping
from dataclasses import replace
from math import exp, inf

from models.interests.kernels.types import Rules
from schemas.rows.user import SHOWN
from tests.models.interests.slow.masses import LATEST, faded, left, sketch_with
from tests.models.interests.slow.slots import cosine, unmuted
from tests.models.interests.slow.user import Act, Feedback, Item, User


def turned_away(feedback: Feedback, item: int, category: int, weight: float, at: float, rules: Rules) -> Feedback:
    """What is turned away, with more of an item and half of that of its category."""
    later = max(at, feedback.turned_at)
    sketch = faded(feedback.turned, left(later - feedback.turned_at, rules.turned_half_life))
    own = weight * left(later - at, rules.turned_half_life)
    feedback = replace(feedback, turned=sketch, turned_at=later)
    for value, mass in ((item, own), (category, own / 2)):
        if value:
            feedback = replace(feedback, turned=sketch_with(feedback.turned, value, mass, rules.turned_limit))
    return feedback


def shown(feedback: Feedback, items: tuple[int, ...], at: float, rules: Rules) -> Feedback:
    """The feedback after an impression: what the one before showed and was not chosen is turned away a little."""
    for item in feedback.shown:
        if item:
            feedback = turned_away(feedback, item, 0, rules.ignored, at, rules)
    places = (*items[:SHOWN], *(0,) * (SHOWN - len(items)))
    return replace(feedback, shown=places, shown_at=int(min(max(at, 0.0), LATEST)))


def preferred(feedback: Feedback, item: Item, weight: float, at: float, rules: Rules) -> Feedback:
    """The masses of brands and price bands with those of a wanted item."""
    later = max(at, feedback.attributes_at)
    sketch = faded(feedback.attributes, left(later - feedback.attributes_at, rules.half_life))
    for value in (item.brand, item.price):
        if value:
            sketch = sketch_with(sketch, value, weight * left(later - at, rules.half_life), inf)
    return replace(feedback, attributes=sketch, attributes_at=later)


def chosen(user: User, act: Act, items: Mapping[int, Item]) -> User:
    """The user after a wanted item, if it was shown, is compared with each of the others that were shown with it."""
    feedback = user.feedback
    if feedback is None or not act.item or act.item not in feedback.shown:
        return user
    feedback = replace(feedback, shown=tuple(0 if item == act.item else item for item in feedback.shown))
    user = replace(user, feedback=feedback)
    if act.item not in items:
        return user
    mine = matches(user, items[act.item])
    for other in feedback.shown:
        if other in items:
            weights = compared(feedback.dimensions, mine, matches(user, items[other]))
            feedback = replace(feedback, dimensions=weights)
    return replace(user, feedback=feedback)


def compared(weights: tuple[float, ...], mine: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    """A step down the logistic loss of what was chosen against what was not; weights stay between 0 and 4."""
    apart = [a - b for a, b in zip(mine, other, strict=True)]
    doubt = 1.0 / (1.0 + exp(sum(w * x for w, x in zip(weights, apart, strict=True))))
    return tuple(min(max(w + 0.2 * doubt * x, 0.0), 4.0) for w, x in zip(weights, apart, strict=True))


def matches(user: User, item: Item) -> tuple[float, ...]:
    """How well the item fits in topic, category, brand and price, each from 0 to 1."""
    zeros = (0.0,) * 128
    wanted = [user.interests[place] for place in unmuted(user) if user.interests[place].mass > 0.0]
    near = [cosine(item.vector or zeros, interest.direction) for interest in wanted]
    return (
        max([0.0, *near]),
        _share(user.categories, item.category),
        _share(user.feedback.attributes, item.brand),
        _share(user.feedback.attributes, item.price),
    )


def _share(sketch: tuple[tuple[int, float], ...], value: int) -> float:
    greatest = max(mass for _, mass in sketch)
    return next((mass for known, mass in sketch if known == value and value), 0.0) / max(greatest, 1e-9)
