"""Tail, inspect and search: what is published, shown to people and to programs, and nothing that is not committed."""

import base64
import json
import subprocess
from contextlib import AbstractContextManager

import pytest
from confluent_kafka import Producer

from schemas.interests import Reason, encode_interest_record
from schemas.items import ItemVector, encode_item_vector
from schemas.recommendations import Reason as Why
from schemas.recommendations import Recommendations, RecommendedItem, encode_recommendations
from schemas.rows import keys
from schemas.rows.alias import AliasRow, encode_alias
from streams.apps.inspect import run as inspect
from streams.apps.operators import OperatorError
from streams.apps.search import SearchRequest
from streams.apps.search import run as search
from streams.kafka.partitioners import PARTITIONERS, partition_of
from streams.settings import KafkaSettings, Settings, TopicSettings
from tests.interests import interest_of, record_of, vector
from tests.kafka.topics import create, produce, unique
from tests.streams.command import penchant, running

pytestmark = pytest.mark.kafka

PARTITIONS = 6
LAMP = vector(1)


def listed(user: str, behaviors: int, *item_ids: str) -> bytes:
    items = tuple(RecommendedItem(item_id, 0.5, 1.0, (Why("interest", 1.0, 3),)) for item_id in item_ids)
    return encode_recommendations(
        Recommendations(
            recommendation_id=f"{user}-{behaviors}",
            user_id=user,
            at=1_323_433_860_000,
            behaviors=behaviors,
            variant="default",
            encoder="e",
            items=items,
        )
    )


def record(user: str, behaviors: int) -> bytes:
    reasons = (Reason("i1", "purchase", 1000.0, 0.75),)
    lamps = interest_of(3, label="desk lamps", behaviors=behaviors, reasons=reasons, older=0.25, vector=LAMP)
    return encode_interest_record(record_of(user, lamps, behaviors=behaviors))


def published(settings: Settings, topic: str, user: str, value: bytes, partition: int = -1) -> None:
    produce(settings.kafka.bootstrap, topic, [(user.encode(), value)], partition)


@pytest.fixture
def settings(kafka: str) -> Settings:
    """Settings with topics of this test's own and a catalog of one item."""
    names = {name: unique(name) for name in ("interests", "recommendations", "items_encoded")}
    create(kafka, *names.values(), partitions=PARTITIONS)
    lamp = encode_item_vector(ItemVector(item_id="i1", encoder="e", title="Desk lamp", vector=LAMP))
    produce(kafka, names["items_encoded"], [(b"i1", lamp), (b"i2", lamp), (b"i2", None)])
    return Settings(app=unique("looking"), kafka=KafkaSettings(bootstrap=kafka), topics=TopicSettings(**names))


def identified(settings: Settings, visitor: str, homes: dict[int, tuple[str, float]]) -> None:
    """The aliases of a visitor as workers store them, and its withdrawn record. homes: users and times by partition."""
    key = keys.owner_prefix(visitor) + keys.ALIAS
    create(settings.kafka.bootstrap, settings.users_changelog, partitions=PARTITIONS)
    for home, (user, at) in homes.items():
        row = encode_alias(AliasRow(user_id=user, partition=0, claimed_at=at, at=at, events=b""))
        produce(settings.kafka.bootstrap, settings.users_changelog, [(b"other", b"?"), (key, row)], home)
        published(settings, settings.topics.interests, visitor, record(visitor, 1), home)
        produce(settings.kafka.bootstrap, settings.topics.interests, [(visitor.encode(), None)], home)


def environment(settings: Settings) -> dict[str, str]:
    topics = settings.topics.model_dump(include={"interests", "recommendations", "items_encoded"})
    named = {f"PENCHANT_TOPICS__{name.upper()}": str(value) for name, value in topics.items()}
    return {"PENCHANT_KAFKA__BOOTSTRAP": settings.kafka.bootstrap, "PENCHANT_APP": settings.app, **named}


def tailing(settings: Settings, *flags: str) -> AbstractContextManager["subprocess.Popen[str]"]:
    return running("tail", "--from-beginning", *flags, environment=environment(settings))


def next_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_tail_shows_lists_with_titles_and_reasons(settings: Settings) -> None:
    published(settings, settings.topics.recommendations, "ann", listed("ann", 2, "i1", "i9"))
    with tailing(settings) as tail:
        assert next_line(tail) == "ann  2011-12-09 12:31  after 2 behaviors\n"
        assert next_line(tail).split() == ["1", "Desk", "lamp", "0.500", "interest", "3"]
        assert next_line(tail).split()[:2] == ["2", "i9"]
        published(settings, settings.topics.recommendations, "bob", listed("bob", 1, "i1"))
        assert next_line(tail) == "\n"
        assert next_line(tail).startswith("bob")


def test_tail_as_json_gives_each_list_of_the_user_as_it_was_published(settings: Settings) -> None:
    topic = settings.topics.recommendations
    for user, behaviors in (("bob", 1), ("ann", 1), ("ann", 2)):
        published(settings, topic, user, listed(user, behaviors, "i1"))
    with tailing(settings, "--json", "--user", "ann") as tail:
        assert [json.loads(next_line(tail)) for _ in range(2)] == [json.loads(listed("ann", n, "i1")) for n in (1, 2)]


