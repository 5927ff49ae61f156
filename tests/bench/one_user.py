"""One user: what one behavior does to a user's row and which record follows, for an agent that handles one at a time.

The product's own kernels and struct, without the arrays that it keeps for many users at once.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.prints import item_print
from models.catalog.terms import Weighted
from models.compiled import making_kernel
from models.interests.arena import UserArena
from models.interests.attention import Attention, Context, attend_each, empty_attention
from models.interests.columns import DAY, DEVICE_CODES, DWELL, IMPRESSION, NO_PRINTS, OTHER, SKIP, _offset
from models.interests.finding import Finder, finder_of
from models.interests.kernels.step import step_each
from models.interests.kernels.types import Columns, Laws, Rows
from models.interests.links import LINKS, RULE
from models.interests.links import _fill as fill_links
from models.interests.readout import NUMBERS, Readout, read_each
from models.interests.words import best_terms
from models.step import StepOptions
from schemas.behaviors import TYPE_CODES, Behavior
from schemas.halves import round_to_half
from schemas.ids import fingerprint
from schemas.rows.user import (
    EVIDENCE,
    FEEDBACK_BYTES,
    HEAD_BYTES,
    HOURS,
    INTEREST,
    INTEREST_BYTES,
    RING_BYTES,
    RINGS,
    SEEN_BYTES,
    SEEN_CHUNK,
    SEEN_CHUNKS,
    SLOTS,
    USER_BYTES,
)
from schemas.vectors import DIMENSIONS
from tests.bench.one_record import RecordOfOne

META_BYTES = INTEREST.itemsize
HAS_FEEDBACK = 1 << RINGS
HAS_SEEN = HAS_FEEDBACK << 1


class Bytes(NamedTuple):
    """The arena's arrays of its one user as uint8: head (200,), feedback (184,), rings (4, 112), meta (8, 104)."""

    head: NDArray[np.uint8]
    feedback: NDArray[np.uint8]
    rings: NDArray[np.uint8]
    meta: NDArray[np.uint8]


class Found(NamedTuple):
    """What a record says. links (1, 8, 5); pairs (28, 5): room; terms, sources (8, 12); halves (9, 128) uint16."""

    attention: Attention
    readout: Readout
    links: NDArray[np.float32]
    pairs: NDArray[np.float32]
    terms: NDArray[np.int32]
    sources: NDArray[np.int32]
    halves: NDArray[np.uint16]


