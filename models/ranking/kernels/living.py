"""Living: behaviors one after the other are learned from and then change their users."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.memory import in_ring
from models.interests.kernels.step import step_some
from models.interests.kernels.types import Columns, Laws, Rows, User
from models.ranking.kernels.learning import learn_choice
from models.ranking.kernels.types import Moment, RankingLaws, Shop, Taught
from models.trends.kernels.recents import recents_of


class Traces(NamedTuple):
    """What users wanted right before each behavior: recents (n, 20) uint32 prints, latest first; counts (n,) uint8."""

    recents: NDArray[np.uint32]
    counts: NDArray[np.uint8]


class Lessons(NamedTuple):
    """What behaviors teach on their way: what is taught, and the traces left."""

    laws: RankingLaws
    shop: Shop
    taught: Taught
    traces: Traces


@kernel
def live_each(
    rows: Rows,
    columns: Columns,
    laws: Laws,
    resolved: NDArray[np.bool_],
    admitting: bool,
    admitted: NDArray[np.bool_],
    lessons: Lessons,
) -> None:
    """For each behavior: the variants learn from it, unless it came before; it leaves a trace; its user changes."""
    for j in range(columns.slots.shape[0]):
        live_one(rows, columns, laws, resolved, admitting, admitted, lessons, j)


@kernel
def live_one(
    rows: Rows,
    columns: Columns,
    laws: Laws,
    resolved: NDArray[np.bool_],
    admitting: bool,
    admitted: NDArray[np.bool_],
    lessons: Lessons,
    j: int,
) -> None:
    """The same for behavior j alone."""
    u, target = columns.slots[j], columns.facet_rows[j]
    rings, shop, traces = rows.rings[u], lessons.shop, lessons.traces
    if (
        shop.wanted[columns.types[j]]
        and resolved[j]
        and target >= 0
        and not (admitting and in_ring(rings, columns.event_ids[j]))
    ):
        traces.counts[j] = recents_of(rings, rows.head[u].recents_next, 0, shop.wanted, traces.recents[j])
        user = User(rows.head[u], rows.feedback[u], rings, rows.meta[u], rows.directions[u])
        moment = Moment(columns.at[j], np.int64(columns.hours[j]), np.int64(columns.devices[j]))
        learn_choice(user, rows.seen[u], target, moment, columns.event_ids[j], lessons.laws, shop, lessons.taught)
    step_some(rows, columns, laws, resolved, admitting, admitted, j, j + 1)
