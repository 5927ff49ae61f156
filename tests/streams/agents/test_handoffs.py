"""Handoffs: the history and the later behaviors of a visitor who turns out to be a user go to where the user lives."""

from pathlib import Path

import pytest

from schemas.dead_letters import EXCEPTION
from schemas.handoffs import Claim, History, decode_handoff, encode_handoff
from streams.settings import dead_letters_of
from tests.streams.agents.partitions import NOON, TOPICS, Partitions, done, identified, seen


def lives_elsewhere(partitions: Partitions, name: str, other: str) -> str:
    """A name that begins so and lives in another partition than the other."""
    names = (f"{name}-{number}" for number in range(100))
    return next(one for one in names if partitions.home_of(one) != partitions.home_of(other))


# -- the straight path


def test_a_claim_says_where_to_answer(partitions: Partitions):
    partitions.send(identified("ann", "visitor", "a1"))
    partitions.settle()
    claims = [decode_handoff(sent.value or b"") for sent in partitions.handoffs()]
    assert {(one.user_id, one.partition) for one in claims if isinstance(one, Claim)} == {
        ("ann", partitions.home_of("ann"))
    }


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
    assert partitions.handoff_kinds()["History"] == 0


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


# -- what cannot be taken in


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
