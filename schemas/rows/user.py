"""User rows: a head, feedback, rings of recent events, items had, and one row per interest; 4,096 bytes at most.

All little-endian. Head, 200 bytes, written at every behavior:

| offset | type | field | what |
|---|---|---|---|
| 0 | u1 | version | 1 |
| 1 | u1 | ids_next | where in the rings' event ids the next one goes |
| 2 | u1 | recents_next | where in the rings' recent behaviors the next one goes |
| 3 | u1 | used | bit s: interest row s exists |
| 4 | u4 | seen_count | items ever written to the seen chunks |
| 8 | u8 | behaviors | applied since the beginning |
| 16 | u8 | id_sum | sum modulo 2**64 of the mixed event-id fingerprints applied |
| 24 | u8 | id_xor | xor of the same |
| 32 | f8 | at | event time of the latest behavior, epoch seconds |
| 40 | u4 | next_interest | id for the next new interest |
| 44 | f4 | tokens | behaviors that may still come at machine pace |
| 48 | f4 | anomaly | moving mean of the mass that was withheld, 0 to 1 |
| 52 | u1 | session_interests | bit s: interest s was touched in the latest session |
| 53 | u1 | sessions | sessions with a touched interest, halved with the interests' own when one is full |
| 54 | u1 | hour | four-hour bin of the day of the latest behavior, local time, 0 to 5 |
| 55 | u1 | device | of the latest behavior: 0 unknown, 1 mobile, 2 desktop, 3 other |
| 56 | 16 f4 | type_mass | decayed behaviors per type code, as of the start of `at`'s half-life period since 1970 |
| 120 | 10 u4 | categories | prints of leaf categories, 0 where empty |
| 160 | 10 f4 | category_mass | their decayed masses, as of `at` |

Feedback, 184 bytes, once there is any:

| offset | type | field | what |
|---|---|---|---|
| 0 | u1 | version | 1 |
| 1 | 3 u1 | (zero) | |
| 4 | u4 | shown_at | when the items below were shown, epoch seconds |
| 8 | f8 | turned_at | epoch seconds |
| 16 | f8 | attributes_at | epoch seconds |
| 24 | 7 u4 | shown | items shown last and not acted on yet, 0 where empty |
| 52 | 8 u4 | turned | prints of items and of leaf categories turned away, 0 where empty |
| 84 | 8 f4 | turned_mass | how strongly, as of turned_at |
| 116 | 4 f4 | dimensions | what tells chosen from shown: weights of topic, category, brand and price |
| 132 | 6 u4 | attributes | prints of brands and price bands, 0 where empty |
| 156 | 6 f4 | attribute_mass | their decayed masses, as of attributes_at |
| 180 | u4 | (zero) | |

Ring, 112 bytes, of which there are 4. Event number n (from 0) is in ring (n // 8) % 4 at place n % 8, recent behavior
number n in ring (n // 6) % 4 at place n % 6.

| offset | type | field | what |
|---|---|---|---|
| 0 | 8 u4 | event_low | low 32 bits of event-id fingerprints received |
| 32 | 8 u2 | event_high | the 16 bits above; both 0 where empty |
| 48 | 6 u4 | items | item fingerprints (low 32 bits), or of the text searched for |
| 72 | 6 u4 | at | their event times, epoch seconds; 0 where empty |
| 96 | 6 u1 | types | their behavior type codes |
| 102 | 6 u1 | interests | the row of the interest that each touched, 255 for none |
| 108 | u1 | named | in ring 0: 1 once a behavior named the user, who is no visitor then |
| 109 | 3 u1 | (zero) | |

Interest, 360 bytes: the 104 below, then the mean vector of its behaviors as 128 float16.

| offset | type | field | what |
|---|---|---|---|
| 0 | u1 | version | 1 |
| 1 | u1 | slot | its place, as in the key |
| 2 | u1 | flags | 1 proven, 2 muted, 4 asked for |
| 3 | u1 | sessions | sessions that touched it |
| 4 | u4 | id | stays with the interest for its life |
| 8 | f8 | mass | decayed sum of behavior weights, as of `at` |
| 16 | f8 | at | epoch seconds |
| 24 | f4 | short | the same sum with a short half-life |
| 28 | f4 | turned | decayed sum of the weights of what turned it away |
| 32 | f4 | half_life | of mass, seconds |
| 36 | f4 | gap | mean natural logarithm of the seconds between its sessions |
| 40 | u4 | behaviors | how many made it |
| 44 | u4 | asked_at | when it was asked for or muted, epoch seconds, 0 for never |
| 48 | 3 u4 | evidence | the items that gave it most, 0 where empty |
| 60 | 3 u4 | evidence_at | when the latest such behavior was, epoch seconds |
| 72 | 3 f4 | evidence_mass | their part of mass, as of `at` |
| 84 | 3 u1 | evidence_types | the latest such behavior's type code |
| 87 | 6 u1 | hours | behaviors by four-hour bin of the local day, all halved when one is full |
| 93 | 3 u1 | devices | behaviors by device (mobile, desktop, other), likewise |
| 96 | 8 u1 | together | sessions that touched interest row s first and this one after, likewise |

Seen chunk, 128 bytes: 1,024 bits in 32 u4, a block of the Bloom filter of items had that models.interests.kernels.seen
describes; there are 3.
"""

