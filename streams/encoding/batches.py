"""Batches: from records to what goes out, one for one and in order."""

from collections.abc import Callable, Mapping, Sequence

from schemas.dead_letters import DeadLetter, dead_letter_headers, dead_letter_key, dead_letter_value
from schemas.errors import SchemaError
from streams.encoding.records import Outgoing, Reader, Record, Task
from streams.kafka.client import MESSAGE_BYTES
from streams.settings import dead_letters_of

FRAME_BYTES = 4096  # more than headers and framing of an answer take


def answers(
    records: Sequence[Record], read: Reader, encode: Callable[[Sequence[str]], Mapping[str, bytes]]
) -> list[Outgoing]:
    """What goes out for each record; a dead letter for one that cannot be understood.

    encode: the vector (256 bytes) of each text.
    """
    understood = [understand(record, read) for record in records]
    vectors = encode([text for task in understood if isinstance(task, Task) for text in task.texts])
    return [
        sendable(record, task.answer([vectors[text] for text in task.texts])) if isinstance(task, Task) else task
        for record, task in zip(records, understood, strict=True)
    ]


def understand(record: Record, read: Reader) -> Task | Outgoing:
    """The task in a record, or its dead letter."""
    try:
        return read(record)
    except SchemaError as error:
        return dead(record, type(error).__name__, str(error))


def sendable(record: Record, answer: Outgoing) -> Outgoing:
    """The answer, or a dead letter where Kafka would refuse it for its size."""
    size = len(answer.key or b"") + len(answer.value or b"")
    if size > MESSAGE_BYTES - FRAME_BYTES:
        return dead(record, "AnswerTooLarge", f"the answer has {size} bytes, a message at most {MESSAGE_BYTES}")
    return answer


def dead(record: Record, reason: str, detail: str) -> Outgoing:
    """The record as a dead letter, on its own partition number."""
    letter = DeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=record.headers,
        reason=reason,
        detail=detail,
    )
    return Outgoing(
        dead_letters_of(record.topic),
        record.partition,
        dead_letter_key(letter),
        dead_letter_value(letter),
        dead_letter_headers(letter),
        reason,
    )
