"""Dead letters: messages that could not be applied, kept with the reason and the place they came from."""

from hashlib import sha256
from itertools import accumulate

import msgspec

PREFIX = "__streams.errors."
EXCEPTION = PREFIX + "exception"
MESSAGE = PREFIX + "message"
TOPIC = PREFIX + "topic"
PARTITION = PREFIX + "partition"
OFFSET = PREFIX + "offset"
SHA256 = PREFIX + "sha256"
SIZE = PREFIX + "size"
KEPT_BYTES = 64 * 1024
DETAIL_BYTES = 1024

Headers = list[tuple[str, str | bytes | None]]


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One message that could not be applied, and why."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    reason: str
    detail: str


def dead_letter_value(letter: DeadLetter) -> bytes | None:
    """The first 64 KiB of the message's value."""
    return None if letter.value is None else letter.value[:KEPT_BYTES]


def dead_letter_key(letter: DeadLetter) -> bytes | None:
    """The first 64 KiB of the message's key, so that no message is too large to be kept."""
    return None if letter.key is None else letter.key[:KEPT_BYTES]


def dead_letter_headers(letter: DeadLetter) -> Headers:
    """The message's own headers (the first that fit in 64 KiB), then ours: reason, place, size, sha256 of the value."""
    whole = letter.value or b""
    return [
        *_kept_headers(letter.headers),
        (EXCEPTION, letter.reason.encode()),
        (MESSAGE, letter.detail.encode(errors="replace")[:DETAIL_BYTES]),
        (TOPIC, letter.topic.encode()),
        (PARTITION, str(letter.partition).encode()),
        (OFFSET, str(letter.offset).encode()),
        (SIZE, str(len(whole)).encode()),
        (SHA256, sha256(whole).hexdigest().encode()),
    ]


def _kept_headers(headers: tuple[tuple[str, bytes | None], ...]) -> Headers:
    sizes = accumulate(len(name.encode()) + len(value or b"") for name, value in headers)
    return [header for header, size in zip(headers, sizes, strict=True) if size <= KEPT_BYTES]
