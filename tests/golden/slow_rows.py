"""Slow rows: a second reader of stored rows, written with `struct` from the tables in schemas.rows alone."""

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


@dataclass(frozen=True)
class Factors:
    """What was learned of an item."""

    version: int
    print: int
    bias: float
    bias_square: float
    square: float
    vector: tuple[int, ...]


@dataclass(frozen=True)
class Mixer:
    """What a partition has learned about ranking, tables line by line."""

    version: int
    steps: int
    weights: tuple[float, ...]
    squares: tuple[float, ...]
    attention: tuple[float, ...]
    attention_squares: tuple[float, ...]
    hidden: tuple[float, ...]
    hidden_squares: tuple[float, ...]
    output: tuple[float, ...]
    output_squares: tuple[float, ...]


@dataclass(frozen=True)
class Trend:
    """One item's trend; prints, near and far of its neighbors, and what it was shown with."""

    version: int
    companions: int
    neighbors: int
    print: int
    behaviors: int
    events: float
    born: float
    born_at: float
    at: float
    shown: float
    landmark: float
    popularity: tuple[float, ...]
    totals: tuple[float, ...]
    impressions: float
    half_life: float
    prints: tuple[int, ...]
    near: tuple[float, ...]
    far: tuple[float, ...]
    shown_with: tuple[int, ...]
    shown_counts: tuple[float, ...]


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
    """The bits that are set in these 128 bytes."""
    return tuple(8 * place + k for place, byte in enumerate(row) for k in range(8) if byte >> k & 1)


def seen_bits(item: int) -> tuple[int, tuple[int, ...]]:
    """The chunk, and the bits of it that say that the item with this print was had."""
    mixed = splitmix(item)
    first, step = mixed % 2**20, mixed // 2**20 % 2**20 | 1
    return mixed // 2**40 % 3, tuple((first + k * step) % 1024 for k in range(4))


def splitmix(value: int) -> int:
    """SplitMix64's next output after the state `value`."""
    z = (value + 0x9E3779B97F4A7C15) % 2**64
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
    return z ^ z >> 31


def read_learned(row: bytes) -> Learned:
    """What was learned, in these 136 bytes."""
    return Learned(
        row[0],
        theta=unpack("<6d", row[8:56]),
        squares=unpack("<6d", row[56:104]),
        touches=unpack("<2d", row[104:120]),
        exposure=unpack("<2d", row[120:136]),
    )


def read_factors(row: bytes) -> Factors:
    """The factors in these 52 bytes."""
    return Factors(row[0], unpack("<I", row[4:8])[0], *unpack("<3f", row[8:20]), vector=unpack("<16h", row[20:52]))


def read_mixer(row: bytes) -> Mixer:
    """The mixer in these 4,848 bytes."""
    return Mixer(
        row[0],
        unpack("<Q", row[8:16])[0],
        weights=unpack("<70d", row[16:576]),
        squares=unpack("<70d", row[576:1136]),
        attention=unpack("<72d", row[1136:1712]),
        attention_squares=unpack("<72d", row[1712:2288]),
        hidden=unpack("<304f", row[2288:3504]),
        hidden_squares=unpack("<304f", row[3504:4720]),
        output=unpack("<16f", row[4720:4784]),
        output_squares=unpack("<16f", row[4784:4848]),
    )


def read_trend(row: bytes) -> Trend:
    """The trend in these bytes, 96 and 12 per neighbor and 8 per companion."""
    n, c = unpack("<H", row[2:4])[0], row[1]
    return Trend(
        row[0],
        c,
        n,
        *unpack("<IQ", row[4:16]),
        *unpack("<6d", row[16:64]),
        popularity=unpack("<4f", row[64:80]),
        totals=unpack("<2f", row[80:88]),
        impressions=unpack("<f", row[88:92])[0],
        half_life=unpack("<f", row[92:96])[0],
        prints=unpack(f"<{n}I", row[96 : 96 + 4 * n]),
        near=unpack(f"<{n}f", row[96 + 4 * n : 96 + 8 * n]),
        far=unpack(f"<{n}f", row[96 + 8 * n : 96 + 12 * n]),
        shown_with=unpack(f"<{c}I", row[96 + 12 * n : 96 + 12 * n + 4 * c]),
        shown_counts=unpack(f"<{c}f", row[96 + 12 * n + 4 * c :]),
    )
