"""Inspect: what is known of one user, read from the published topics alone."""

from collections.abc import Iterable, Mapping

import typer
from confluent_kafka import Message

from schemas.interests import InterestRecord, decode_interest_record
from schemas.items import ItemVector
from schemas.recommendations import Recommendations, decode_recommendations
from streams.apps.display import catalog_of, lines_of_list, lines_of_record, words_of
from streams.apps.feed import partition_counts
from streams.apps.operators import OperatorError
from streams.apps.reading import Reader, read_catalog
from streams.kafka.partitioners import PARTITIONERS, partition_of
from streams.settings import Settings


def run(settings: Settings, user: str) -> int:
    """Prints the user's interests and latest list. Raises OperatorError when nothing is published for the user."""
    latest = latest_of(settings, user)
    if latest is None:
        raise OperatorError(
            f"nothing is published for `{user}` on {settings.kafka.bootstrap}: see that the id is written as in the"
            " behaviors, and that `penchant worker` runs"
        )
    record, listed = latest
    typer.echo("\n".join(report(record, listed, read_catalog(settings))))
    return 0


def report(record: InterestRecord, listed: Recommendations | None, items: Mapping[str, ItemVector]) -> list[str]:
    """The record and the list as lines."""
    catalog = catalog_of(items)
    lines = ["Interests", *lines_of_record(record, catalog), "", "Recommendations"]
    if listed is None:
        return [*lines, "none is published yet"]
    names = {interest.id: f"like {words[0]}" for interest in record.interests if (words := words_of(interest, catalog))}
    return [*lines, *lines_of_list(listed, items, names)]


def latest_of(settings: Settings, user: str) -> tuple[InterestRecord, Recommendations | None] | None:
    """The user's record and list, None when no record is published; only partitions the user may live in are read."""
    interests, lists = settings.topics.interests, settings.topics.recommendations
    count = partition_counts(settings, (interests, lists))[interests]
    homes = sorted({partition_of(name, user.encode(), count) for name in PARTITIONERS})
    with Reader(settings, (interests, lists), homes) as reader:
        newest = _newest(reader.to_end(), user.encode())
    if (record := newest.get(interests)) is None:
        return None
    listed = newest.get(lists)
    return decode_interest_record(record), None if listed is None else decode_recommendations(listed)


def _newest(messages: Iterable[Message], key: bytes) -> dict[str, bytes | None]:
    newest: dict[str, tuple[int, bytes | None]] = {}
    for message in messages:
        topic, at = message.topic() or "", message.timestamp()[1]
        if message.key() == key and at >= newest.get(topic, (0, None))[0]:
            newest[topic] = (at, message.value())
    return {topic: value for topic, (_, value) in newest.items()}
