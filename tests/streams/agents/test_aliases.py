"""Aliases: who a visitor turns out to be, in which partitions that is known, and for how long."""

from pathlib import Path

import pytest

from models.interests.options import DAY
from schemas.dead_letters import EXCEPTION, MESSAGE
from streams.agents.interests import RETIREMENT_MARGIN
from streams.kafka.partitioners import PARTITIONERS, partition_of
from tests.streams.agents.partitions import NOON, Partitions, done, identified, seen

LONG = round(400 * DAY * 1000)


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
    assert partitions.handoff_kinds() == {"Claim": 1, "History": 1}
    assert set(partitions.aliases("visitor")) == {partitions.home_of("visitor")}
    partitions.close()


# -- time


@pytest.mark.parametrize("swept", [False, True])
def test_a_visitor_who_had_faded_leaves_no_history_swept_or_not(partitions: Partitions, swept: bool):
    partitions.send(seen("visitor", "v1", NOON - LONG))
    partitions.settle()
    home = partitions.home_of("visitor")
    if swept:
        sweep(partitions, home)
    partitions.send(identified("ann", "visitor", "a1"))
    partitions.settle()
    assert partitions.behaviors()["ann"] == 1
    assert "visitor" not in partitions.behaviors()
    assert partitions.handoff_kinds()["History"] == 0
    assert partitions.records("visitor")[-1] is None


@pytest.mark.parametrize("swept", [False, True])
def test_an_alias_that_has_faded_is_a_visitor_anew_swept_or_not(partitions: Partitions, swept: bool):
    partitions.send(identified("ann", "visitor", "a1", NOON - LONG))
    partitions.settle()
    home = partitions.home_of("visitor")
    if swept:
        assert sweep(partitions, home)
        assert home not in partitions.aliases("visitor")
    partitions.send(seen("visitor", "v1"))
    partitions.settle()
    assert partitions.behaviors()["visitor"] == 1
    assert home not in partitions.aliases("visitor")


def sweep(partitions: Partitions, home: int) -> bool:
    """A neighbor's behavior moves a partition's time on, which then drops what has faded; says whether any had."""
    neighbor = next(name for name in map("n{}".format, range(99)) if partitions.home_of(name) == home)
    partitions.send(done(neighbor, "n1", NOON + round(RETIREMENT_MARGIN * 1000)))
    partitions.settle()
    dropped = partitions.processors[home].tick()
    partitions.flush(home)
    return dropped
