"""Say: the request goes where its user lives, what stays away is named, and what changed is shown."""

import time

import numpy as np
import pytest
from confluent_kafka import Producer

from models.requests.clauses import clauses
from schemas.behaviors import decode_behavior, encode_behavior
from schemas.dead_letters import DeadLetter, dead_letter_headers, dead_letter_value
from schemas.encoding import EncodeAnswer, EncodeRequest, encode_answer, encode_request
from schemas.errors import SchemaError
from schemas.interests import Interest, InterestRecord, InterestState, Rates, encode_interest_record
from schemas.items import ItemVector
from schemas.vectors import DIMENSIONS, to_bytes
from streams.apps.display import catalog_of
from streams.apps.feed import PARTITIONERS
from streams.apps.operators import OperatorError
from streams.apps.said import Watch, find_home
from streams.apps.say import SayOptions, report, request_of, run
from streams.kafka.partitioners import partition_of
from streams.kafka.topics import create_topics
from streams.settings import KafkaSettings, Settings, TopicSettings, dead_letters_of, load_settings
from tests.kafka.topics import create, produce, read_all, unique

PARTITIONS = 6
AXES = np.eye(3, DIMENSIONS, dtype=np.float32)
RATES = Rates(1e-6, 1e-6, 86_400.0, 14 * 86_400.0, 7 * 86_400.0)


def interest(
    identifier: int, attention: float, label: str = "", state: InterestState = "proven", axis: int = 0
) -> Interest:
    return Interest(
        id=identifier,
        intensity=0.5,
        attention=attention,
        mass=1.0,
        short=1.0,
        at=1000.0,
        half_life=86_400.0,
        turned=0.0,
        behaviors=1,
        state=state,
        asked_at=None,
        label=label,
        keywords=(),
        reasons=(),
        older=1.0,
        vector=to_bytes(AXES[axis]),
    )


def record(user: str, *interests: Interest, at: float = 1000.0, behaviors: int = 1) -> InterestRecord:
    return InterestRecord(
        user_id=user,
        at=at,
        behaviors=behaviors,
        new_behaviors=1,
        encoder="e",
        vector=None,
        interests=interests,
        rates=RATES,
    )


def published(settings: Settings, users: list[str], partitioner: str, **more: float) -> None:
    """Publishes a record of each user where this partitioner puts it."""
    for home in range(PARTITIONS):
        there = [user for user in users if partition_of(partitioner, user.encode(), PARTITIONS) == home]
        records = [(user.encode(), encode_interest_record(record(user, **more))) for user in there]
        if records:
            produce(settings.kafka.bootstrap, settings.topics.interests, records, home)


APART = next(
    name
    for name in (f"user-{n}" for n in range(100))
    if len({partition_of(p, name.encode(), PARTITIONS) for p in PARTITIONERS}) == len(PARTITIONERS)
)


def home_of(partitioner: str) -> int:
    """Where a partitioner puts the user whom each puts elsewhere."""
    return partition_of(partitioner, APART.encode(), PARTITIONS)


@pytest.fixture
def settings(kafka: str) -> Settings:
    """Settings with topics of this test's own, which are there."""
    app = unique("say")
    names = {name: f"{app}.{topic}" for name, topic in TopicSettings().model_dump().items() if isinstance(topic, str)}
    topics = TopicSettings(**names, partitions=PARTITIONS)
    made = Settings(app=app, kafka=KafkaSettings(bootstrap=kafka), topics=topics)
    create_topics(made)
    return made


@pytest.mark.kafka
@pytest.mark.parametrize("partitioner", PARTITIONERS)
def test_a_user_with_a_record_lives_where_it_lies_and_the_newest_counts(settings: Settings, partitioner: str) -> None:
    for behaviors in (1, 2):
        published(settings, [APART], partitioner, behaviors=behaviors)
    found = find_home(settings, APART)
    assert (found.partition, found.partitioner) == (home_of(partitioner), partitioner)
    assert found.record is not None and found.record.behaviors == 2


@pytest.mark.kafka
@pytest.mark.parametrize("partitioner", PARTITIONERS)
def test_a_new_user_goes_where_the_partitioner_of_the_others_puts_it(settings: Settings, partitioner: str) -> None:
    published(settings, [f"other-{number}" for number in range(60)], partitioner)
    assert find_home(settings, APART) == (home_of(partitioner), partitioner, None)


@pytest.mark.kafka
def test_a_new_user_goes_where_the_settings_say_else_where_most_producers_would_put_it(settings: Settings) -> None:
    assert find_home(settings, APART).partitioner == "crc32"
    worker = settings.worker.model_copy(update={"partitioner": "murmur2"})
    assert find_home(settings.model_copy(update={"worker": worker}), APART).partitioner == "murmur2"


@pytest.mark.kafka
def test_without_a_worker_the_request_is_sent_and_the_worker_is_named(settings: Settings) -> None:
    with pytest.raises(OperatorError, match=r"no worker has taken it within 1 s: .*`penchant worker`.*penchant doctor"):
        run(settings, SayOptions("ann", "more tea", wait=1))
    (sent,) = read_all(settings.kafka.bootstrap, settings.topics.clickstream)
    behavior = decode_behavior(sent.value or b"")
    assert (sent.key, behavior.type, behavior.user_id, behavior.text) == (b"ann", "request", "ann", "more tea")
    assert abs(behavior.at - time.time()) < 300


