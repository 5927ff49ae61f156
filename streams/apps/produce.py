"""Produce: lines of JSON from a file or standard input into a topic, each checked before it is sent."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import typer

from schemas.behaviors import decode_behavior
from schemas.errors import SchemaError
from schemas.items import decode_item
from streams.apps.feed import Feed, Partitioner
from streams.apps.operators import OperatorError
from streams.settings import Settings, TopicSettings

STANDARD_INPUT = Path("-")


@dataclass(frozen=True)
class ProduceOptions:
    """What to send where. rate: records per second, 0 for as fast as it goes."""

    topic: str
    file: Path = STANDARD_INPUT
    rate: float = 0.0
    partitioner: Partitioner = "crc32"


def run(settings: Settings, options: ProduceOptions) -> int:
    """Sends the lines; returns 0 when all are acknowledged.

    Raises: OperatorError for a line that does not fit (those before it are sent), or for one that is not delivered.
    """
    key_of = reader_of_keys(settings.topics, options.topic)
    with lines_of(options.file) as lines, Feed(settings, (options.topic,), options.partitioner) as feed:
        began = time.monotonic()
        for count, (number, line) in enumerate(lines):
            if options.rate:
                feed.wait(began + count / options.rate - time.monotonic())
            try:
                key = key_of(line)
            except SchemaError as error:
                feed.finish()
                raise OperatorError(
                    f"{_name_of(options.file)}, line {number}: {error}; the {count:,} before it are sent: mend this"
                    " line, then send from there on"
                ) from None
            feed.send(options.topic, key, line)
    seconds = time.monotonic() - began
    typer.echo(f"{feed.acknowledged:,} records sent to {options.topic} in {seconds:.1f} s")
    return 0


def reader_of_keys(topics: TopicSettings, topic: str) -> Callable[[bytes], str]:
    """What checks a line for this topic and gives its key: the owner's id of a behavior, the id of an item."""
    known: dict[str, Callable[[bytes], str]] = {
        topics.clickstream: lambda line: decode_behavior(line).owner,
        topics.items: lambda line: decode_item(line).id,
    }
    if topic not in known:
        raise OperatorError(f"topic {topic} is not for producers: send behaviors or items, to {' or '.join(known)}")
    return known[topic]


@contextmanager
def lines_of(file: Path) -> Iterator[Iterator[tuple[int, bytes]]]:
    """The lines that are not empty, with their numbers from 1. Raises OperatorError when the file cannot be read."""
    if file == STANDARD_INPUT:
        yield _numbered(sys.stdin.buffer)
        return
    try:
        source = file.open("rb")
    except OSError as error:
        raise OperatorError(f"{file} cannot be read ({error.strerror}): name a file with one JSON per line") from None
    with source:
        yield _numbered(source)


def _numbered(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(source, 1):
        if stripped := line.strip():
            yield number, stripped


def _name_of(file: Path) -> str:
    return "standard input" if file == STANDARD_INPUT else str(file)
