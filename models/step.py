"""One step: a batch of behaviors is resolved, updates its users, and their records and lists are made."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.prints import item_print
from models.interests import records
from models.interests.arena import UserArena
from models.interests.kernels import Columns, Rules
from models.interests.options import InterestOptions
from models.interests.records import Digest, digest
from models.interests.update import admit_and_apply, apply, rules_of
from models.ranking.options import RankingOptions
from models.ranking.rank import rank
from models.ranking.records import recommendations
from schemas.behaviors import TYPE_CODES, Behavior
from schemas.ids import fingerprint

__all__ = [
    "Digest",
    "Resolution",
    "StepOptions",
    "digest",
    "interest_records",
    "receive",
    "receive_again",
    "receive_encoded",
    "recommend",
]

_ON_ITEM, _ON_NOTHING, _WAITS, _ASKS = range(4)


@dataclass(frozen=True)
class StepOptions:
    """What a step needs to know."""

    interests: InterestOptions = field(default_factory=InterestOptions)
    ranking: RankingOptions = field(default_factory=RankingOptions)

    @cached_property
    def rules(self) -> Rules:
        """The options as kernels take them."""
        return rules_of(self.interests, self.ranking.had)

    @cached_property
    def counts_only(self) -> frozenset[str]:
        """Behavior types of weight 0, which need no vector."""
        return frozenset(name for name, options in self.interests.types.items() if options.weight == 0.0)


@dataclass(frozen=True)
class Resolution:
    """What became of a batch, as indices (int64) into it.

    applied: in the users' states now. waiting: their item is not in the catalog yet. texts: to be encoded first.
    duplicates: how many were received before and changed nothing.
    """

    applied: NDArray[np.int64]
    waiting: NDArray[np.int64]
    texts: NDArray[np.int64]
    duplicates: int


def receive(
    arena: UserArena,
    catalog: Catalog,
    slots: NDArray[np.int64],
    behaviors: Sequence[Behavior],
    at: NDArray[np.float64],
    options: StepOptions,
) -> Resolution:
    """Admits each behavior and applies it if all it needs is here.

    One of weight 0 is applied without a vector; one on an item of the catalog with the item's; one on another item
    waits; one that has a text only is to be encoded.

    Args: slots (n,) of the behaviors' owners; at (n,) epoch seconds.
    """
    fates, columns = _resolve(catalog, slots, behaviors, at, options)
    admitted = admit_and_apply(arena, columns, fates <= _ON_NOTHING, options.rules)
    return _resolution(fates, admitted)


def receive_again(
    arena: UserArena,
    catalog: Catalog,
    slots: NDArray[np.int64],
    behaviors: Sequence[Behavior],
    at: NDArray[np.float64],
    options: StepOptions,
) -> Resolution:
    """Applies behaviors that were admitted before and waited, if what they need is here now."""
    fates, columns = _resolve(catalog, slots, behaviors, at, options)
    ready = fates <= _ON_NOTHING
    apply(arena, _chosen(columns, ready), options.rules)
    return _resolution(fates, np.ones(len(fates), np.bool_))


def receive_encoded(
    arena: UserArena,
    slots: NDArray[np.int64],
    behaviors: Sequence[Behavior],
    at: NDArray[np.float64],
    vectors: NDArray[np.float32],
    has_vector: NDArray[np.bool_],
    options: StepOptions,
) -> None:
    """Applies behaviors that were admitted before and have come back from the encoder.

    Args: vectors (n, 128), of any length but 0; has_vector (n,): false where the text meant nothing to the encoder.
    """
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    good = has_vector & np.isfinite(lengths) & (lengths > 0.0)
    unit = (vectors / np.where(good, lengths, 1.0)[:, None]).astype(np.float32)
    rows = np.where(good, np.arange(len(vectors)), -1)
    prints = np.array([_own_print(behavior) for behavior in behaviors], np.uint32)
    apply(arena, _columns(slots, behaviors, at, prints, unit, rows), options.rules)


def interest_records(arena: UserArena, slots: NDArray[np.int64], encoder: str, options: StepOptions) -> list[bytes]:
    """One encoded InterestRecord per user; their counts of new behaviors are taken and start from 0 again."""
    return records.interest_records(arena, slots, encoder, options.interests)


def recommend(arena: UserArena, slots: NDArray[np.int64], catalog: Catalog, options: StepOptions) -> list[bytes]:
    """One encoded Recommendations per user."""
    ranked = rank(arena, slots, catalog, options.interests, options.ranking)
    return recommendations(arena, slots, catalog, ranked, options.ranking.variant)


def _resolve(
    catalog: Catalog,
    slots: NDArray[np.int64],
    behaviors: Sequence[Behavior],
    at: NDArray[np.float64],
    options: StepOptions,
) -> tuple[NDArray[np.int8], Columns]:
    row_of = catalog.rows.get
    rows = np.array([row_of(behavior.item_id or "", -1) for behavior in behaviors], np.int64)
    known = rows >= 0
    prints = np.where(known, catalog.prints[rows], 0).astype(np.uint32)
    fates = np.where(known, _ON_ITEM, _ON_NOTHING).astype(np.int8)
    for index in np.flatnonzero(~known).tolist():
        behavior = behaviors[index]
        prints[index] = _own_print(behavior)
        if behavior.type not in options.counts_only:
            fates[index] = _WAITS if behavior.item_id else _ASKS if behavior.text else _ON_NOTHING
    vector_rows = np.where(known & catalog.has_vector[rows], rows, -1)
    return fates, _columns(slots, behaviors, at, prints, catalog.vectors, vector_rows)


def _columns(
    slots: NDArray[np.int64],
    behaviors: Sequence[Behavior],
    at: NDArray[np.float64],
    prints: NDArray[np.uint32],
    vectors: NDArray[np.float32],
    vector_rows: NDArray[np.int64],
) -> Columns:
    types = np.array([TYPE_CODES[behavior.type] for behavior in behaviors], np.uint8)
    event_ids = np.array([fingerprint(behavior.event_id) for behavior in behaviors], np.uint64)
    return Columns(slots, types, at, event_ids, prints, vectors, vector_rows)


def _own_print(behavior: Behavior) -> int:
    return 0 if behavior.item_id is None else item_print(behavior.item_id)


def _chosen(columns: Columns, which: NDArray[np.bool_]) -> Columns:
    return Columns(
        columns.slots[which],
        columns.types[which],
        columns.at[which],
        columns.event_ids[which],
        columns.prints[which],
        columns.vectors,
        columns.vector_rows[which],
    )


def _resolution(fates: NDArray[np.int8], admitted: NDArray[np.bool_]) -> Resolution:
    return Resolution(
        applied=np.flatnonzero(admitted & (fates <= _ON_NOTHING)),
        waiting=np.flatnonzero(admitted & (fates == _WAITS)),
        texts=np.flatnonzero(admitted & (fates == _ASKS)),
        duplicates=int(len(fates) - admitted.sum()),
    )