def test_tail_shows_nothing_that_was_not_committed(settings: Settings) -> None:
    producer = Producer({"bootstrap.servers": settings.kafka.bootstrap, "transactional.id": unique("tail")})
    producer.init_transactions(30)
    for user, commit in (("ann", False), ("bob", True)):
        producer.begin_transaction()
        producer.produce(settings.topics.recommendations, listed(user, 1, "i1"), user.encode(), 0)
        producer.flush(30)
        producer.commit_transaction(30) if commit else producer.abort_transaction(30)
    with tailing(settings, "--json") as tail:
        assert json.loads(next_line(tail))["user_id"] == "bob"


@pytest.mark.parametrize("partitioner", PARTITIONERS)
def test_inspect_finds_a_user_wherever_a_producer_put_it_and_shows_the_latest(
    settings: Settings, partitioner: str, capsys: pytest.CaptureFixture[str]
) -> None:
    home = partition_of(partitioner, b"ann", PARTITIONS)
    for behaviors in (1, 2):
        published(settings, settings.topics.interests, "ann", record("ann", behaviors), home)
        published(
            settings, settings.topics.recommendations, "ann", listed("ann", behaviors, "i1", f"x{behaviors}"), home
        )
    assert inspect(settings, "ann") == 0
    shown = capsys.readouterr().out
    assert "ann  as of 1970-01-01 00:16  2 behaviors" in shown
    assert "  desk lamps\n      proven  intensity 0.50  attention 1.00  now 100%  always 100%\n" in shown
    assert "      mass 4.00  half-life 30.0 days  2 behaviors\n" in shown
    assert "such as Desk lamp\n" in shown
    assert "75.0%" not in shown
    assert "after 2 behaviors" in shown
    assert "x2" in shown
    assert "x1" not in shown
    assert "0.500  desk lamps\n" in shown


def test_inspect_says_why_and_writes_a_profile(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    published(settings, settings.topics.interests, "ann", record("ann", 1), partition_of("crc32", b"ann", PARTITIONS))
    assert inspect(settings, "ann", why=True) == 0
    assert " 75.0%  1970-01-01 00:16  purchase          Desk lamp\n" in capsys.readouterr().out
    assert inspect(settings, "ann", form="text") == 0
    assert "1. desk lamps: likely (50%)" in capsys.readouterr().out


def test_inspect_as_json_prints_the_record_for_programs(settings: Settings) -> None:
    published(settings, settings.topics.interests, "ann", record("ann", 1), partition_of("crc32", b"ann", PARTITIONS))
    done = penchant("inspect", "ann", "--as", "json", environment=environment(settings))
    assert (done.returncode, done.stderr) == (0, "")
    interest = json.loads(done.stdout)["interests"][0]
    assert interest["reasons"] == [{"item_id": "i1", "type": "purchase", "at": 1000.0, "share": 0.75}]
    assert base64.b64decode(interest["vector"]) == LAMP


def test_inspect_tells_a_user_without_a_list(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    published(settings, settings.topics.interests, "ann", record("ann", 1), partition_of("crc32", b"ann", PARTITIONS))
    assert inspect(settings, "ann") == 0
    assert "Recommendations\nnone is published yet" in capsys.readouterr().out


def test_inspect_refuses_a_user_of_whom_nothing_is_published(settings: Settings) -> None:
    with pytest.raises(OperatorError, match="nothing is published for `nobody`"):
        inspect(settings, "nobody")


def test_inspect_says_who_a_visitor_became(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    homes = sorted({partition_of(name, b"visitor-1", PARTITIONS) for name in PARTITIONERS})
    identified(settings, "visitor-1", {homes[0]: ("ann", 1000.0), homes[-1]: ("bob", 2000.0)})
    told = "visitor `visitor-1` became user `bob` at 1970-01-01 00:33: inspect `bob`\n"
    assert inspect(settings, "visitor-1") == 0
    assert capsys.readouterr().out == told
    assert inspect(settings, "visitor-1", form="text") == 0
    assert capsys.readouterr().out == told
    done = penchant("inspect", "visitor-1", "--as", "json", environment=environment(settings))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"anonymous_id": "visitor-1", "user_id": "bob", "identified_at": 2000.0}
    with pytest.raises(OperatorError, match="nothing is published for `visitor-2`"):
        inspect(settings, "visitor-2")


def test_search_says_who_a_visitor_became(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    home = partition_of("crc32", b"visitor-1", PARTITIONS)
    identified(settings, "visitor-1", {home: ("ann", 1000.0)})
    assert search(settings, SearchRequest("visitor-1", "lamps")) == 0
    told = "visitor `visitor-1` became user `ann` at 1970-01-01 00:16: search as `ann`\n"
    assert capsys.readouterr().out == told
    with pytest.raises(OperatorError, match="nothing is published for `visitor-2`"):
        search(settings, SearchRequest("visitor-2", "lamps"))


def test_inspect_shows_a_visitor_whose_alias_was_dropped_as_unknown(settings: Settings) -> None:
    home = partition_of("crc32", b"visitor-1", PARTITIONS)
    identified(settings, "visitor-1", {home: ("ann", 1000.0)})
    dropped = keys.owner_prefix("visitor-1") + keys.ALIAS, None
    produce(settings.kafka.bootstrap, settings.users_changelog, [dropped], home)
    with pytest.raises(OperatorError, match="nothing is published for `visitor-1`"):
        inspect(settings, "visitor-1")


def test_a_topic_that_is_not_there_is_named(settings: Settings) -> None:
    done = penchant("inspect", "ann", environment={**environment(settings), "PENCHANT_TOPICS__INTERESTS": "nowhere"})
    assert done.returncode == 2
    assert "topic nowhere is not on" in done.stderr
