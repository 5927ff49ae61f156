"""Logs for tests: written by hand or drawn at random, with a catalog of as many items."""

from collections.abc import Sequence

import numpy as np

from models.catalog.catalog import Catalog
from models.evaluation.log import Log, log_of
from schemas.behaviors import Behavior
from tests.models.builders import NOON, catalog_of, unit_vectors

Act = tuple[str, int, float]


def log_from(acts: Sequence[Act], items: int = 8) -> tuple[Log, Catalog]:
    """Purchases of (user, number of the item, hours after noon), and their catalog."""
    catalog = catalog_of(unit_vectors(items))
    behaviors = [
        Behavior(
            event_id=str(number),
            type="purchase",
            occurred_at=round((NOON + 3600 * hour) * 1000),
            user_id=user,
            item_id=f"item-{item}",
        )
        for number, (user, item, hour) in enumerate(acts)
    ]
    return log_of(behaviors, catalog), catalog


def random_acts(count: int, users: int, items: int, seed: int = 0) -> list[Act]:
    """Acts at few distinct moments, so that there are ties."""
    chance = np.random.default_rng(seed)
    return [
        (f"user-{chance.integers(users)}", int(chance.integers(items)), float(chance.integers(count)))
        for _ in range(count)
    ]
