"""Living: behaviors one after the other are learned from and then change their users."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.memory import in_ring
from models.interests.kernels.step import step_some
from models.interests.kernels.types import Columns, Laws, Rows, Traces, User
from models.ranking.kernels.learning import learn_choice
from models.ranking.kernels.types import Moment, RankingLaws, Shop, Taught


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
    if lessons.taught.mixers.shape[0] == 0:
        stop = columns.slots.shape[0]
        step_some(rows, columns, laws, resolved, admitting, admitted, lessons.traces, np.int64(0), stop)
        return
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
    rings, shop = rows.rings[u], lessons.shop
    if (
        shop.wanted[columns.types[j]]
        and resolved[j]
        and target >= 0
        and not (admitting and in_ring(rings, columns.event_ids[j]))
    ):
        user = User(rows.head[u], rows.feedback[u], rings, rows.meta[u], rows.directions[u])
        moment = Moment(columns.at[j], np.int64(columns.hours[j]), np.int64(columns.devices[j]))
        learn_choice(user, rows.seen[u], target, moment, columns.event_ids[j], lessons.laws, shop, lessons.taught)
    step_some(rows, columns, laws, resolved, admitting, admitted, lessons.traces, j, j + 1)
