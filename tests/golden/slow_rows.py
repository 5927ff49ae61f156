"""Slow rows: a second reader of stored user rows, written with `struct` from the table in schemas.rows.user alone."""

from dataclasses import dataclass
from struct import unpack


@dataclass(frozen=True)
class Head:
    """A user's head as plain numbers; fields in the order of the table."""

    version: int
    event_next: int
    recent_next: int
    seen_count: int
    behaviors: int
    id_sum: int
    id_xor: int
    at: float
    next_interest: int
    used: int
    type_mass: tuple[float, ...]
    event_ids: tuple[int, ...]
    recent_items: tuple[int, ...]
    recent_at: tuple[int, ...]
    recent_types: tuple[int, ...]


@dataclass(frozen=True)
class Interest:
    """One interest as plain numbers; fields in the order of the table."""

    version: int
    slot: int
    id: int
    mass: float
    at: float
    behaviors: int
    vector: tuple[float, ...]


def read_head(row: bytes) -> Head:
    """The head in these 720 bytes."""
    return Head(
        *unpack("<BBB", row[0:3]),
        *unpack("<I", row[4:8]),
        *unpack("<QQQ", row[8:32]),
        *unpack("<d", row[32:40]),
        *unpack("<II", row[40:48]),
        type_mass=unpack("<16d", row[48:176]),
        event_ids=unpack("<32Q", row[176:432]),
        recent_items=unpack("<32I", row[432:560]),
        recent_at=unpack("<32I", row[560:688]),
        recent_types=unpack("<32B", row[688:720]),
    )


def read_interest(row: bytes) -> Interest:
    """The interest in these 288 bytes."""
    version, slot = unpack("<BB", row[0:2])
    (identifier,) = unpack("<I", row[4:8])
    mass, at = unpack("<dd", row[8:24])
    (behaviors,) = unpack("<I", row[24:28])
    return Interest(version, slot, identifier, mass, at, behaviors, unpack("<128e", row[32:288]))


def read_seen(row: bytes) -> tuple[int, ...]:
    """The 64 fingerprints in these 256 bytes."""
    return unpack("<64I", row)