@pytest.mark.kafka
def test_what_stays_away_is_named_and_what_came_is_not(settings: Settings) -> None:
    request = request_of(SayOptions("ann", "more tea"), time.time())
    topics, payload = settings.topics, encode_behavior(request)
    home = partition_of("crc32", b"ann", PARTITIONS)

    def came(topic: str, value: bytes) -> None:
        produce(settings.kafka.bootstrap, topic, [(b"ann", value)], home)

    with Watch(settings, request, home) as watch:
        came(topics.encode_requests, encode_request(EncodeRequest(kind="request", model="text", payload=payload)))
        with pytest.raises(OperatorError, match="no encoder has answered it"):
            watch.outcome(2)
        came(topics.interests, encode_interest_record(record("ann", at=request.at, behaviors=7)))
        came(topics.interests, encode_interest_record(record("ann", at=request.at - 1, behaviors=8)))
        came(
            topics.behaviors_encoded,
            encode_answer(EncodeAnswer(kind="request", model="text", payload=payload, encoder="e")),
        )
        with pytest.raises(OperatorError, match="no interest record has come of it"):
            watch.outcome(2)
        came(topics.interests, encode_interest_record(record("bob", at=request.at, behaviors=3)))
        came(topics.interests, encode_interest_record(record("ann", at=request.at, behaviors=9)))
        assert watch.outcome(30).behaviors == 9


@pytest.mark.kafka
def test_a_request_that_is_a_dead_letter_is_told_with_its_reason(settings: Settings) -> None:
    request = request_of(SayOptions("ann", "more tea"), time.time())
    topic = settings.topics.clickstream
    letter = DeadLetter(
        topic=topic,
        partition=0,
        offset=0,
        key=b"ann",
        value=encode_behavior(request),
        headers=(),
        reason="PartitionerError",
        detail="let all producers use the same partitioner",
    )
    with Watch(settings, request, 0) as watch:
        produce_letter(settings, dead_letters_of(topic), letter)
        with pytest.raises(OperatorError, match=r"is a dead letter on .*: let all producers use the same"):
            watch.outcome(30)


def produce_letter(settings: Settings, topic: str, letter: DeadLetter) -> None:
    producer = Producer({"bootstrap.servers": settings.kafka.bootstrap})
    producer.produce(topic, dead_letter_value(letter), letter.key, 0, headers=list(dead_letter_headers(letter)))
    assert producer.flush(30) == 0


@pytest.mark.kafka
def test_a_topic_that_is_not_there_is_named(kafka: str) -> None:
    names = {name: unique(name) for name in ("interests", "encode_requests")}
    create(kafka, names["interests"])
    with pytest.raises(OperatorError, match=f"topic {names['encode_requests']} is not on"):
        run(load_settings(kafka={"bootstrap": kafka}, topics=names), SayOptions("ann", "more tea"))


@pytest.mark.parametrize("text", ["", "  ", "less, please", "no more of that"])
def test_a_text_that_wishes_nothing_is_refused_before_anything_is_sent(text: str) -> None:
    with pytest.raises(OperatorError, match=r"names nothing: say what is wished, as in \"more trail running"):
        run(load_settings(), SayOptions("ann", text))


@pytest.mark.parametrize("user", ["", "x" * 257])
def test_an_id_that_no_behavior_can_have_is_refused(user: str) -> None:
    with pytest.raises(SchemaError, match="user_id"):
        request_of(SayOptions(user, "more tea"), 1_700_000_000.0)


def test_an_anonymous_user_says_it_as_one() -> None:
    request = request_of(SayOptions("visitor", "more tea", anonymous=True), 1_700_000_000.123)
    assert (request.user_id, request.anonymous_id, request.owner) == (None, "visitor", "visitor")
    assert request.occurred_at == 1_700_000_000_123
    assert request_of(SayOptions("a", "b"), 0).event_id != request_of(SayOptions("a", "b"), 0).event_id


def test_the_report_shows_what_was_understood_and_every_interest_before_and_after() -> None:
    titles = {"i1": ("Kettle", 0), "i2": ("Football boots", 1), "i3": ("Trail shoes", 2)}
    items = {
        name: ItemVector(item_id=name, encoder="e", title=title, vector=to_bytes(AXES[axis]))
        for name, (title, axis) in titles.items()
    }
    before = record("ann", interest(1, 0.75, "football", axis=1), interest(2, 0.25, "tea"))
    after = record("ann", interest(1, 0.0, "football", "muted", axis=1), interest(3, 1.0, axis=2))
    lines = report("ann", clauses("trail shoes, never show me football"), before, after, catalog_of(items))
    assert lines[:3] == ["Understood", "  more    trail shoes", "  mute    football"]
    told = [line.split() for line in lines[5:]]
    assert told == [
        ["Trail", "shoes", "|", "Kettle", "-", "100%", "new"],
        ["football", "75%", "0%", "muted"],
        ["tea", "25%", "-", "gone"],
    ]


def test_the_report_of_a_user_without_a_record_has_new_interests_only() -> None:
    after = record("ann", interest(1, 1.0, "t" * 60), interest(2, 0.0, state="turned_away"))
    lines = report("ann", clauses("tea"), None, after, catalog_of({}))
    assert [line.split() for line in lines[4:]] == [
        ["t" * 43 + "…", "-", "100%", "new"],
        ["interest", "2", "-", "0%", "new,", "turned", "away"],
    ]
