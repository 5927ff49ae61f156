"""Handoffs, repeated: nothing a visitor did is lost or counts twice, whatever is sent again and whoever crashes."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.behaviors import Behavior
from tests.streams.agents.partitions import NOON, TOPICS, Partitions, done, identified, seen

USERS, VISITORS = ("ann", "bob", "cleo"), ("v1", "v2", "v3")
OWNER = dict(zip(VISITORS, USERS, strict=True))


# -- what is sent again


def test_a_user_who_identifies_again_and_again_gets_the_history_once(partitions: Partitions):
    partitions.send(seen("visitor", "v1"))
    for number in range(4):
        partitions.send(identified("ann", "visitor", f"a{number}", NOON + number))
        partitions.settle()
    assert partitions.behaviors() == {"ann": 5}
    assert partitions.handoff_kinds()["History"] == 1


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


# -- whatever happens


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
