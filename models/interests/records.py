"""Interest records: what a user wants, as readers get it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.attention import Attention, attend
from models.interests.drift import drift
from models.interests.fragments import KEPT, Fragments
from models.interests.hierarchy import dimension_shares
from models.interests.linking import links_of
from models.interests.names import Names
from models.interests.options import InterestOptions
from models.interests.overview import Overview, overview
from models.interests.packing import packed_records
from models.interests.readout import read_out
from models.interests.record_columns import (
    Columns,
    InterestColumns,
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
        fragments = Fragments(kept)
        self._names = Names(catalog, fragments)
        self._wording = Wording(catalog, fragments)

    def write(self, arena: UserArena, slots: NDArray[np.int64]) -> list[bytes]:
        """One encoded InterestRecord per user; their counts of new behaviors are taken and start from 0 again."""
        self._names.begin()
        rates = rates_of(arena, self._options)
        columns = self._columns(arena, slots, attend(arena, slots, self._options, self._rules), rates)
        records = packed_records(columns, self._names.packed, self._catalog.encoder, rates)
        arena.new_behaviors[slots] = 0
        if self._observe:
            self._observe(columns.records.anomaly, columns.records.drift)
        return records

    def _columns(self, arena: UserArena, slots: NDArray[np.int64], attention: Attention, rates: Rates) -> Columns:
        seen = overview(arena, slots)
        owners = arena.owners
        records = RecordColumns(
            owners=joined([owners[slot].encode() for slot in slots.tolist()]),
            at=seen.at,
            behaviors=seen.behaviors,
            new_behaviors=seen.new_behaviors,
            known=attention.shares.sum(1) > 0.0,
            ready=to_half(attention.ready).view(np.uint8),
            anomaly=seen.anomaly,
            drift=drift(attention.shorts, attention.masses),
            dimensions=dimension_shares(seen.dimensions),
        )
        interests = self._interests(arena, slots, attention, rates)
        return Columns(records, interests, self._categories(seen), self._turned(seen), links_of(arena, slots))

    def _interests(
        self, arena: UserArena, slots: NDArray[np.int64], attention: Attention, rates: Rates
    ) -> InterestColumns:
        found = read_out(arena, slots, attention, self._catalog, rates)

        def vectors(places: NDArray[np.int64]) -> NDArray[np.float32]:
            users, interests = np.nonzero(attention.used)
            return attention.units[users[places], interests[places]]

        words, names = self._wording.of(found.items, found.shares, vectors), self._names
        return InterestColumns(
            starts=found.starts,
            ids=found.ids,
            numbers=found.numbers,
            behaviors=found.behaviors,
            states=names.states[found.states],
            asked_at=found.asked_at,
            labels=words[:, 0],
            keywords=words[:, 1:],
            items=names.items(found.items),
            types=names.types[found.types],
            times=found.times,
            shares=found.shares,
            older=found.older,
            vectors=found.halves.view(np.uint8),
        )

    def _categories(self, seen: Overview) -> NamedColumns:
        paths = self._names.categories(seen.categories)
        masses = np.where(paths >= 0, seen.masses, 0.0)
        totals = masses.sum(1, keepdims=True)
        return largest_first(np.full_like(paths, -1), paths, masses / np.where(totals > 0.0, totals, 1.0))

    def _turned(self, seen: Overview) -> NamedColumns:
        ages = np.maximum(seen.at - seen.turned_at, 0.0)
        strengths = seen.turned_masses * np.exp2(-ages / self._options.turned_half_life)[:, None]
        return largest_first(*self._names.turned(np.where(strengths >= LEAST_STRENGTH, seen.turned, 0)), strengths)
