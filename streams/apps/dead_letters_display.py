"""Display of dead letters: what a terminal shows of bytes that nobody vouches for, and what programs read."""

from collections import Counter
from itertools import chain

import msgspec

from schemas.times import rfc3339
from streams.apps.dead_letters_reading import Found, Survey

SHOWN = 100
SHOWN_KEY = 40
_encoder = msgspec.json.Encoder()


class LetterLine(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as one line of JSON.

    at: when it became one, RFC 3339. topic, partition, offset: where the message came from. key: as text, other bytes
    escaped. value: base64 of what is kept, at most 64 KiB. size and sha256: of the whole value. whole: nothing was cut.
    letter: where the letter itself lies.
    """

    at: str
    reason: str
    detail: str
    topic: str
    partition: int
    offset: int
    key: str | None
    value: bytes | None
    size: int
    sha256: str
    whole: bool
    put_back: bool
    letter: str


def json_of(found: Found, put_back: bool) -> bytes:
    """The letter as a LetterLine."""
    letter = found.letter
    return _encoder.encode(
        LetterLine(
            at=rfc3339(found.at / 1000),
            reason=letter.reason,
            detail=letter.detail,
            topic=letter.topic,
            partition=letter.partition,
            offset=letter.offset,
            key=None if letter.key is None else letter.key.decode(errors="backslashreplace"),
            value=letter.value,
            size=letter.size,
            sha256=letter.sha256,
            whole=letter.whole,
            put_back=put_back,
            letter=str(found.place),
        )
    )


def lines_of(found: Found, put_back: bool) -> list[str]:
    """The letter as lines for people: when, reason, place, key and size; the detail; how the message begins."""
    letter = found.letter
    key = "no key" if letter.key is None else f"key {printable(letter.key, SHOWN_KEY)}"
    size = "no value" if letter.value is None else f"{letter.size:,} bytes"
    head = [
        rfc3339(found.at / 1000)[:19].replace("T", " "),
        printable(letter.reason.encode(), SHOWN_KEY),
        str(found.source),
        key,
        size,
    ]
    lines = ["  ".join(head + (["put back"] if put_back else [])), f"    {printable(letter.detail.encode(), 1024)}"]
    return lines + ([f"    {printable(letter.value, SHOWN)}"] if letter.value else [])


def summary_of(survey: Survey) -> list[str]:
    """Counts by reason, most frequent first, and what else there is to know."""
    kinds = Counter(kind.reason for kind in survey.open.values())
    totals = kinds + survey.closed
    cut = sum(not kind.whole for kind in survey.open.values())
    lines = [
        f"{total:>9,}  {printable(reason.encode(), SHOWN_KEY)}"
        + (f", {survey.closed[reason]:,} of them put back" if survey.closed[reason] else "")
        for reason, total in sorted(totals.items(), key=lambda one: (-one[1], one[0]))
    ]
    lines.append(f"{totals.total():>9,}  dead letters in {len(survey.topics)} topics")
    if cut:
        lines.append(f"{cut:>9,}  are kept in part: to put them back they are read again where they came from")
    if survey.strange:
        lines.append(f"{survey.strange:>9,}  other records, passed over")
    return lines


def printable(data: bytes, limit: int) -> str:
    """At most `limit` characters of it, everything escaped that is not printable."""
    text = data[: 4 * limit].decode(errors="backslashreplace")
    shown = "".join(chain.from_iterable(_escaped(character) for character in text[:limit]))
    return shown if len(text) <= limit and len(data) <= 4 * limit else f"{shown}…"


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
