"""Repair of dead letters: puts messages back to where they came from, each once."""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple

from confluent_kafka import KafkaError, Message, TopicPartition

from schemas.dead_letters import is_whole, put_back_mark
from streams.apps.dead_letters_reading import Found, Place, Survey, headers_of, letters_again
from streams.apps.operators import OperatorError
from streams.apps.reading import GROUP
from streams.kafka.client import open_consumer
from streams.kafka.topics import TopicAdmin, partitions_of
from streams.kafka.transactions import FencedError, Headers, TransactionalProducer, TransactionError
from streams.settings import Settings

CHUNK_RECORDS = 500
CHUNK_BYTES = 16 << 20
TRANSACTION_TIMEOUT = 30.0
ANSWER = 30.0  # seconds in which the source must give a record that it has


class Original(NamedTuple):
    """A message as it was produced, and the letter that it became."""

    found: Found
    key: bytes | None
    value: bytes | None
    headers: Headers


class LostError(Exception):
    """A letter's message can no longer be had; the message says why."""


@dataclass
class Done:
    """How many were put back, and where those came from that were not, with the reason."""

    count: int = 0
    lost: list[tuple[Place, str]] = field(default_factory=list)


class PutBack:
    """The one producer of the deployment that puts back, as a context manager: a later one shuts out this one.

    So two people who put back at once cannot double anything: the later sees all that the earlier has done.
    """

    def __init__(self, settings: Settings) -> None:
        self._producer = TransactionalProducer(settings.kafka, f"{settings.app}.put-back", TRANSACTION_TIMEOUT)

    def __enter__(self) -> "PutBack":
        self._producer.fence()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._producer.close()

    def write(self, originals: Iterable[Original]) -> None:
        """Writes messages to their places' partitions, and a mark behind each letter, in one transaction.

        Raises FencedError when another put-back began, TransactionError for any other failure.
        """
        self._producer.begin()
        try:
            for found, key, value, headers in originals:
                self._producer.produce(found.source.topic, found.source.partition, key, value, headers)
                letter = found.place
                self._producer.produce(letter.topic, letter.partition, None, None, put_back_mark(letter.offset))
            self._producer.commit()
        except (TransactionError, KeyboardInterrupt):
            with suppress(FencedError, TransactionError):
                self._producer.abort()
            raise


def put_back(settings: Settings, producer: PutBack, survey: Survey) -> Done:
    """Puts back the open letters of a survey. Raises OperatorError that says how far it came."""
    done = Done()
    try:
        for chunk in _chunks(_originals(settings, survey, done)):
            producer.write(chunk)
            done.count += len(chunk)
    except FencedError:
        raise OperatorError(
            f"another --put-back began meanwhile; {done.count:,} were put back before: look at what is left"
        ) from None
    except TransactionError as error:
        raise OperatorError(f"{error}; {done.count:,} were put back before: mend this and run it again") from None
    return done


def _originals(settings: Settings, survey: Survey, done: Done) -> Iterator[Original]:
    with Sources(settings) as sources:
        for found in letters_again(settings, survey):
            try:
                yield sources.original_of(found)
            except LostError as error:
                done.lost.append((found.source, str(error)))


def _chunks(originals: Iterable[Original]) -> Iterator[list[Original]]:
    chunk: list[Original] = []
    size = 0
    for original in originals:
        chunk.append(original)
        size += len(original.value or b"")
        if len(chunk) >= CHUNK_RECORDS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


class Sources:
    """The topics that letters came from, as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self._counts = partitions_of(TopicAdmin(settings).cluster())
        self._consumer = open_consumer(settings.kafka, GROUP, partition_eof=True)

    def __enter__(self) -> "Sources":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()

    def original_of(self, found: Found) -> Original:
        """The letter's message; one that was cut is read again. Raises LostError when it is not to be had."""
        letter, source = found.letter, found.source
        if source.partition >= self._counts.get(source.topic, 0):
            raise LostError("the topic has no such partition any more")
        if letter.whole:
            return Original(found, letter.key, letter.value, list(letter.headers))
        message = self._record_at(source)
        if message is None:
            raise LostError("it was kept in part, and its topic has deleted it")
        if not is_whole(message.value(), letter.size, letter.sha256):
            raise LostError("it was kept in part, and another message lies there now: the topic was made anew")
        return Original(found, message.key(), message.value(), list(headers_of(message)))

    def _record_at(self, place: Place) -> Message | None:
        self._consumer.assign([TopicPartition(*place)])
        end = time.monotonic() + ANSWER
        while time.monotonic() < end:
            message = self._consumer.poll(0.2)
            if message is None or (message.topic(), message.partition()) != place[:2]:
                continue
            error = message.error()
            if error is None:
                return message if message.offset() == place.offset else None
            if error.code() == KafkaError._PARTITION_EOF:
                return None
            if not error.retriable():
                raise OperatorError(f"{place} cannot be read: {error.str()}")
        raise OperatorError(f"{place} was not read within {ANSWER:g} s: see that Kafka is up")
