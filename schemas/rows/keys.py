"""Row keys: every row of a user shares a prefix, and what is the partition's own sorts first.

| bytes | what |
|---|---|
| 2 | length of the owner's id in UTF-8, big-endian; 0 for rows of the partition itself |
| n | the owner's id (a user or, in the items store, an item's print as 8 hexadecimal digits) |
| 1 | h head, f feedback, r ring, i interest, s seen, a alias, t trend, c factors; |
| | of the partition: P positions, L learned, M mixer, S sources, W waiting |
| 0, 1, 8 or n | ring, interest slot, seen chunk; for a waiting behavior its number, big-endian; for a mixer the |
| | name of its variant of ranking in UTF-8 |
"""

from struct import pack

HEAD = b"h"
FEEDBACK = b"f"
RING = b"r"
INTEREST = b"i"
SEEN = b"s"
ALIAS = b"a"
TREND = b"t"
FACTORS = b"c"
POSITIONS_KEY = b"\0\0P"
LEARNED_KEY = b"\0\0L"
MIXER_PREFIX = b"\0\0M"
SOURCES_KEY = b"\0\0S"
WAITING_PREFIX = b"\0\0W"


def owner_prefix(owner: str) -> bytes:
    """What all rows of this owner begin with."""
    data = owner.encode()
    return len(data).to_bytes(2, "big") + data


def owner_of(key: bytes) -> str | None:
    """The owner of the row with this key, or None for a row of the partition itself."""
    length = int.from_bytes(key[:2], "big")
    return key[2 : 2 + length].decode() if length else None


def waiting_key(number: int) -> bytes:
    """The key of a behavior that waits for its item; numbers sort in order of arrival."""
    return WAITING_PREFIX + pack(">Q", number)


def mixer_key(variant: str) -> bytes:
    """The key of what a variant of ranking has learned."""
    return MIXER_PREFIX + variant.encode()
