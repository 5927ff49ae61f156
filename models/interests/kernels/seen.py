"""Seen: which items a user has had, in few bytes: a Bloom filter in three blocks that thins out when it is full.

An item sets 4 bits of one block (Bloom 1970; blocks, Putze et al. 2007). With n items in 3,072 bits, of items not had
one is taken for one with the chance (1 - exp(-4 n / 3072))**4: .03 % at 100, .3 % at 200, 3 % at 400. A block of which
5/8 are set forgets bits at random for each item to come (as a stable Bloom filter, Deng and Rafiei 2006), so that the
chance stays below 16 %; what is forgotten so is mostly old. A union of two may be fuller.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.types import SEEN_CHANGED, Integer
from models.kernels.chance import STEP, scrambled
from schemas.rows.user import SEEN_CHUNK, SEEN_CHUNKS

BITS: Final = 32 * SEEN_CHUNK
MOST_SET: Final = 5 * BITS // 8
MARKS: Final = 4


@kernel
def has_seen(seen: NDArray[np.uint32], item: Integer) -> bool:
    """Whether the user has had the item, by its print; may be wrong where it says yes, as above."""
    mixed = scrambled(np.uint64(item) + STEP)
    start = _block_of(mixed) * SEEN_CHUNK
    for k in range(MARKS):
        bit = _bit_of(mixed, k)
        if not seen[start + (bit >> 5)] >> np.uint32(bit & 31) & np.uint32(1):
            return False
    return True


@kernel
def mark_seen(head: Any, seen: NDArray[np.uint32], item: Integer) -> int:
    """Remembers that the user has had an item; the bits of what changed."""
    if has_seen(seen, item):
        return 0
    mixed = scrambled(np.uint64(item) + STEP)
    block = _block_of(mixed)
    own = seen[block * SEEN_CHUNK : (block + 1) * SEEN_CHUNK]
    if _set_bits(own) >= MOST_SET:
        for k in range(MARKS, 3 * MARKS):
            bit = _bit_of(mixed, k)
            own[bit >> 5] &= ~(np.uint32(1) << np.uint32(bit & 31))
    for k in range(MARKS):
        bit = _bit_of(mixed, k)
        own[bit >> 5] |= np.uint32(1) << np.uint32(bit & 31)
    head.seen_count += 1
    return SEEN_CHANGED << block


@kernel
def unite_seen(head: Any, seen: NDArray[np.uint32], other: Any, other_seen: NDArray[np.uint32]) -> int:
    """Adds all that another has had; the bits of what changed."""
    changed = 0
    for k in range(seen.shape[0]):
        if other_seen[k] & ~seen[k]:
            seen[k] |= other_seen[k]
            changed |= SEEN_CHANGED << (k // SEEN_CHUNK)
    head.seen_count += other.seen_count
    return changed


@kernel
def _block_of(mixed: np.uint64) -> int:
    return int(np.int64((mixed >> np.uint64(40)) % np.uint64(SEEN_CHUNKS)))


@kernel
def _bit_of(mixed: np.uint64, k: int) -> int:
    """The k-th of a row of bits within a block (double hashing, Kirsch and Mitzenmacher 2006)."""
    first, step = np.int64(mixed & np.uint64(0xFFFFF)), np.int64(mixed >> np.uint64(20) & np.uint64(0xFFFFF)) | 1
    return int((first + k * step) % BITS)


@kernel
def _set_bits(words: NDArray[np.uint32]) -> int:
    count = 0
    for word in words:
        left = word
        while left:
            left &= left - np.uint32(1)
            count += 1
    return count
