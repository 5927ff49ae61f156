"""Journeys: the beginning of a log that a worker can apply without an encoder, for both sides of a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.catalog.catalog import Catalog
from models.evaluation.catalogs import encoded_items
from models.evaluation.log import Log, log_of
from models.step import StepOptions
from schemas.behaviors import Behavior
from schemas.items import ItemVector
from streams.apps.evaluate_trial import Recorded


@dataclass(frozen=True, eq=False)
class Journey:
    """Items with their vectors, and behaviors in order of time. left_out: behaviors passed over on the way.

    Those that wait for an item or a vector, come twice, or say who a visitor is are left out: the evaluation in process
    does not go through them as a worker does.
    """

    items: Sequence[ItemVector]
    log: Log
    left_out: int

    def catalog(self) -> Catalog:
        """The catalog, before anybody did anything."""
        return catalog_of(self.items)


def journey_of(found: Recorded, step: StepOptions, count: int) -> Journey:
    """The first `count` behaviors of a recording that need no encoder."""
    items = list(encoded_items(found.items, found.trial.encode, found.version))
    catalog = catalog_of(items)
    kept: list[Behavior] = []
    seen: set[str] = set()
    passed = 0
    for behavior in found.trial.log.behaviors:
        if len(kept) == count:
            break
        passed += 1
        if behavior.event_id not in seen and _needs_no_encoder(behavior, catalog, step):
            kept.append(behavior)
            seen.add(behavior.event_id)
    return Journey(items, log_of(kept, catalog), passed - len(kept))


def catalog_of(items: Sequence[ItemVector]) -> Catalog:
    """The catalog of these items, a row each in their order."""
    catalog = Catalog(max(len(items), 1))
    for item in items:
        catalog.put(item)
    return catalog


def _needs_no_encoder(behavior: Behavior, catalog: Catalog, step: StepOptions) -> bool:
    if behavior.type == "identify":
        return False
    known = behavior.item_id in catalog.rows if behavior.item_id else not behavior.text
    return known or behavior.type in step.counts_only
