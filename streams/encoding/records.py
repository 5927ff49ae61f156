"""Records: what comes in, what it asks of the encoder, what goes out."""

from collections.abc import Callable
from dataclasses import dataclass

from schemas.dead_letters import Headers


@dataclass(frozen=True, slots=True)
class Record:
    """One message as it was read."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to write, on the partition number of the record that it answers; refusal: a dead letter's reason."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A record that was understood: the text to encode (empty: none), and what its vector (256 bytes or None) makes."""

    text: str
    answer: Callable[[bytes | None], Outgoing]


Reader = Callable[[Record], Task]
