"""Feedback: what users turn away or pass over, and by which qualities they choose."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel, making_kernel
from models.interests.kernels.attention import competes
from models.interests.kernels.memory import add_to_sketch
from models.interests.kernels.slots import cosine
from models.interests.kernels.types import (
    BRAND_FACET,
    CATEGORY_FACET,
    FEEDBACK_CHANGED,
    LATEST_STORED,
    PRICE_FACET,
    Columns,
    Integer,
    Rules,
    User,
)
from models.kernels.places import row_of
from schemas.rows.user import ATTRIBUTES, CATEGORIES, DIMENSION_NAMES, SHOWN, SLOTS, TURNED, VERSION

DIMENSION_COUNT = len(DIMENSION_NAMES)
TOPIC, CATEGORY, BRAND, PRICE = range(DIMENSION_COUNT)
CHOICE_RATE = 0.2
MOST_OF_DIMENSION = 4.0
CATEGORY_SHARE = 0.5


@kernel
def begin_feedback(feedback: Any) -> None:
    """A row that does not exist yet comes into being; all dimensions count alike at first."""
    if feedback.version == 0:
        feedback.version = VERSION
        feedback.dimensions[:] = 1.0


@kernel
def turn_away(feedback: Any, item: Integer, category: Integer, weight: float, at: float, rules: Rules) -> int:
    """An item, and half as much its category, count as turned away; bounded, and fading."""
    begin_feedback(feedback)
    if at > feedback.turned_at:
        left = np.exp2((feedback.turned_at - at) / rules.turned_half_life)
        for k in range(TURNED):
            feedback.turned_mass[k] *= left
        feedback.turned_at = at
    late = np.exp2((at - feedback.turned_at) / rules.turned_half_life)
    if item:
        add_to_sketch(feedback.turned, feedback.turned_mass, item, weight * late, rules.turned_limit)
    if category:
        mass = CATEGORY_SHARE * weight * late
        add_to_sketch(feedback.turned, feedback.turned_mass, category, mass, rules.turned_limit)
    return FEEDBACK_CHANGED


@kernel
def show(feedback: Any, items: NDArray[np.uint32], at: float, rules: Rules) -> int:
    """An impression: what was shown before and not acted on counts a little as turned away."""
    begin_feedback(feedback)
    for k in range(SHOWN):
        if feedback.shown[k]:
            turn_away(feedback, feedback.shown[k], 0, rules.ignored, at, rules)
            feedback.shown[k] = 0
    for k in range(min(items.shape[0], SHOWN)):
        feedback.shown[k] = items[k]
    feedback.shown_at = min(max(at, 0.0), LATEST_STORED)
    return FEEDBACK_CHANGED


@kernel
def prefer(feedback: Any, facets: NDArray[np.uint32], weight: float, at: float, rules: Rules) -> int:
    """A wanted item's brand and price band gain mass. facets (5,) of the item; the bits of what changed."""
    if facets[BRAND_FACET] == 0 and facets[PRICE_FACET] == 0:
        return 0
    begin_feedback(feedback)
    if at > feedback.attributes_at:
        left = np.exp2((feedback.attributes_at - at) / rules.half_life)
        for k in range(ATTRIBUTES):
            feedback.attribute_mass[k] *= left
        feedback.attributes_at = at
    added = weight * np.exp2((at - feedback.attributes_at) / rules.half_life)
    for facet in (BRAND_FACET, PRICE_FACET):
        if facets[facet]:
            add_to_sketch(feedback.attributes, feedback.attribute_mass, facets[facet], added, np.inf)
    return FEEDBACK_CHANGED


@kernel
def is_shown(feedback: Any, item: Integer) -> bool:
    """Whether the item is among those shown last and not acted on yet."""
    found = False
    for k in range(SHOWN):
        found |= feedback.shown[k] == item
    return found and item != 0


@making_kernel
def choose(user: User, columns: Columns, j: int) -> int:
    """An item that was shown is chosen: one step of logistic regression against each of the others (Joachims 2002).

    It is taken off what is shown. The bits of what changed.
    """
    feedback = user.feedback
    item, row = columns.prints[j], columns.facet_rows[j]
    for k in range(SHOWN):
        if feedback.shown[k] == item:
            feedback.shown[k] = 0
    if row >= 0:
        mine = np.zeros(DIMENSION_COUNT)
        other = np.zeros(DIMENSION_COUNT)
        _matches(user, columns, row, mine)
        for k in range(SHOWN):
            rival = row_of(feedback.shown[k], columns.item_prints, columns.item_table)
            if rival >= 0:
                _matches(user, columns, rival, other)
                _step(feedback.dimensions, mine, other)
    return FEEDBACK_CHANGED


@kernel
def _step(weights: NDArray[np.float32], chosen: NDArray[np.float64], other: NDArray[np.float64]) -> None:
    margin = 0.0
    for d in range(DIMENSION_COUNT):
        margin += weights[d] * (chosen[d] - other[d])
    doubt = 1.0 / (1.0 + np.exp(margin))
    for d in range(DIMENSION_COUNT):
        moved = weights[d] + CHOICE_RATE * doubt * (chosen[d] - other[d])
        weights[d] = min(max(moved, 0.0), MOST_OF_DIMENSION)


@kernel
def _matches(user: User, columns: Columns, row: int, out: NDArray[np.float64]) -> None:
    """How well an item matches the user in each dimension, 0 to 1."""
    feedback, head, directions = user.feedback, user.head, user.directions
    out[:] = 0.0
    for s in range(SLOTS):
        if competes(head, user.interests, s):
            out[TOPIC] = max(out[TOPIC], cosine(columns.vectors[row], directions[s]))
    facets = columns.facets[row]
    greatest = 0.0
    for k in range(CATEGORIES):
        greatest = max(greatest, head.category_mass[k])
        if head.categories[k] == facets[CATEGORY_FACET] and facets[CATEGORY_FACET]:
            out[CATEGORY] = head.category_mass[k]
    out[CATEGORY] /= max(greatest, 1e-9)
    greatest = 0.0
    for k in range(ATTRIBUTES):
        greatest = max(greatest, feedback.attribute_mass[k])
        if feedback.attributes[k] and feedback.attributes[k] == facets[BRAND_FACET]:
            out[BRAND] = feedback.attribute_mass[k]
        if feedback.attributes[k] and feedback.attributes[k] == facets[PRICE_FACET]:
            out[PRICE] = feedback.attribute_mass[k]
    out[BRAND] /= max(greatest, 1e-9)
    out[PRICE] /= max(greatest, 1e-9)