class OneUser:
    """Room for one user, filled from a row and copied back for every behavior.

    A row is a byte that says which of the rings (bits 0 to 3), of the seen chunks (bits 5 to 7) and whether feedback
    (bit 4) is there, and then the user's rows as the product stores them: head, feedback, rings, interests, seen
    chunks.
    """

    def __init__(self, catalog: Catalog, options: StepOptions) -> None:
        self._catalog = catalog
        self._options = options
        self._laws = options.laws_in(catalog)
        self._weights = options.weights.tolist()
        self.arena = arena = UserArena(1)
        arena.add(["-"])
        self._bytes = Bytes(
            *(column.view(np.uint8).reshape(-1) for column in (arena.head, arena.feedback)),
            arena.rings.view(np.uint8).reshape(RINGS, -1),
            arena.meta.view(np.uint8).reshape(SLOTS, -1),
        )
        self._row = np.zeros(1 + USER_BYTES, np.uint8)
        self._columns = _one_column(catalog)
        self._finder = finder_of(catalog.print_index, len(catalog.ids))
        self._found = _nothing_found()
        self._record = RecordOfOne(catalog, options.interests, arena, self._found)

    def apply(self, row: bytes, behavior: Behavior) -> tuple[bytes, bytes]:
        """The row after the behavior and the record to send. row: b"" for a new user."""
        columns = self._columns_of(behavior)
        context = Context(columns.hours, columns.devices, np.zeros((0, DIMENSIONS), np.float32))
        size = _step(
            np.frombuffer(row, np.uint8),
            columns,
            self._laws,
            self.arena.arrays,
            self._bytes,
            self._row,
            context,
            self.arena.learned["theta"][0],
            self._catalog.terms.weighted(),
            self._finder,
            self._found,
        )
        return self._row[:size].tobytes(), self._record.encoded(behavior.owner)

    def _columns_of(self, behavior: Behavior) -> Columns:
        columns, catalog, at = self._columns, self._catalog, behavior.at
        code = TYPE_CODES[behavior.type]
        quick = code == DWELL and behavior.value is not None
        if quick and behavior.value < self._options.interests.quick_return:  # type: ignore[operator]
            columns.weights[0] = self._weights[SKIP]
        else:
            columns.weights[0] = self._weights[code]
        place = catalog.rows[behavior.item_id or ""]
        columns.types[0], columns.at[0], columns.event_ids[0] = code, at, fingerprint(behavior.event_id)
        columns.prints[0], columns.vector_rows[0], columns.facet_rows[0] = catalog.prints[place], place, place
        context, offset, device = behavior.context, 0.0, 0
        if context is not None:
            bin_ = DAY // HOURS
            offset = 0.0 if context.time_zone is None else _offset(context.time_zone, int(at // bin_))
            device = 0 if context.device is None else DEVICE_CODES.get(context.device.casefold(), OTHER)
        columns.hours[0], columns.devices[0] = (at + offset) % DAY // (DAY // HOURS), device
        shown = [item_print(item) for item in behavior.shown] if code == IMPRESSION else ()
        columns.shown_starts[1] = len(shown)
        return columns._replace(shown=np.array(shown, np.uint32)) if shown else columns


def _one_column(catalog: Catalog) -> Columns:
    return Columns(
        slots=np.zeros(1, np.int64),
        types=np.zeros(1, np.uint8),
        weights=np.zeros(1),
        at=np.zeros(1),
        event_ids=np.zeros(1, np.uint64),
        prints=np.zeros(1, np.uint32),
        hours=np.zeros(1, np.uint8),
        devices=np.zeros(1, np.uint8),
        vectors=catalog.vectors,
        vector_rows=np.zeros(1, np.int64),
        facets=catalog.facets,
        facet_rows=np.zeros(1, np.int64),
        shown=NO_PRINTS,
        shown_starts=np.zeros(2, np.int64),
        item_prints=catalog.prints,
        item_table=catalog.print_index.table,
    )


def _nothing_found() -> Found:
    halves = np.zeros((SLOTS + 1, DIMENSIONS), np.uint16)
    return Found(
        empty_attention(1),
        Readout(
            np.zeros(2, np.int64),
            np.zeros(SLOTS, np.uint32),
            np.zeros((SLOTS, len(NUMBERS))),
            np.zeros(SLOTS, np.uint32),
            np.zeros(SLOTS, np.int64),
            np.zeros(SLOTS),
            np.zeros((SLOTS, EVIDENCE), np.int32),
            np.zeros((SLOTS, EVIDENCE), np.int64),
            np.zeros((SLOTS, EVIDENCE)),
            np.zeros((SLOTS, EVIDENCE)),
            np.zeros(SLOTS),
            halves[1:],
        ),
        np.zeros((1, LINKS, RULE), np.float32),
        np.zeros((SLOTS * (SLOTS - 1) // 2, RULE), np.float32),
        np.zeros((SLOTS, 12), np.int32),
        np.zeros((SLOTS, 12), np.int32),
        halves,
    )


@making_kernel
def _step(
    row: NDArray[np.uint8],
    columns: Columns,
    laws: Laws,
    rows: Rows,
    views: Bytes,
    out: NDArray[np.uint8],
    context: Context,
    theta: NDArray[np.float64],
    weighted: Weighted,
    finder: Finder,
    found: Found,
) -> int:
    """Row in, kernels, row out, and what the record says into found; gives the row's size."""
    _fill(row, rows, views)
    yes = np.ones(1, np.bool_)
    step_each(rows, columns, laws, yes, True, np.empty(1, np.bool_))
    attention, readout = found.attention, found.readout
    slots = np.zeros(1, np.int64)
    attend_each(rows, slots, laws.rules, context, theta, attention)
    read_each(rows.meta, slots, attention, finder, readout)
    found.links[:] = 0.0
    found.links[:, :, :2] = -1.0
    meta = rows.meta[0]
    sessions, together = np.empty((1, SLOTS), np.uint8), np.empty((1, SLOTS, SLOTS), np.uint8)
    for s in range(SLOTS):
        sessions[0, s] = meta[s].sessions
        together[0, s] = meta[s].together
    fill_links(sessions, together, np.full(1, np.float64(rows.head[0].sessions)), found.pairs, found.links)
    round_to_half(attention.ready[0], attention.ready[0].view(np.uint32), found.halves[0])
    count = np.count_nonzero(attention.used)
    readout.starts[1] = count
    masses = readout.shares[:count].astype(np.float32)
    for p in range(count):
        if masses[p].max() <= 0.0:
            masses[p] = 1.0
    found.terms[:count], found.sources[:count] = best_terms(
        readout.items[:count], masses, weighted.ids, weighted.weights, weighted.names
    )
    return _copy_out(rows, views, out)


@making_kernel
def _fill(row: NDArray[np.uint8], rows: Rows, views: Bytes) -> None:
    views.head[:] = 0
    views.feedback[:] = 0
    views.rings[:] = 0
    views.meta[:] = 0
    rows.directions[:] = 0.0
    rows.seen[:] = 0
    if row.shape[0] == 0:
        return
    views.head[:] = row[1 : 1 + HEAD_BYTES]
    at = 1 + HEAD_BYTES
    if row[0] & HAS_FEEDBACK:
        views.feedback[:] = row[at : at + FEEDBACK_BYTES]
        at += FEEDBACK_BYTES
    for r in range(RINGS):
        if row[0] >> r & 1:
            views.rings[r] = row[at : at + RING_BYTES]
            at += RING_BYTES
    for s in range(SLOTS):
        if rows.head[0].used >> s & 1:
            views.meta[s] = row[at : at + META_BYTES]
            _from_half(row[at + META_BYTES : at + INTEREST_BYTES], rows.directions[0, s])
            at += INTEREST_BYTES
    for c in range(SEEN_CHUNKS):
        if row[0] & HAS_SEEN << c:
            chunk = row[at : at + SEEN_BYTES].copy().view(np.uint32)
            rows.seen[0, c * SEEN_CHUNK : (c + 1) * SEEN_CHUNK] = chunk
            at += SEEN_BYTES


@making_kernel
def _copy_out(rows: Rows, views: Bytes, out: NDArray[np.uint8]) -> int:
    head = rows.head[0]
    out[0] = 0
    out[1 : 1 + HEAD_BYTES] = views.head
    at = 1 + HEAD_BYTES
    if rows.feedback[0].version:
        out[0] |= HAS_FEEDBACK
        out[at : at + FEEDBACK_BYTES] = views.feedback
        at += FEEDBACK_BYTES
    for r in range(RINGS):
        if np.any(views.rings[r]):
            out[0] |= 1 << r
            out[at : at + RING_BYTES] = views.rings[r]
            at += RING_BYTES
    halves = np.empty(DIMENSIONS, np.uint16)
    for s in range(SLOTS):
        if head.used >> s & 1:
            out[at : at + META_BYTES] = views.meta[s]
            direction = rows.directions[0, s]
            round_to_half(direction, direction.view(np.uint32), halves)
            out[at + META_BYTES : at + INTEREST_BYTES] = halves.view(np.uint8)
            at += INTEREST_BYTES
    for c in range(SEEN_CHUNKS):
        chunk = rows.seen[0, c * SEEN_CHUNK : (c + 1) * SEEN_CHUNK]
        if np.any(chunk):
            out[0] |= HAS_SEEN << c
            out[at : at + SEEN_BYTES] = chunk.view(np.uint8)
            at += SEEN_BYTES
    return at


@making_kernel
def _from_half(data: NDArray[np.uint8], values: NDArray[np.float32]) -> None:
    halves = data.copy().view(np.uint16)
    bits = values.view(np.uint32)
    for d in range(halves.shape[0]):
        half = np.uint32(halves[d])
        magnitude = half & np.uint32(0x7FFF)
        if magnitude < np.uint32(0x0400):
            values[d] = np.float32(magnitude) / np.float32(16777216.0)
        else:
            bits[d] = (magnitude << np.uint32(13)) + np.uint32(0x38000000)
        bits[d] |= (half & np.uint32(0x8000)) << np.uint32(16)