import numpy as np

from schemas.behaviors import BEHAVIOR_TYPES
from schemas.errors import SchemaError, UnknownVersionError
from schemas.vectors import VECTOR_BYTES

VERSION = 1
SLOTS = 8
RINGS = 4
RING_IDS = 8
RING_RECENTS = 6
EVENT_IDS = RINGS * RING_IDS
RECENTS = RINGS * RING_RECENTS
NO_INTEREST = 255
CATEGORIES = 10
SHOWN = 7
TURNED = 8
DIMENSION_NAMES = ("topic", "category", "brand", "price")
ATTRIBUTES = 6
EVIDENCE = 3
HOURS = 6
DEVICES = ("mobile", "desktop", "other")
SEEN_CHUNKS = 3
SEEN_CHUNK = 32
SEEN_BYTES = 4 * SEEN_CHUNK
PROVEN, MUTED, ASKED = 1, 2, 4

HEAD = np.dtype(
    [
        ("version", "u1"),
        ("ids_next", "u1"),
        ("recents_next", "u1"),
        ("used", "u1"),
        ("seen_count", "<u4"),
        ("behaviors", "<u8"),
        ("id_sum", "<u8"),
        ("id_xor", "<u8"),
        ("at", "<f8"),
        ("next_interest", "<u4"),
        ("tokens", "<f4"),
        ("anomaly", "<f4"),
        ("session_interests", "u1"),
        ("sessions", "u1"),
        ("hour", "u1"),
        ("device", "u1"),
        ("type_mass", "<f4", (len(BEHAVIOR_TYPES),)),
        ("categories", "<u4", (CATEGORIES,)),
        ("category_mass", "<f4", (CATEGORIES,)),
    ]
)
FEEDBACK = np.dtype(
    [
        ("version", "u1"),
        ("pad", "u1", (3,)),
        ("shown_at", "<u4"),
        ("turned_at", "<f8"),
        ("attributes_at", "<f8"),
        ("shown", "<u4", (SHOWN,)),
        ("turned", "<u4", (TURNED,)),
        ("turned_mass", "<f4", (TURNED,)),
        ("dimensions", "<f4", (len(DIMENSION_NAMES),)),
        ("attributes", "<u4", (ATTRIBUTES,)),
        ("attribute_mass", "<f4", (ATTRIBUTES,)),
        ("pad2", "<u4"),
    ]
)
RING = np.dtype(
    [
        ("event_low", "<u4", (RING_IDS,)),
        ("event_high", "<u2", (RING_IDS,)),
        ("items", "<u4", (RING_RECENTS,)),
        ("at", "<u4", (RING_RECENTS,)),
        ("types", "u1", (RING_RECENTS,)),
        ("interests", "u1", (RING_RECENTS,)),
        ("named", "u1"),
        ("pad", "u1", (3,)),
    ]
)
INTEREST = np.dtype(
    [
        ("version", "u1"),
        ("slot", "u1"),
        ("flags", "u1"),
        ("sessions", "u1"),
        ("id", "<u4"),
        ("mass", "<f8"),
        ("at", "<f8"),
        ("short", "<f4"),
        ("turned", "<f4"),
        ("half_life", "<f4"),
        ("gap", "<f4"),
        ("behaviors", "<u4"),
        ("asked_at", "<u4"),
        ("evidence", "<u4", (EVIDENCE,)),
        ("evidence_at", "<u4", (EVIDENCE,)),
        ("evidence_mass", "<f4", (EVIDENCE,)),
        ("evidence_types", "u1", (EVIDENCE,)),
        ("hours", "u1", (HOURS,)),
        ("devices", "u1", (len(DEVICES),)),
        ("together", "u1", (SLOTS,)),
    ]
)
HEAD_BYTES = HEAD.itemsize
FEEDBACK_BYTES = FEEDBACK.itemsize
RING_BYTES = RING.itemsize
INTEREST_BYTES = INTEREST.itemsize + VECTOR_BYTES
USER_BYTES = HEAD_BYTES + FEEDBACK_BYTES + RINGS * RING_BYTES + SLOTS * INTEREST_BYTES + SEEN_CHUNKS * SEEN_BYTES


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
