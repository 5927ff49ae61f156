"""User rows: a head, one row per interest, and chunks of items the user has had; 4,080 bytes at most, little-endian.

Head, 720 bytes:

| offset | type | field | what |
|---|---|---|---|
| 0 | u1 | version | 1 |
| 1 | u1 | event_next | where in event_ids the next one goes |
| 2 | u1 | recent_next | where in the recent columns the next one goes |
| 3 | u1 | (zero) | |
| 4 | u4 | seen_count | items ever written to the seen chunks |
| 8 | u8 | behaviors | applied since the beginning |
| 16 | u8 | id_sum | sum modulo 2**64 of the mixed event-id fingerprints applied |
| 24 | u8 | id_xor | xor of the same |
| 32 | f8 | at | event time of the latest behavior, epoch seconds |
| 40 | u4 | next_interest | id for the next new interest |
| 44 | u4 | used | bit s: interest row s exists |
| 48 | 16 f8 | type_mass | decayed number of behaviors per type code, as of `at` |
| 176 | 32 u8 | event_ids | ring of event-id fingerprints received, 0 where empty |
| 432 | 32 u4 | recent_items | ring of item fingerprints (low 32 bits), 0 where empty |
| 560 | 32 u4 | recent_at | their event times, epoch seconds |
| 688 | 32 u1 | recent_types | their behavior type codes |

Interest, 288 bytes: the 32 bytes below, then the mean vector of its behaviors as 128 float16.

| offset | type | field | what |
|---|---|---|---|
| 0 | u1 | version | 1 |
| 1 | u1 | slot | its place, as in the key; 8 is what the user turned away |
| 2 | u2 | (zero) | |
| 4 | u4 | id | stays with the interest for its life |
| 8 | f8 | mass | decayed sum of behavior weights, as of `at` |
| 16 | f8 | at | epoch seconds |
| 24 | u4 | behaviors | how many made it |
| 28 | u4 | (zero) | |

Seen chunk, 256 bytes: 64 item fingerprints (low 32 bits) u4, 0 where empty. Item number n (from 0) is in chunk
(n // 64) % 3 at place n % 64.
"""

import numpy as np

from schemas.behaviors import BEHAVIOR_TYPES
from schemas.errors import SchemaError, UnknownVersionError
from schemas.vectors import VECTOR_BYTES

VERSION = 1
EVENT_IDS = 32
RECENT = 32
SLOTS = 8
UNWANTED = 8
ROWS_PER_USER = SLOTS + 1
SEEN_CHUNKS = 3
SEEN_CHUNK = 64
SEEN_BYTES = 4 * SEEN_CHUNK

HEAD = np.dtype(
    [
        ("version", "u1"),
        ("event_next", "u1"),
        ("recent_next", "u1"),
        ("pad", "u1"),
        ("seen_count", "<u4"),
        ("behaviors", "<u8"),
        ("id_sum", "<u8"),
        ("id_xor", "<u8"),
        ("at", "<f8"),
        ("next_interest", "<u4"),
        ("used", "<u4"),
        ("type_mass", "<f8", (len(BEHAVIOR_TYPES),)),
        ("event_ids", "<u8", (EVENT_IDS,)),
        ("recent_items", "<u4", (RECENT,)),
        ("recent_at", "<u4", (RECENT,)),
        ("recent_types", "u1", (RECENT,)),
    ]
)
INTEREST = np.dtype(
    [
        ("version", "u1"),
        ("slot", "u1"),
        ("pad", "<u2"),
        ("id", "<u4"),
        ("mass", "<f8"),
        ("at", "<f8"),
        ("behaviors", "<u4"),
        ("pad2", "<u4"),
    ]
)
HEAD_BYTES = HEAD.itemsize
INTEREST_BYTES = INTEREST.itemsize + VECTOR_BYTES


def check_version(row: bytes, what: str, size: int) -> None:
    """Raises UnknownVersionError for a row written by a newer program, SchemaError for what is no such row."""
    if row and row[0] > VERSION:
        raise UnknownVersionError(
            f"a {what} row has version {row[0]}, this program knows up to {VERSION}: run the newer program on this data"
        )
    if row and row[0] < VERSION:
        raise SchemaError(f"a {what} row has version {row[0]}, the first was 1: the bytes are not a {what} row")
    if len(row) != size:
        raise SchemaError(f"a {what} row has {len(row)} bytes, version {VERSION} has {size}")
