"""Ids: what a user, item or event id may be, and how it becomes a 64-bit fingerprint."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


def fingerprint(identifier: str) -> int:
    """The stable 64-bit fingerprint (XXH3) of an id; never 0, which marks an empty place in stored rows."""
    return xxh3_64_intdigest(identifier.encode()) or 1


def item_print(item_id: str) -> int:
    """The low 32 bits of the id's fingerprint; never 0, which marks an empty place in stored rows."""
    return fingerprint(item_id) & 0xFFFFFFFF or 1


def item_prints(item_ids: Iterable[str]) -> NDArray[np.uint32]:
    """The prints of many items (n,)."""
    return np.maximum(fingerprints(item_ids).astype(np.uint32), np.uint32(1))


def fingerprints(identifiers: Iterable[str]) -> NDArray[np.uint64]:
    """The fingerprints of many ids (n,)."""
    found = np.array([xxh3_64_intdigest(identifier.encode()) for identifier in identifiers], np.uint64)
    return np.maximum(found, np.uint64(1))
