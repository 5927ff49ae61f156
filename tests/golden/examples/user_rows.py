"""User rows: an example of each row of a user."""

import numpy as np

from schemas.ids import item_print
from schemas.rows import user
from schemas.vectors import DIMENSIONS
from tests.golden.examples.example import Example, write_row
from tests.golden.slow_rows import (
    Feedback,
    Head,
    Interest,
    Ring,
    read_feedback,
    read_head,
    read_interest,
    read_ring,
    read_seen,
    seen_bits,
)

HEAD = Head(
    version=1,
    ids_next=5,
    recents_next=3,
    used=0b0000_1001,
    seen_count=66,
    behaviors=41,
    id_sum=2**64 - 2,
    id_xor=0x0123456789ABCDEF,
    at=1_718_000_000.25,
    next_interest=4,
    tokens=98.5,
    anomaly=0.125,
    session_interests=0b0000_1000,
    sessions=12,
    hour=5,
    device=1,
    type_mass=tuple(code / 4 for code in range(16)),
    categories=tuple(2**31 + place for place in range(10)),
    category_mass=tuple(place / 8 for place in range(10)),
)
FEEDBACK = Feedback(
    version=1,
    shown_at=1_718_000_000,
    turned_at=1_718_000_000.25,
    attributes_at=1_717_000_000.5,
    shown=tuple(2**32 - 7 + place for place in range(7)),
    turned=tuple(2**31 + place for place in range(8)),
    turned_mass=tuple(place / 2 for place in range(8)),
    dimensions=(1.0, 0.5, 0.25, 2.0),
    attributes=tuple(2**30 + place for place in range(6)),
    attribute_mass=tuple(place / 4 for place in range(6)),
)
RING = Ring(
    event_low=tuple(2**32 - 8 + place for place in range(8)),
    event_high=tuple(2**16 - 8 + place for place in range(8)),
    items=tuple(2**31 + place for place in range(6)),
    at=tuple(1_718_000_000 + place for place in range(6)),
    types=(1, 2, 7, 8, 12, 15),
    interests=(0, 3, 3, 0, 255, 255),
    named=1,
)
INTEREST = Interest(
    version=1,
    slot=3,
    flags=user.PROVEN | user.ASKED,
    sessions=7,
    id=3,
    mass=6.5,
    at=1_718_000_000.25,
    short=2.5,
    turned=0.75,
    half_life=2_592_000.0,
    gap=11.5,
    behaviors=17,
    asked_at=1_717_900_000,
    evidence=(2**31, 2**31 + 1, 2**31 + 2),
    evidence_at=(1_718_000_000, 1_717_000_000, 1_716_000_000),
    evidence_mass=(3.0, 1.5, 0.25),
    evidence_types=(7, 1, 6),
    hours=(0, 1, 2, 3, 5, 6),
    devices=(9, 8, 0),
    together=(4, 0, 0, 0, 0, 0, 0, 254),
    vector=tuple((place - 64) / 64 for place in range(DIMENSIONS)),
)
HAD = [item_print(f"item-{number}") for number in range(5)]
SEEN = tuple(sorted({bit for item in HAD for bit in seen_bits(item)[1]}))
write_head = write_row(user.HEAD)
write_interest = write_row(user.INTEREST)


def write_seen(bits: tuple[int, ...]) -> bytes:
    """The seen chunk with these bits."""
    words = np.zeros(user.SEEN_CHUNK, "<u4")
    for bit in bits:
        words[bit // 32] |= 1 << bit % 32
    return words.tobytes()


USER_ROWS = (
    Example("row_user_head.hex", HEAD, write_head, read_head),
    Example("row_user_feedback.hex", FEEDBACK, write_row(user.FEEDBACK), read_feedback),
    Example("row_user_ring.hex", RING, write_row(user.RING), read_ring),
    Example("row_user_interest.hex", INTEREST, write_interest, read_interest),
    Example("row_user_seen.hex", SEEN, write_seen, read_seen),
)
