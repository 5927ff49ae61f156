"""Dead letters on a real broker: listed as they are, and put back byte for byte, each once."""

import base64
import json
from collections.abc import Sequence
from hashlib import sha256

import msgspec
import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.dead_letters import (
    DeadLetter,
    dead_letter_headers,
    dead_letter_key,
    dead_letter_value,
    read_put_back_mark,
)
from streams.apps.dead_letters import DeadLettersOptions, run
from streams.apps.dead_letters_display import printable
from streams.apps.dead_letters_reading import Filters, place_of, survey
from streams.apps.dead_letters_repair import PutBack, put_back
from streams.apps.operators import OperatorError
from streams.kafka.topics import create_topics
from streams.settings import Settings, dead_letters_of
from tests.chaos.deployment import environment_of
from tests.kafka.settings import unique_settings
from tests.kafka.topics import Record, read_all
from tests.streams.command import penchant

pytestmark = pytest.mark.kafka

TRACE = (("trace", b"abc"), ("empty", None), ("trace", b"\xff"))
LARGE = bytes(range(256)) * 400
ALL = DeadLettersOptions(put_back=True, yes=True)


@pytest.fixture
def settings(kafka: str) -> Settings:
    """Settings with topics of this test's own, which exist."""
    settings = unique_settings(kafka)
    create_topics(settings)
    return settings


def refused(
    settings: Settings,
    value: bytes | None,
    key: bytes | None = b"ann",
    topic: str = "",
    partition: int = 0,
    reason: str = "SchemaError",
    detail: str = "not a behavior",
) -> DeadLetter:
    """A message in its topic (the clickstream), and its letter."""
    topic = topic or settings.topics.clickstream
    offset = written(settings, topic, key, value, partition, TRACE)
    letter = DeadLetter(
        topic=topic,
        partition=partition,
        offset=offset,
        key=key,
        value=value,
        headers=TRACE,
        reason=reason,
        detail=detail,
    )
    kept = dead_letter_key(letter), dead_letter_value(letter)
    written(settings, dead_letters_of(topic), *kept, partition, dead_letter_headers(letter))
    return letter


def written(
    settings: Settings, topic: str, key: bytes | None, value: bytes | None, partition: int, headers: Sequence
) -> int:
    """The offset that the record got."""
    offsets: list[int] = []
    producer = Producer({"bootstrap.servers": settings.kafka.bootstrap, "linger.ms": 0})
    producer.produce(
        topic, value, key, partition, headers=list(headers), on_delivery=lambda e, m: offsets.append(m.offset())
    )
    assert producer.flush(30) == 0
    return offsets[0]


def at(records: Sequence[Record], partition: int) -> list[Record]:
    return [record for record in records if record.partition == partition]


def read(settings: Settings, topic: str) -> list[Record]:
    return read_all(settings.kafka.bootstrap, topic)


def shown(settings: Settings, capsys: pytest.CaptureFixture[str], code: int = 0, **options: object) -> str:
    capsys.readouterr()
    assert run(settings, DeadLettersOptions(**options)) == code
    return capsys.readouterr().out


