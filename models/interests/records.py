"""Interest records: what a user wants, as readers get it."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.attention import Attention, attend
from models.interests.drift import drift
from models.interests.fragments import KEPT
from models.interests.hierarchy import dimension_shares
from models.interests.links import links
from models.interests.names import Names
from models.interests.options import InterestOptions
from models.interests.packing import packed_records
from models.interests.readout import STATES, read_out, starts_of
from models.interests.record_columns import (
    Columns,
    InterestColumns,
    LinkColumns,
    NamedColumns,
    RecordColumns,
    joined,
    largest_first,
)
from models.interests.update import laws_of
from models.interests.words import Wording
from schemas.halves import to_half
from schemas.interests import Rates

Observe = Callable[[NDArray[np.float64], NDArray[np.float64]], None]
LEAST_STRENGTH = 0.05


@dataclass(frozen=True)
class Digest:
    """What must be equal after any crash: counts exactly, masses within 1e-5 of each other.

    id_sum and id_xor fold the ids of all behaviors applied; type_masses: decayed behaviors per type code as of `at`.
    """

    behaviors: int
    id_sum: int
    id_xor: int
    at: float
    type_masses: tuple[float, ...]


def digest(arena: UserArena, slot: int, half_lives: NDArray[np.float64]) -> Digest:
    """The user's digest. Args: half_lives (16,) per type code, seconds."""
    head = arena.head[slot]
    return Digest(
        int(head["behaviors"]),
        int(head["id_sum"]),
        int(head["id_xor"]),
        float(head["at"]),
        tuple(type_masses(head, half_lives).tolist()),
    )


def type_masses(head: np.void, half_lives: NDArray[np.float64]) -> NDArray[np.float64]:
    """Decayed behaviors per type code (16,) as of the head's time; half_lives (16,) seconds."""
    periods = float(head["at"]) / half_lives
    return head["type_mass"] * np.exp2(np.floor(periods) - periods)


def rates_of(arena: UserArena, options: InterestOptions) -> Rates:
    """What was learned of how soon users return, as records carry it."""
    mu, alpha = (arena.arrays.learned["touches"][0] / arena.arrays.learned["exposure"][0]).tolist()
    return Rates(mu, alpha, options.short_half_life, options.turned_half_life, options.horizon)


class RecordWriter:
    """Writes the records of a partition's users; it remembers how some `kept` names in them are written.

    observe: is told what the records of each call say of their users' anomaly and drift (m,), 0 to 1.
    """

    def __init__(
        self, catalog: Catalog, options: InterestOptions, observe: Observe | None = None, kept: int = KEPT
    ) -> None:
        self._observe = observe
        self._catalog = catalog
        self._options = options
        self._rules = laws_of(options, ()).rules
        self._names = Names(catalog, kept)
        self._wording = Wording(catalog)

    def write(self, arena: UserArena, slots: NDArray[np.int64]) -> list[bytes]:
        """One encoded InterestRecord per user; their counts of new behaviors are taken and start from 0 again."""
        self._names.begin()
        rates = rates_of(arena, self._options)
        columns = self._columns(arena, slots, rates)
        records = packed_records(columns, self._names.packed, self._catalog.encoder, rates)
        arena.new_behaviors[slots] = 0
        if self._observe:
            self._observe(columns.records.anomaly, columns.records.drift)
        return records

    def _columns(self, arena: UserArena, slots: NDArray[np.int64], rates: Rates) -> Columns:
        attention = attend(arena, slots, self._options, self._rules)
        return Columns(
            self._records(arena, slots, attention),
            self._interests(arena, slots, attention, rates),
            self._categories(arena, slots),
            self._turned(arena, slots),
            self._links(arena, slots),
        )

    def _records(self, arena: UserArena, slots: NDArray[np.int64], attention: Attention) -> RecordColumns:
        heads = arena.head[slots]
        pack = msgspec.msgpack.Encoder().encode
        return RecordColumns(
            owners=joined([pack(arena.owners[slot]) for slot in slots.tolist()]),
            at=heads["at"],
            behaviors=heads["behaviors"],
            new_behaviors=arena.new_behaviors[slots],
            known=attention.shares.sum(1) > 0.0,
            ready=to_half(attention.ready).view(np.uint8),
            anomaly=heads["anomaly"].astype(np.float64),
            drift=drift(attention.shorts, attention.masses),
            dimensions=dimension_shares(arena.feedback["dimensions"][slots]),
        )

    def _interests(
        self, arena: UserArena, slots: NDArray[np.int64], attention: Attention, rates: Rates
    ) -> InterestColumns:
        found = read_out(arena, slots, attention, self._catalog, rates)
        words = self._wording.of(found.items, found.shares, lambda chosen: found.units[chosen])
        names = self._names
        return InterestColumns(
            starts=found.starts,
            ids=found.ids,
            numbers=found.numbers,
            behaviors=found.behaviors,
            states=names.texts(STATES)[found.states],
            asked_at=found.asked_at,
            labels=names.texts([one.label for one in words]),
            keywords=names.texts([one.keywords for one in words]),
            items=names.items(found.items),
            types=names.types[found.types],
            times=found.times,
            shares=found.shares,
            older=found.older,
            vectors=to_half(found.units).view(np.uint8),
        )

    def _categories(self, arena: UserArena, slots: NDArray[np.int64]) -> NamedColumns:
        heads = arena.head[slots]
        paths = self._names.categories(heads["categories"])
        masses = np.where(paths >= 0, heads["category_mass"].astype(np.float64), 0.0)
        totals = masses.sum(1, keepdims=True)
        return largest_first(np.full_like(paths, -1), paths, masses / np.where(totals > 0.0, totals, 1.0))

    def _turned(self, arena: UserArena, slots: NDArray[np.int64]) -> NamedColumns:
        feedback = arena.feedback[slots]
        ages = np.maximum(arena.head["at"][slots] - feedback["turned_at"], 0.0)
        strengths = feedback["turned_mass"] * np.exp2(-ages / self._options.turned_half_life)[:, None]
        return largest_first(
            *self._names.turned(np.where(strengths >= LEAST_STRENGTH, feedback["turned"], 0)), strengths
        )

    def _links(self, arena: UserArena, slots: NDArray[np.int64]) -> LinkColumns:
        rows = arena.meta
        found = links(rows["sessions"][slots], rows["together"][slots], arena.head["sessions"][slots])
        there = found.first >= 0
        users = slots[np.nonzero(there)[0]]
        pairs = np.stack([rows["id"][users, places[there]] for places in (found.first, found.second)], 1)
        numbers = np.stack([found.support[there], found.confidence[there], found.lift[there]], 1).astype(np.float64)
        return LinkColumns(starts_of(there.sum(1)), pairs, numbers)
