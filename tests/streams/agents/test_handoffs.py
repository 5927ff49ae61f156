"""Visitors who turn out to be users: nothing they did is lost or counts twice, wherever they and the users live."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.options import DAY
from schemas.behaviors import Behavior
from schemas.dead_letters import EXCEPTION, MESSAGE
from schemas.handoffs import Claim, History, decode_handoff, encode_handoff
from streams.agents.interests import RETIREMENT_MARGIN
from streams.kafka.partitioners import PARTITIONERS, partition_of
from streams.settings import dead_letters_of
from tests.streams.agents.partitions import NOON, TOPICS, Partitions, Sent, done, identified, seen

LONG = round(400 * DAY * 1000)


@pytest.fixture
def partitions(tmp_path: Path) -> Iterator[Partitions]:
    made = Partitions(tmp_path)
    yield made
    made.close()


def kinds(sent: list[Sent]) -> Counter[str]:
    return Counter(type(decode_handoff(one.value or b"")).__name__ for one in sent)


def lives_elsewhere(partitions: Partitions, name: str, other: str) -> str:
    """A name that begins so and lives in another partition than the other."""
    names = (f"{name}-{number}" for number in range(100))
    return next(one for one in names if partitions.home_of(one) != partitions.home_of(other))


# -- the straight path


def test_the_history_of_a_visitor_ends_in_the_user(partitions: Partitions):
    visitor = lives_elsewhere(partitions, "visitor", "ann")
    partitions.send(seen(visitor, "v1"), seen(visitor, "v2", NOON + 1000), done("ann", "a1"))
    partitions.settle()
    partitions.send(identified("ann", visitor, "a2", NOON + 2000))
    partitions.settle()
    assert partitions.behaviors() == {"ann": 4}
    assert partitions.records(visitor)[-1] is None
    last = partitions.records("ann")[-1]
    assert last is not None
    assert (last.behaviors, last.new_behaviors) == (4, 2)
    assert sum(interest.behaviors for interest in last.interests) == 3


def test_the_totals_of_the_users_records_stay_provable(partitions: Partitions):
    partitions.send(seen("visitor", "v1"), done("ann", "a1"), identified("ann", "visitor", "a2"), seen("visitor", "v2"))
    partitions.settle()
    before = 0
    for record in partitions.records("ann"):
        assert record is not None
        assert record.behaviors - record.new_behaviors == before
        before = record.behaviors
    assert before == 4


def test_later_behaviors_of_the_visitor_count_for_the_user(partitions: Partitions):
    partitions.send(seen("visitor", "v1"), identified("ann", "visitor", "a1"))
    partitions.settle()
    partitions.send(seen("visitor", "v2"), seen("visitor", "v3"), done("ann", "a2"))
    partitions.settle()
    assert partitions.behaviors() == {"ann": 5}


def test_a_visitor_and_a_user_of_one_partition_are_joined_too(tmp_path: Path):
    partitions = Partitions(tmp_path, count=1)
    partitions.send(seen("visitor", "v1"), identified("ann", "visitor", "a1"), seen("visitor", "v2"))
    partitions.settle()
    assert partitions.behaviors() == {"ann": 3}
    partitions.close()


def test_a_claim_that_comes_before_any_behavior_holds_for_those_that_come(partitions: Partitions):
    partitions.send(identified("ann", "visitor", "a1"))
    partitions.settle()
    partitions.send(seen("visitor", "v1"), seen("visitor", "v2"))
    partitions.settle()
    assert partitions.behaviors() == {"ann": 3}
    assert kinds(partitions.handoffs())["History"] == 0


# -- repetition


def test_a_user_who_identifies_again_and_again_gets_the_history_once(partitions: Partitions):
    partitions.send(seen("visitor", "v1"))
    for number in range(4):
        partitions.send(identified("ann", "visitor", f"a{number}", NOON + number))
        partitions.settle()
    assert partitions.behaviors() == {"ann": 5}
    assert kinds(partitions.handoffs())["History"] == 1


def test_a_behavior_that_is_sent_again_after_the_claim_counts_once(partitions: Partitions):
    again = seen("visitor", "v1")
    partitions.send(again)
    partitions.settle()
    partitions.send(identified("ann", "visitor", "a1"), again, seen("visitor", "v2"))
    partitions.settle()
    partitions.send(again, seen("visitor", "v2"))
    partitions.settle()
    assert partitions.behaviors() == {"ann": 3}


def test_a_behavior_of_the_history_that_the_user_sends_again_counts_once(partitions: Partitions):
    partitions.send(seen("visitor", "e1"), identified("ann", "visitor", "a1"))
    partitions.settle()
    partitions.send(done("ann", "e1"))
    partitions.settle()
    assert partitions.behaviors() == {"ann": 2}


def test_what_is_forwarded_crowds_out_none_of_the_ids_by_which_repetition_is_seen(partitions: Partitions):
    again = done("ann", "a2")
    partitions.send(identified("ann", "visitor", "a1"))
    partitions.settle()
    partitions.send(again, *(seen("visitor", f"v{number}") for number in range(64)))
    partitions.settle()
    partitions.send(again)
    partitions.settle()
    assert partitions.behaviors() == {"ann": 66}


@pytest.mark.parametrize("known", [True, False], ids=["in the history", "forwarded"])
def test_what_counted_for_one_user_counts_for_no_other_when_it_is_sent_again(partitions: Partitions, known: bool):
    first, claim = seen("visitor", "v1"), identified("ann", "visitor", "a1")
    for behavior in (first, claim) if known else (claim, first):
        partitions.send(behavior)
        partitions.settle()
    for number in range(partitions.count):
        partitions.crash(number)
    partitions.send(identified("bob", "visitor", "b1", NOON + 1000))
    partitions.settle()
    partitions.send(first)
    partitions.settle()
    assert partitions.behaviors() == {"ann": 2, "bob": 1}


# -- what is under way


def test_behaviors_that_wait_for_their_item_go_with_the_visitor(partitions: Partitions):
    partitions.send(seen("visitor", "v1", item_id="later"), seen("visitor", "v2"))
    partitions.settle()
    partitions.send(identified("ann", "visitor", "a1"), seen("visitor", "v3", item_id="later"))
    partitions.settle()
    assert partitions.behaviors() == {"ann": 2}
    assert sum(processor.waiting for processor in partitions.processors) == 2
    partitions.items_come("later")
    partitions.settle()
    assert partitions.behaviors() == {"ann": 4}
    assert not any(processor.waiting for processor in partitions.processors)


def test_a_behavior_that_waited_in_vain_after_it_was_forwarded_can_be_put_back(partitions: Partitions):
    partitions.send(seen("visitor", "v1", item_id="never"), identified("ann", "visitor", "a1"))
    partitions.settle()
    for number in range(partitions.count):
        partitions.crash(number)
    partitions.send(done("ann", "a2", NOON + 3_600_000))
    partitions.settle()
    home = partitions.home_of("ann")
    partitions.processors[home].tick()
    partitions.flush(home)
    (letter,) = partitions.logs[dead_letters_of(TOPICS.handoffs), home]
    assert partitions.behaviors() == {"ann": 2}
    partitions.items_come("never")
    partitions.append(TOPICS.handoffs, home, letter.key, letter.value)
    partitions.settle()
    assert partitions.behaviors() == {"ann": 3}


def test_a_text_that_is_at_the_encoder_goes_after_the_visitor(partitions: Partitions):
    partitions.send(seen("visitor", "v1", type="search", item_id=None, text="tea"))
    for number in range(partitions.count):
        partitions.step(number)
    partitions.send(identified("ann", "visitor", "a1"))
    while any(partitions.step(number) for number in range(partitions.count)):
        pass
    assert partitions.behaviors() == {"ann": 1}
    partitions.settle()
    partitions.encode(partitions.home_of("visitor"))
    partitions.settle()
    assert partitions.behaviors() == {"ann": 2}


def test_a_forwarded_text_is_encoded_for_the_user(partitions: Partitions):
    partitions.send(identified("ann", "visitor", "a1"))
    partitions.settle()
    partitions.send(seen("visitor", "v1", type="search", item_id=None, text="tea"))
    partitions.settle()
    assert partitions.behaviors() == {"ann": 2}
    assert {
        partition for (topic, partition), log in partitions.logs.items() if log and topic == TOPICS.encode_requests
    } == {partitions.home_of("ann")}


# -- who is who


@pytest.mark.parametrize("turned", [False, True], ids=["first come", "last come"])
def test_of_two_users_the_first_has_the_history_and_the_latest_what_comes_later(partitions: Partitions, turned: bool):
    partitions.send(seen("visitor", "v1"))
    claims = [identified("ann", "visitor", "a1", NOON + 1000), identified("bob", "visitor", "b1", NOON + 2000)]
    for claim in reversed(claims) if turned else claims:
        partitions.send(claim)
        partitions.settle()
    partitions.send(seen("visitor", "v2"), seen("visitor", "v3"))
    partitions.settle()
    assert partitions.behaviors() == ({"ann": 1, "bob": 4} if turned else {"ann": 2, "bob": 3})


def test_nobody_gets_the_history_of_somebody_who_is_a_user(partitions: Partitions):
    partitions.send(done("ann", "a1"), seen("ann", "a2"))
    partitions.settle()
    partitions.send(identified("mallory", "ann", "m1"))
    partitions.settle()
    partitions.send(seen("ann", "a3"))
    partitions.settle()
    assert partitions.behaviors() == {"ann": 3, "mallory": 1}
    (letter,) = partitions.letters()
    assert letter[EXCEPTION] == b"ClaimError"
    assert b"'ann' is a user's id" in (letter[MESSAGE] or b"")


def test_a_user_who_identifies_as_itself_is_no_visitor(partitions: Partitions):
    partitions.send(identified("ann", "ann", "a1"), done("ann", "a2"))
    partitions.settle()
    assert partitions.behaviors() == {"ann": 2}
    assert partitions.handoffs() == []


def test_users_who_claim_each_other_pass_nothing_in_a_circle(partitions: Partitions):
    partitions.send(seen("x", "x1"), seen("y", "y1"), seen("z", "z1"))
    partitions.settle()
    partitions.send(identified("x", "y", "x2"), identified("y", "z", "y2"), identified("z", "x", "z2"))
    partitions.settle()
    partitions.send(seen("x", "x3"), seen("y", "y3"), seen("z", "z3"))
    partitions.settle()
    assert sum(partitions.behaviors().values()) == 9


def test_a_user_keeps_what_comes_under_its_name_though_it_was_a_visitor_once(partitions: Partitions):
    partitions.send(seen("x", "x1"), identified("ann", "x", "a1"))
    partitions.settle()
    partitions.send(done("x", "x2"), seen("x", "x3"))
    partitions.settle()
    assert partitions.behaviors() == {"ann": 3, "x": 1}


# -- where they live


@pytest.mark.parametrize("partitioner", ["murmur2", "crc32", "fnv1a"])
def test_an_alias_is_wherever_a_producer_may_put_the_visitor(tmp_path: Path, partitioner: str):
    partitions = Partitions(tmp_path, count=8, partitioner=partitioner)
    homes = {
        name: {partition_of(one, name.encode(), 8) for one in PARTITIONERS} for name in map("u{}".format, range(999))
    }
    user = next(name for name, places in homes.items() if len(places) == 1)
    visitor = next(name for name, places in homes.items() if len(places) == 3)
    partitions.send(identified(user, visitor, "a1"))
    partitions.settle()
    assert set(partitions.aliases(visitor)) == homes[visitor]
    partitions.send(seen(visitor, "v1"))
    partitions.settle()
    assert partitions.behaviors() == {user: 2}
    partitions.close()


def test_a_claim_goes_to_one_partition_once_the_partitioner_is_known(tmp_path: Path):
    partitions = Partitions(tmp_path, count=8, trusted="crc32")
    partitions.send(seen("visitor", "v1"), identified("ann", "visitor", "a1"))
    partitions.settle()
    assert kinds(partitions.handoffs()) == {"Claim": 1, "History": 1}
    assert set(partitions.aliases("visitor")) == {partitions.home_of("visitor")}
    partitions.close()


def test_a_history_for_a_user_who_cannot_live_there_is_a_dead_letter(tmp_path: Path):
    partitions = Partitions(tmp_path, trusted="crc32")
    stray = (partitions.home_of("ann") + 1) % 3
    history = History(user_id="ann", anonymous_id="visitor", rows=())
    partitions.append(TOPICS.handoffs, stray, b"ann", encode_handoff(history))
    partitions.settle()
    assert partitions.behaviors() == {}
    assert [letter[EXCEPTION] for letter in partitions.letters()] == [b"PartitionerError"]
    partitions.close()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"\xc1", b"SchemaError"),
        (None, b"SchemaError"),
        (encode_handoff(History(user_id="ann", anonymous_id="v", rows=((b"h", b"\x09"),))), b"UnknownVersionError"),
        (encode_handoff(History(user_id="ann", anonymous_id="v", rows=((b"?", b""),))), b"SchemaError"),
    ],
    ids=["no msgpack", "nothing", "newer rows", "other rows"],
)
def test_a_handoff_that_cannot_be_read_is_a_dead_letter(tmp_path: Path, value: bytes | None, reason: bytes):
    partitions = Partitions(tmp_path)
    home = partitions.home_of("ann")
    partitions.send(done("ann", "a1"))
    partitions.append(TOPICS.handoffs, home, b"ann", value)
    partitions.settle()
    assert partitions.behaviors() == {"ann": 1}
    assert [letter[EXCEPTION] for letter in partitions.letters()] == [reason]
    partitions.close()


# -- time


@pytest.mark.parametrize("swept", [False, True])
def test_a_visitor_who_had_faded_leaves_no_history_swept_or_not(partitions: Partitions, swept: bool):
    partitions.send(seen("visitor", "v1", NOON - LONG))
    partitions.settle()
    home = partitions.home_of("visitor")
    if swept:
        neighbor = next(name for name in map("n{}".format, range(99)) if partitions.home_of(name) == home)
        partitions.send(done(neighbor, "n1", NOON + round(RETIREMENT_MARGIN * 1000)))
        partitions.settle()
        partitions.processors[home].tick()
        partitions.flush(home)
    partitions.send(identified("ann", "visitor", "a1"))
    partitions.settle()
    assert partitions.behaviors()["ann"] == 1
    assert "visitor" not in partitions.behaviors()
    assert kinds(partitions.handoffs())["History"] == 0
    assert partitions.records("visitor")[-1] is None


@pytest.mark.parametrize("swept", [False, True])
def test_an_alias_that_has_faded_is_a_visitor_anew_swept_or_not(partitions: Partitions, swept: bool):
    partitions.send(identified("ann", "visitor", "a1", NOON - LONG))
    partitions.settle()
    home = partitions.home_of("visitor")
    if swept:
        neighbor = next(name for name in map("n{}".format, range(99)) if partitions.home_of(name) == home)
        partitions.send(done(neighbor, "n1", NOON + round(RETIREMENT_MARGIN * 1000)))
        partitions.settle()
        assert partitions.processors[home].tick()
        partitions.flush(home)
        assert home not in partitions.aliases("visitor")
    partitions.send(seen("visitor", "v1"))
    partitions.settle()
    assert partitions.behaviors()["visitor"] == 1
    assert home not in partitions.aliases("visitor")


# -- whatever happens

USERS, VISITORS = ("ann", "bob", "cleo"), ("v1", "v2", "v3")
OWNER = dict(zip(VISITORS, USERS, strict=True))


@st.composite
def clickstreams(draw: st.DrawFn) -> list[Behavior]:
    """What three visitors, each of whom is one user, and those users do; some of it sent twice."""
    sent: list[Behavior] = []
    for number in range(draw(st.integers(1, 25))):
        visitor, name = draw(st.sampled_from(VISITORS)), f"e{number}"
        at = NOON + draw(st.integers(-3_600_000, 3_600_000))
        subject = draw(st.sampled_from([{}, {"item_id": "later"}, {"type": "search", "item_id": None, "text": "tea"}]))
        sort = draw(st.sampled_from(["seen", "seen", "done", "identified", "again"]))
        if sort == "seen":
            sent.append(seen(visitor, name, at, **subject))
        elif sort == "done":
            sent.append(done(OWNER[visitor], name, at, **subject))
        elif sort == "identified":
            sent.append(identified(OWNER[visitor], visitor, name, at))
        elif sent:
            sent.append(sent[-1])
    return sent


@settings(max_examples=40, deadline=None)
@given(behaviors=clickstreams(), data=st.data())
def test_whatever_comes_first_and_whoever_crashes_every_behavior_counts_once(
    behaviors: list[Behavior], data: st.DataObject
):
    with TemporaryDirectory() as folder:
        partitions = Partitions(Path(folder))
        for behavior in behaviors:
            partitions.send(behavior)
            for number in data.draw(st.lists(st.integers(0, 2), max_size=3)):
                turn = data.draw(st.sampled_from(["clickstream", "handoffs", "encoded", "flush", "encode", "crash"]))
                take_turn(partitions, number, turn)
        partitions.settle()
        partitions.items_come("later")
        partitions.settle()
        for number in range(3):
            partitions.encode(number)
        partitions.settle()
        identified_visitors = {one.anonymous_id for one in behaviors if one.type == "identify"}
        names = {one.event_id: one.owner for one in behaviors}
        owners = [OWNER[owner] if owner in identified_visitors else owner for owner in names.values()]
        assert partitions.behaviors() == dict(Counter(owners))
        partitions.close()


def take_turn(partitions: Partitions, number: int, turn: str) -> None:
    if turn == "flush":
        partitions.flush(number)
    elif turn == "encode":
        partitions.encode(number)
    elif turn == "crash":
        partitions.crash(number)
    else:
        topic = {"clickstream": TOPICS.clickstream, "handoffs": TOPICS.handoffs, "encoded": TOPICS.behaviors_encoded}
        partitions.apply(number, topic[turn], 2)


def test_a_claim_says_where_to_answer(partitions: Partitions):
    partitions.send(identified("ann", "visitor", "a1"))
    partitions.settle()
    claims = [decode_handoff(sent.value or b"") for sent in partitions.handoffs()]
    assert {(one.user_id, one.partition) for one in claims if isinstance(one, Claim)} == {
        ("ann", partitions.home_of("ann"))
    }
