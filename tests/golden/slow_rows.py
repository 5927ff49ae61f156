"""Slow rows: a second reader of stored user rows, written with `struct` from the tables in schemas.rows alone."""

from dataclasses import dataclass
from struct import unpack


@dataclass(frozen=True)
class Head:
    """A user's head as plain numbers; fields in the order of the table, as in all that follow."""

    version: int
    ids_next: int
    recents_next: int
    used: int
    seen_count: int
    behaviors: int
    id_sum: int
    id_xor: int
    at: float
    next_interest: int
    tokens: float
    anomaly: float
    session_interests: int
    sessions: int
    hour: int
    device: int
    type_mass: tuple[float, ...]
    categories: tuple[int, ...]
    category_mass: tuple[float, ...]


@dataclass(frozen=True)
class Feedback:
    """A user's feedback."""

    version: int
    shown_at: int
    turned_at: float
    attributes_at: float
    shown: tuple[int, ...]
    turned: tuple[int, ...]
    turned_mass: tuple[float, ...]
    dimensions: tuple[float, ...]
    attributes: tuple[int, ...]
    attribute_mass: tuple[float, ...]


@dataclass(frozen=True)
class Ring:
    """One of a user's rings."""

    event_low: tuple[int, ...]
    event_high: tuple[int, ...]
    items: tuple[int, ...]
    at: tuple[int, ...]
    types: tuple[int, ...]
    interests: tuple[int, ...]
    named: int


@dataclass(frozen=True)
class Interest:
    """One interest."""

    version: int
    slot: int
    flags: int
    sessions: int
    id: int
    mass: float
    at: float
    short: float
    turned: float
    half_life: float
    gap: float
    behaviors: int
    asked_at: int
    evidence: tuple[int, ...]
    evidence_at: tuple[int, ...]
    evidence_mass: tuple[float, ...]
    evidence_types: tuple[int, ...]
    hours: tuple[int, ...]
    devices: tuple[int, ...]
    together: tuple[int, ...]
    vector: tuple[float, ...]


@dataclass(frozen=True)
class Learned:
    """What a partition has learned."""

    version: int
    theta: tuple[float, ...]
    squares: tuple[float, ...]
    touches: tuple[float, ...]
    exposure: tuple[float, ...]


def read_head(row: bytes) -> Head:
    """The head in these 200 bytes."""
    return Head(
        *unpack("<BBBB", row[0:4]),
        *unpack("<I", row[4:8]),
        *unpack("<QQQ", row[8:32]),
        *unpack("<d", row[32:40]),
        *unpack("<I", row[40:44]),
        *unpack("<ff", row[44:52]),
        *unpack("<BBBB", row[52:56]),
        type_mass=unpack("<16f", row[56:120]),
        categories=unpack("<10I", row[120:160]),
        category_mass=unpack("<10f", row[160:200]),
    )


def read_feedback(row: bytes) -> Feedback:
    """The feedback in these 184 bytes."""
    return Feedback(
        *unpack("<B", row[0:1]),
        *unpack("<I", row[4:8]),
        *unpack("<dd", row[8:24]),
        shown=unpack("<7I", row[24:52]),
        turned=unpack("<8I", row[52:84]),
        turned_mass=unpack("<8f", row[84:116]),
        dimensions=unpack("<4f", row[116:132]),
        attributes=unpack("<6I", row[132:156]),
        attribute_mass=unpack("<6f", row[156:180]),
    )


def read_ring(row: bytes) -> Ring:
    """The ring in these 112 bytes."""
    return Ring(
        event_low=unpack("<8I", row[0:32]),
        event_high=unpack("<8H", row[32:48]),
        items=unpack("<6I", row[48:72]),
        at=unpack("<6I", row[72:96]),
        types=unpack("<6B", row[96:102]),
        interests=unpack("<6B", row[102:108]),
        named=row[108],
    )


def read_interest(row: bytes) -> Interest:
    """The interest in these 360 bytes."""
    return Interest(
        *unpack("<BBBB", row[0:4]),
        *unpack("<I", row[4:8]),
        *unpack("<dd", row[8:24]),
        *unpack("<ffff", row[24:40]),
        *unpack("<II", row[40:48]),
        evidence=unpack("<3I", row[48:60]),
        evidence_at=unpack("<3I", row[60:72]),
        evidence_mass=unpack("<3f", row[72:84]),
        evidence_types=unpack("<3B", row[84:87]),
        hours=unpack("<6B", row[87:93]),
        devices=unpack("<3B", row[93:96]),
        together=unpack("<8B", row[96:104]),
        vector=unpack("<128e", row[104:360]),
    )


def read_seen(row: bytes) -> tuple[int, ...]:
    """The 32 fingerprints in these 128 bytes."""
    return unpack("<32I", row)


def read_learned(row: bytes) -> Learned:
    """What was learned, in these 136 bytes."""
    return Learned(
        row[0],
        theta=unpack("<6d", row[8:56]),
        squares=unpack("<6d", row[56:104]),
        touches=unpack("<2d", row[104:120]),
        exposure=unpack("<2d", row[120:136]),
    )
