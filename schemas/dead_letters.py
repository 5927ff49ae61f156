"""Dead letters: messages that could not be applied, kept with the reason and the place they came from."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate

import msgspec

from schemas.errors import SchemaError

PREFIX = "__streams.errors."
EXCEPTION = PREFIX + "exception"
MESSAGE = PREFIX + "message"
TOPIC = PREFIX + "topic"
PARTITION = PREFIX + "partition"
OFFSET = PREFIX + "offset"
SIZE = PREFIX + "size"
SHA256 = PREFIX + "sha256"
CUT = PREFIX + "cut"
PUT_BACK = "__streams.put-back"
KEPT_BYTES = 64 * 1024
DETAIL_BYTES = 1024

Headers = list[tuple[str, str | bytes | None]]
OUR_HEADERS = (EXCEPTION, MESSAGE, TOPIC, PARTITION, OFFSET, SIZE, SHA256)


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


class KeptLetter(DeadLetter, frozen=True, kw_only=True):
    """A dead letter as its topic keeps it: key, value and headers may be cut.

    size and sha256: of the message's whole value. whole: whether nothing was cut.
    """

    size: int
    sha256: str
    whole: bool


def dead_letter_value(letter: DeadLetter) -> bytes | None:
    """The first 64 KiB of the message's value."""
    return None if letter.value is None else letter.value[:KEPT_BYTES]


def dead_letter_key(letter: DeadLetter) -> bytes | None:
    """The first 64 KiB of the message's key, so that no message is too large to be kept."""
    return None if letter.key is None else letter.key[:KEPT_BYTES]


def dead_letter_headers(letter: DeadLetter) -> Headers:
    """The message's own headers (the first that fit in 64 KiB), then ours: reason, place, size, sha256 of the value.

    One more in front of ours says when the key or the headers were cut; a cut value shows by its size.
    """
    whole = letter.value or b""
    kept = _kept_headers(letter.headers)
    cut = len(kept) < len(letter.headers) or dead_letter_key(letter) != letter.key
    return [
        *kept,
        *([(CUT, b"1")] if cut else []),
        (EXCEPTION, letter.reason.encode()),
        (MESSAGE, letter.detail.encode(errors="replace")[:DETAIL_BYTES]),
        (TOPIC, letter.topic.encode()),
        (PARTITION, str(letter.partition).encode()),
        (OFFSET, str(letter.offset).encode()),
        (SIZE, str(len(whole)).encode()),
        (SHA256, sha256(whole).hexdigest().encode()),
    ]


def read_dead_letter(key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes | None]]) -> KeptLetter:
    """The letter in a record of a dead-letter topic. Raises SchemaError when there is none."""
    own, ours = headers[: -len(OUR_HEADERS)], headers[-len(OUR_HEADERS) :]
    if tuple(name for name, _ in ours) != OUR_HEADERS:
        raise SchemaError(f"not a dead letter: its last headers are not {', '.join(OUR_HEADERS)}")
    reason, detail, topic, partition, offset, size, digest = [
        (text or b"").decode(errors="replace") for _, text in ours
    ]
    if not (_is_number(partition) and _is_number(offset) and _is_number(size)):
        raise SchemaError(f"not a dead letter: its {PARTITION}, {OFFSET} and {SIZE} are not all numbers")
    cut = bool(own) and own[-1] == (CUT, b"1")
    return KeptLetter(
        topic=topic,
        partition=int(partition),
        offset=int(offset),
        key=key,
        value=value,
        headers=tuple(own[:-1] if cut else own),
        reason=reason,
        detail=detail,
        size=int(size),
        sha256=digest,
        whole=not cut and is_whole(value, int(size), digest),
    )


def is_whole(value: bytes | None, size: int, digest: str) -> bool:
    """Whether this is the value that a letter tells the size and the sha256 of."""
    whole = value or b""
    return len(whole) == size and sha256(whole).hexdigest() == digest


def put_back_mark(offset: int) -> Headers:
    """Headers of the mark, a record without key and value, that the letter at this offset was put back.

    It lies on the letter's own partition, behind it.
    """
    return [(PUT_BACK, str(offset).encode())]


def read_put_back_mark(headers: Sequence[tuple[str, bytes | None]]) -> int | None:
    """The offset of the letter that was put back, None where the record is no mark."""
    if len(headers) != 1 or headers[0][0] != PUT_BACK:
        return None
    offset = (headers[0][1] or b"").decode(errors="replace")
    return int(offset) if _is_number(offset) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _kept_headers(headers: tuple[tuple[str, bytes | None], ...]) -> Headers:
    sizes = accumulate(len(name.encode()) + len(value or b"") for name, value in headers)
    return [header for header, size in zip(headers, sizes, strict=True) if size <= KEPT_BYTES]
