"""Reading dead letters: which there are now, which of them match, and which were put back."""

import heapq
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from confluent_kafka import Message

from schemas.dead_letters import KeptLetter, read_dead_letter, read_put_back_mark
from schemas.errors import SchemaError
from streams.apps.operators import OperatorError
from streams.apps.reading import Reader
from streams.kafka.topic_plan import topic_plan
from streams.kafka.topics import TopicAdmin, partitions_of
from streams.settings import Settings, dead_letters_of


class Place(NamedTuple):
    """Where a record lies."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


class Found(NamedTuple):
    """A letter, where it lies itself, and when it came there (epoch milliseconds)."""

    place: Place
    at: int
    letter: KeptLetter

    @property
    def source(self) -> Place:
        """Where the message came from."""
        return Place(self.letter.topic, self.letter.partition, self.letter.offset)


class Kind(NamedTuple):
    """What is counted of a letter. whole: nothing of it was cut."""

    source: str
    reason: str
    whole: bool


@dataclass(frozen=True)
class Filters:
    """Which letters are meant; None takes any. topic and place are those of the message where it came from."""

    topic: str | None = None
    reason: str | None = None
    place: Place | None = None

    def take(self, found: Found) -> bool:
        """Whether reason and place fit; the topic was chosen before."""
        return self.reason in (None, found.letter.reason) and self.place in (None, found.source)


@dataclass
class Survey:
    """One look at dead-letter topics.

    newest: the latest that match, newest last. open: those that match and were not put back. closed: those that were,
    by reason. strange: records that are no letters.
    """

    topics: tuple[str, ...]
    newest: list[Found] = field(default_factory=list)
    open: dict[Place, Kind] = field(default_factory=dict)
    closed: Counter[str] = field(default_factory=Counter)
    strange: int = 0

    def is_put_back(self, found: Found) -> bool:
        """Whether the letter was put back."""
        return found.place not in self.open


def place_of(text: str) -> Place:
    """The place written as TOPIC[PARTITION]@OFFSET. Raises OperatorError for anything else."""
    parts = re.fullmatch(r"(.+)\[(\d{1,9})\]@(\d{1,18})", text, re.ASCII)
    if parts is None:
        raise OperatorError(f"--place {text}: write it as it is listed, as 'clickstream[3]@17'")
    return Place(parts[1], int(parts[2]), int(parts[3]))


def topics_of(settings: Settings, filters: Filters) -> tuple[str, ...]:
    """The dead-letter topics that are there, or the one meant. Raises OperatorError when there is none."""
    named = filters.topic or (filters.place and filters.place.topic)
    planned = {topic.name for topic in topic_plan(settings)}
    ours = sorted(dead_letters_of(name) for name in planned if dead_letters_of(name) in planned)
    if named:
        chosen = named if named in ours else dead_letters_of(named)
        if chosen not in ours:
            raise OperatorError(f"topic {named} is none of ours: dead letters are in {', '.join(ours)}")
        return (chosen,)
    there = partitions_of(TopicAdmin(settings).cluster())
    found = tuple(topic for topic in ours if topic in there)
    if not found:
        raise OperatorError(
            f"no dead-letter topic is on {settings.kafka.bootstrap}: make them with `penchant topics create`"
        )
    return found


def survey(settings: Settings, topics: tuple[str, ...], filters: Filters, limit: int) -> Survey:
    """Reads the topics to their present end; `limit` bounds the letters that are kept whole."""
    survey = Survey(topics)
    matching = (found for found in _letters(settings, survey) if filters.take(found))
    newest = heapq.nlargest(max(limit, 1), _noted(matching, survey), key=lambda found: (found.at, found.place))
    survey.newest = newest[:limit][::-1]
    return survey


def letters_again(settings: Settings, survey: Survey) -> Iterator[Found]:
    """The open letters of a survey, each whole, those of a partition in order."""
    again = Survey(survey.topics)
    return (found for found in _letters(settings, again) if found.place in survey.open)


def _letters(settings: Settings, survey: Survey) -> Iterator[Found]:
    """Every letter; a mark, which lies behind its letter, closes it in the survey."""
    with Reader(settings, survey.topics) as reader:
        for message in reader.to_end():
            place = Place(message.topic() or "", message.partition() or 0, message.offset() or 0)
            headers = headers_of(message)
            marked = read_put_back_mark(headers)
            if marked is not None:
                kind = survey.open.pop(place._replace(offset=marked), None)
                survey.closed.update([kind.reason] if kind else [])
                continue
            try:
                letter = read_dead_letter(message.key(), message.value(), headers)
            except SchemaError:
                survey.strange += 1
                continue
            if dead_letters_of(letter.topic) == place.topic:
                yield Found(place, message.timestamp()[1], letter)
            else:
                survey.strange += 1


def _noted(letters: Iterator[Found], survey: Survey) -> Iterator[Found]:
    for found in letters:
        letter = found.letter
        survey.open[found.place] = Kind(letter.topic, letter.reason, letter.whole)
        yield found


def headers_of(message: Message) -> list[tuple[str, bytes | None]]:
    """The message's headers, in order."""
    headers = message.headers() or []
    return [(name, value.encode() if isinstance(value, str) else value) for name, value in headers]
