"""Records: what comes in, what it asks of the encoder, what goes out."""

from collections.abc import Callable, Sequence
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
    """A record that was understood: the texts to encode, none empty, and what their vectors (256 bytes each) make."""

    texts: tuple[str, ...]
    answer: Callable[[Sequence[bytes]], Outgoing]


Reader = Callable[[Record], Task]
