"""Builders: small catalogs, behaviors and users for tests of the models."""

from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.step import Resolution, StepOptions, receive
from schemas.behaviors import Behavior
from schemas.items import ItemVector
from schemas.vectors import DIMENSIONS, to_bytes

NOON = 1_750_000_000.0
HOUR = 3_600.0
DAY = 86_400.0

_numbers = count()


def unit_vectors(number: int, topics: int = 0, seed: int = 0) -> NDArray[np.float32]:
    """Random unit vectors (n, 128) float32; with topics, vector i lies near those of its topic, i modulo topics."""
    chance = np.random.default_rng(seed)
    vectors = chance.standard_normal((number, DIMENSIONS))
    if topics:
        centers = 2.5 * chance.standard_normal((topics, DIMENSIONS))
        vectors = vectors + centers[np.arange(number) % topics]
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def item(name: str, vector: NDArray[np.float32] | None = None, **fields: Any) -> ItemVector:
    """An item of the encoder "e"."""
    data = None if vector is None else to_bytes(vector)
    return ItemVector(item_id=name, encoder="e", vector=data, title=f"title of {name}", **fields)


def catalog_of(vectors: NDArray[np.float32]) -> Catalog:
    """Items item-0, item-1, … with these vectors."""
    catalog = Catalog(capacity=2)
    for number, vector in enumerate(vectors):
        catalog.put(item(f"item-{number}", vector))
    return catalog


def behavior(kind: str = "view", item_id: str | None = None, at: float = NOON, **fields: Any) -> Behavior:
    """A behavior of the user "ann" with an event id of its own, unless given."""
    fields = {"event_id": f"event-{next(_numbers)}", "user_id": "ann"} | fields
    return Behavior(type=kind, item_id=item_id, occurred_at=round(at * 1e3), **fields)  # type: ignore[arg-type]


def deliver(
    arena: UserArena, catalog: Catalog, behaviors: Sequence[Behavior], options: StepOptions | None = None
) -> Resolution:
    """Receives one batch; users that are not in the arena are added."""
    strangers = dict.fromkeys(b.owner for b in behaviors if arena.slot_of(b.owner) < 0)
    arena.add(list(strangers))
    slots = np.array([arena.slot_of(b.owner) for b in behaviors], np.int64)
    at = np.array([b.at for b in behaviors], np.float64)
    return receive(arena, catalog, slots, behaviors, at, options or StepOptions())


def state_of(arena: UserArena, owner: str) -> tuple[bytes, ...]:
    """Everything the arena holds of a user, as bytes."""
    slot = arena.slot_of(owner)
    columns = (arena.head, arena.feedback, arena.rings, arena.meta, arena.directions, arena.seen)
    return tuple(column[slot].tobytes() for column in columns)
