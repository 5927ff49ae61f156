"""Interest records: what a user wants, as readers get it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.interests.arena import UserArena
from models.interests.attention import attend
from models.interests.options import InterestOptions
from models.interests.packing import RecordColumns, packed_records
from schemas.rows.user import SLOTS, UNWANTED


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


def interest_records(arena: UserArena, slots: NDArray[np.int64], encoder: str, options: InterestOptions) -> list[bytes]:
    """One encoded InterestRecord per user; their counts of new behaviors are taken and start from 0 again."""
    records = packed_records(record_columns(arena, slots, options), encoder)
    arena.new_behaviors[slots] = 0
    return records


def record_columns(arena: UserArena, slots: NDArray[np.int64], options: InterestOptions) -> RecordColumns:
    """What the records of these users say."""
    attention = attend(arena, slots, options)
    users, places = np.nonzero(attention.used)
    at = slots[users], places
    masses = attention.masses[users, places]
    shares = np.zeros(attention.used.shape)
    shares[:, :SLOTS] = attention.shares
    heads, meta, owners = arena.head, arena.meta, arena.owners
    return RecordColumns(
        user_ids=[owners[slot] for slot in slots.tolist()],
        at=heads["at"][slots],
        behaviors=heads["behaviors"][slots],
        new_behaviors=arena.new_behaviors[slots],
        ready=attention.ready,
        counts=attention.used[:, :SLOTS].sum(1),
        unwanted=attention.used[:, UNWANTED],
        ids=meta["id"][at],
        intensities=masses / (1.0 + masses),
        attention=shares[users, places],
        masses=meta["mass"][at],
        mass_at=meta["at"][at],
        interest_behaviors=meta["behaviors"][at],
        units=attention.units[users, places],
        half_life=options.half_life,
    )


def digest(arena: UserArena, slot: int) -> Digest:
    """The user's digest."""
    head = arena.head[slot]
    return Digest(
        int(head["behaviors"]),
        int(head["id_sum"]),
        int(head["id_xor"]),
        float(head["at"]),
        tuple(head["type_mass"].tolist()),
    )
