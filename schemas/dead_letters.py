"""Dead letters: messages that could not be applied, kept with the reason and the place they came from."""

from hashlib import sha256

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
    """The first 64 KiB of the message."""
    return None if letter.value is None else letter.value[:KEPT_BYTES]


def dead_letter_headers(letter: DeadLetter) -> Headers:
    """The message's own headers and ours: reason, place, size, and sha256 of the whole value."""
    whole = letter.value or b""
    return [
        *letter.headers,
        (EXCEPTION, letter.reason.encode()),
        (MESSAGE, letter.detail.encode()),
        (TOPIC, letter.topic.encode()),
        (PARTITION, str(letter.partition).encode()),
        (OFFSET, str(letter.offset).encode()),
        (SIZE, str(len(whole)).encode()),
        (SHA256, sha256(whole).hexdigest().encode()),
    ]
