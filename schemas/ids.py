"""Ids: what a user, item or event id may be, and how it becomes a 64-bit fingerprint."""

from typing import Annotated

import msgspec
from xxhash import xxh3_64_intdigest

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


def fingerprint(identifier: str) -> int:
    """The stable 64-bit fingerprint (XXH3) of an id; never 0, which marks an empty place in stored rows."""
    return xxh3_64_intdigest(identifier.encode()) or 1