def test_letters_of_all_topics_are_listed_with_reason_place_and_beginning_newest_last(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    clickstream, items = settings.topics.clickstream, settings.topics.items
    refused(settings, b'{"type": "stare"}', detail="Invalid enum value 'stare' - at `$.type`", partition=1)
    refused(settings, b"\0\x1b[2J" + LARGE, key=b"mug", topic=items, reason="ContentTypeError")
    refused(settings, None, key=None, partition=1)
    lines = shown(settings, capsys).splitlines()
    assert f"  SchemaError  {clickstream}[1]@0  key ann  17 bytes" in lines[0]
    assert lines[1:3] == ["    Invalid enum value 'stare' - at `$.type`", '    {"type": "stare"}']
    assert f"  ContentTypeError  {items}[0]@0  key mug  102,405 bytes" in lines[3]
    assert lines[5].startswith(r"    \x00\x1b[2J\x00\x01\x02") and lines[5].endswith("…")
    assert f"  SchemaError  {clickstream}[1]@1  no key  no value" in lines[6]
    assert [" ".join(line.split()) for line in lines[8:]] == [
        "2 SchemaError",
        "1 ContentTypeError",
        "3 dead letters in 6 topics",
        "1 are kept in part: to put them back they are read again where they came from",
    ]


def test_filters_choose_and_the_limit_keeps_the_newest(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    topics = settings.topics
    for number in range(4):
        refused(settings, b"{%d" % number, reason="FutureError" if number == 2 else "SchemaError")
    refused(settings, b"{i", topic=topics.items)
    written(settings, dead_letters_of(topics.items), b"k", b"no letter at all", 0, [("trace", b"abc")])

    def firsts(**options: object) -> list[str]:
        lines = shown(settings, capsys, **options).splitlines()
        return [line.strip() for line in lines if line.startswith("    {")]

    assert firsts() == ["{0", "{1", "{2", "{3", "{i"]
    assert firsts(limit=2) == ["{3", "{i"]
    assert firsts(limit=0) == []
    for name in (topics.items, dead_letters_of(topics.items)):
        assert firsts(filters=Filters(topic=name)) == ["{i"]
    assert firsts(filters=Filters(reason="FutureError")) == ["{2"]
    assert firsts(filters=Filters(place=place_of(f"{topics.clickstream}[0]@3"))) == ["{3"]
    assert "1  other records, passed over" in shown(settings, capsys)


def test_json_gives_a_line_for_each_letter(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    letter = refused(settings, b'{"type": "stare"}', key=b"\xffann")
    refused(settings, LARGE)
    first, second = map(json.loads, shown(settings, capsys, json=True).splitlines())
    for name in ("topic", "partition", "offset", "reason", "detail"):
        assert first[name] == getattr(letter, name)
    assert base64.b64decode(first["value"]) == letter.value
    assert (first["key"], first["size"], first["whole"], first["put_back"]) == (r"\xffann", 17, True, False)
    assert first["letter"] == f"{dead_letters_of(letter.topic)}[0]@0"
    assert (second["whole"], second["size"], second["sha256"]) == (False, 102_400, sha256(LARGE).hexdigest())


def test_messages_go_back_as_they_were_whole_or_cut_and_only_once(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    topics = settings.topics
    letters = [
        refused(settings, b'{"type": "stare"}'),
        refused(settings, LARGE, key=None),
        refused(settings, None, key=b"mug" * 30_000),
        refused(settings, b"", partition=1),
        refused(settings, b"{", topic=topics.items, partition=1),
    ]
    assert run(settings, ALL) == 0
    assert "5 put back, 0 not" in capsys.readouterr().out
    for topic, partition in ((topics.clickstream, 0), (topics.clickstream, 1), (topics.items, 1)):
        records = at(read(settings, topic), partition)
        sent = [letter for letter in letters if (letter.topic, letter.partition) == (topic, partition)]
        again = records[len(sent) :]
        assert [(r.key, r.value, r.headers) for r in again] == [(x.key, x.value, x.headers) for x in sent]
    marks = [read_put_back_mark(r.headers) for r in at(read(settings, dead_letters_of(topics.clickstream)), 0)]
    assert marks == [None, None, None, 0, 1, 2]
    assert run(settings, ALL) == 0
    assert "nothing to put back" in capsys.readouterr().out
    assert len(at(read(settings, topics.clickstream), 0)) == 6
    listed = shown(settings, capsys)
    assert listed.count("bytes  put back") + listed.count("no value  put back") == 5
    assert "5  SchemaError, 5 of them put back" in listed


def test_a_message_that_fails_again_is_a_new_letter_that_can_be_put_back(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(settings, b"{")
    assert run(settings, ALL) == 0
    refused(settings, b"{")
    assert "1 of them put back" in shown(settings, capsys)
    assert run(settings, ALL) == 0
    assert "1 put back, 0 not" in capsys.readouterr().out
    assert len(read(settings, settings.topics.clickstream)) == 4


def test_what_its_topic_has_deleted_is_named_and_the_others_are_put_back(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    topic = settings.topics.clickstream
    refused(settings, LARGE)
    refused(settings, b"{")
    refused(settings, LARGE + b"!")
    refused(settings, LARGE + b"?", partition=1)
    admin = AdminClient({"bootstrap.servers": settings.kafka.bootstrap})
    for future in admin.delete_records([TopicPartition(topic, 0, 2), TopicPartition(topic, 1, 1)]).values():
        future.result(30)
    assert run(settings, ALL) == 1
    out = capsys.readouterr().out
    for place in (f"{topic}[0]@0", f"{topic}[1]@0"):
        assert f"{place} is not put back: it was kept in part, and its topic has deleted it" in out
    assert "2 put back, 2 not" in out
    assert [r.value for r in at(read(settings, topic), 0)] == [LARGE + b"!", b"{", LARGE + b"!"]
    assert at(read(settings, topic), 1) == []
    assert "4  SchemaError, 2 of them put back" in shown(settings, capsys)


def test_another_message_at_the_place_of_a_cut_one_is_not_taken_for_it(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = refused(settings, LARGE)
    other = msgspec.structs.replace(letter, value=LARGE + b"!", offset=0, partition=1)
    gone = msgspec.structs.replace(letter, partition=7)
    written(settings, letter.topic, b"ann", LARGE, 1, ())
    for one in (other, gone):
        kept = b"ann", dead_letter_value(one)
        written(settings, dead_letters_of(one.topic), *kept, 1, dead_letter_headers(one))
    assert run(settings, ALL) == 1
    out = capsys.readouterr().out
    assert f"{letter.topic}[1]@0 is not put back: it was kept in part, and another message lies there now" in out
    assert f"{letter.topic}[7]@0 is not put back: the topic has no such partition any more" in out
    assert "1 put back, 2 not" in out


@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 0), (b"", 1)], ids=["no", "silence"])
def test_nothing_is_put_back_without_a_yes(settings: Settings, answer: bytes, code: int) -> None:
    refused(settings, b"{")
    done = penchant("dead-letters", "--put-back", environment=environment_of(settings), given=answer)
    assert done.returncode == code
    assert f"{settings.topics.clickstream}[0]@0" in done.stdout
    assert "Put 1 back where they came from? [y/N]" in done.stdout
    assert len(read(settings, settings.topics.clickstream)) == 1


def test_a_yes_puts_back_what_the_filters_choose(settings: Settings) -> None:
    refused(settings, b"{")
    refused(settings, b"[", reason="FutureError")
    command = ("dead-letters", "--reason", "FutureError", "--put-back", "--limit", "0")
    done = penchant(*command, environment=environment_of(settings), given=b"y\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 put back, 0 not" in done.stdout
    assert [record.value for record in read(settings, settings.topics.clickstream)] == [b"{", b"[", b"["]


def test_of_two_that_put_back_at_once_the_later_one_counts(settings: Settings) -> None:
    refused(settings, b"{")
    topics = (dead_letters_of(settings.topics.clickstream),)
    with PutBack(settings) as earlier:
        planned = survey(settings, topics, Filters(), 50)
        assert run(settings, ALL) == 0
        with pytest.raises(OperatorError, match="another --put-back began meanwhile; 0 were put back before"):
            put_back(settings, earlier, planned)
    assert len(read(settings, settings.topics.clickstream)) == 2


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (DeadLettersOptions(Filters(topic="nowhere")), "topic nowhere is none of ours"),
        (DeadLettersOptions(json=True, put_back=True), "--json lists only"),
    ],
    ids=["topic", "json"],
)
def test_what_cannot_be_done_is_said(settings: Settings, options: DeadLettersOptions, complaint: str) -> None:
    with pytest.raises(OperatorError, match=complaint):
        run(settings, options)


@pytest.mark.parametrize("text", ["", "clickstream", "clickstream@3", "clickstream[x]@3", "clickstream[1]@-3"])
def test_a_place_is_written_as_it_is_listed(text: str) -> None:
    with pytest.raises(OperatorError, match=r"clickstream\[3\]@17"):
        place_of(text)


def test_topics_that_are_not_there_are_named(kafka: str) -> None:
    with pytest.raises(OperatorError, match="penchant topics create"):
        run(unique_settings(kafka), DeadLettersOptions())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"abc", "abc"),
        (b"abcdefghijk", "abcdefghij…"),
        ("äöü☕".encode(), "äöü☕"),
        (b"\x1b]0;x\x07\r\n", r"\x1b]0;x\x07\r\n"),
        ("\u202eabc\u2028".encode(), r"\u202eabc\u2028"),
        (b"\xff\0", r"\xff\x00"),
    ],
)
def test_bytes_are_shown_so_that_no_terminal_obeys_them(data: bytes, expected: str) -> None:
    assert printable(data, 10) == expected
