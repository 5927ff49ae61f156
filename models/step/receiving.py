"""Receiving: a batch of behaviors is resolved against the catalog, and updates its users."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.prints import item_print
from models.interests.arena import UserArena
from models.interests.columns import columns_of, text_print
from models.interests.kernels.types import Clauses, Columns, Items, Traces
from models.interests.update import apply, ask
from models.ranking.judging import NOTHING, Judgments, judged, may_be_targets
from models.ranking.live import live
from models.step.options import StepOptions
from schemas.behaviors import TYPE_CODES, Behavior
from schemas.vectors import DIMENSIONS

_ON_ITEM, _ON_NOTHING, _WAITS, _ASKS = range(4)


@dataclass(frozen=True)
class Resolution:
    """What became of a batch, as indices (int64) into it.

    applied: in the users' states now; events: those of them that speak for an item of the catalog. waiting: their item
    is not in the catalog yet. texts: to be encoded first. duplicates: how many were received before and changed
    nothing. types (n,) uint8: codes; prints (n,) uint32: of items. traces: what their users wanted right before (n,).
    judgments: what those that came first-hand say of the lists published before.
    """

    applied: NDArray[np.int64]
    events: NDArray[np.int64]
    waiting: NDArray[np.int64]
    texts: NDArray[np.int64]
    duplicates: int
    types: NDArray[np.uint8]
    prints: NDArray[np.uint32]
    traces: Traces
    judgments: Judgments


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
    return _lived(arena, catalog, columns, fates, True, options)


def receive_again(
    arena: UserArena,
    catalog: Catalog,
    slots: NDArray[np.int64],
    behaviors: Sequence[Behavior],
    at: NDArray[np.float64],
    options: StepOptions,
) -> Resolution:
    """Applies behaviors that were admitted before, here or elsewhere, if what they need is here now."""
    fates, columns = _resolve(catalog, slots, behaviors, at, options)
    return _lived(arena, catalog, columns, fates, False, options)


def receive_encoded(
    arena: UserArena,
    catalog: Catalog,
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
    unit, good = _unit(vectors, has_vector)
    rows = np.where(good, np.arange(len(vectors)), -1)
    prints = np.array([_own_print(behavior) for behavior in behaviors], np.uint32)
    columns = columns_of(slots, behaviors, at, options.weights, options.interests.quick_return, prints, unit, rows)
    apply(arena, columns, options.laws_in(catalog))


def receive_asked(
    arena: UserArena,
    catalog: Catalog,
    slot: int,
    behavior: Behavior,
    at: float,
    polarities: Sequence[int],
    vectors: NDArray[np.float32],
    options: StepOptions,
) -> None:
    """Applies a request that was admitted before: it counts, and then each of its clauses changes the interests.

    Args: at: epoch seconds. polarities: of kernels.asking, one per clause; vectors (c, 128), of any length but 0.
    """
    slots, times = np.array([slot]), np.array([at])
    nothing = np.zeros((1, DIMENSIONS), np.float32)
    receive_encoded(arena, catalog, slots, [behavior], times, nothing, np.zeros(1, np.bool_), options)
    unit, good = _unit(vectors, np.ones(len(vectors), np.bool_))
    many = int(good.sum())
    code = TYPE_CODES[behavior.type]
    clauses = Clauses(
        np.repeat(slots, many),
        np.array(polarities, np.int64)[good],
        unit[good],
        np.full(many, code, np.uint8),
        np.repeat(times, many),
        float(options.weights[TYPE_CODES["request"]]),
    )
    items = Items(catalog.prints, catalog.print_index.table, catalog.facets)
    ask(arena, clauses, items, options.laws_in(catalog))


def columns_in(
    catalog: Catalog,
    slots: NDArray[np.int64],
    behaviors: Sequence[Behavior],
    at: NDArray[np.float64],
    options: StepOptions,
) -> tuple[NDArray[np.bool_], Columns]:
    """Behaviors as kernels take them, and which of them wait for no item (n,)."""
    fates, columns = _resolve(catalog, slots, behaviors, at, options)
    return fates != _WAITS, columns


def _lived(
    arena: UserArena, catalog: Catalog, columns: Columns, fates: NDArray[np.int8], admitting: bool, options: StepOptions
) -> Resolution:
    laws, resolved = options.laws_in(catalog), fates <= _ON_NOTHING
    judging = admitting and options.lists
    targets = may_be_targets(arena, columns, catalog, options.wanted) if judging else resolved
    rankings = [one.options for one in options.variants] if options.lists else []
    admitted, traces = live(arena, catalog, columns, laws, resolved, admitting, options.interests, rankings)
    judgments = judged(arena, columns, targets & admitted, traces) if judging else NOTHING
    speaking = options.wanted[columns.types] & (columns.facet_rows >= 0)
    return _resolution(fates, admitted, speaking, columns, traces, judgments)


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
    quick = options.interests.quick_return
    columns = columns_of(slots, behaviors, at, options.weights, quick, prints, catalog.vectors, vector_rows)
    return fates, columns._replace(
        facets=catalog.facets,
        facet_rows=rows,
        item_prints=catalog.prints,
        item_table=catalog.print_index.table,
    )


def _own_print(behavior: Behavior) -> int:
    if behavior.item_id is not None:
        return item_print(behavior.item_id)
    return text_print(behavior.text) if behavior.text else 0


def _unit(vectors: NDArray[np.float32], has_vector: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The vectors at length 1, and which of them can be (n,)."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    good = has_vector & np.isfinite(lengths) & (lengths > 0.0)
    return (vectors / np.where(good, lengths, 1.0)[:, None]).astype(np.float32), good


def _resolution(
    fates: NDArray[np.int8],
    admitted: NDArray[np.bool_],
    speaking: NDArray[np.bool_],
    columns: Columns,
    traces: Traces,
    judgments: Judgments,
) -> Resolution:
    applied = admitted & (fates <= _ON_NOTHING)
    return Resolution(
        applied=np.flatnonzero(applied),
        events=np.flatnonzero(applied & speaking),
        waiting=np.flatnonzero(admitted & (fates == _WAITS)),
        texts=np.flatnonzero(admitted & (fates == _ASKS)),
        duplicates=int(len(fates) - admitted.sum()),
        types=columns.types,
        prints=columns.prints,
        traces=traces,
        judgments=judgments,
    )
