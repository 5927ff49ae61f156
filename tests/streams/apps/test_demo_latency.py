"""Latency: each behavior is answered once, by the first list that covers it."""

import math
import os
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.apps.demo.latency import Latencies
from streams.apps.demo.memory import peak_memory
from streams.apps.demo.progress import Rate, Stages

USERS = ("ann", "bob")


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, str, int]]:
    """Steps in time: (sent, user, 0), or (read, user, n) with n no more than were sent; lists may come out of order."""
    sent: dict[str, int] = defaultdict(int)
    steps = []
    for _ in range(draw(st.integers(1, 30))):
        user = draw(st.sampled_from(USERS))
        if sent[user] and draw(st.booleans()):
            steps.append(("read", user, draw(st.integers(1, sent[user]))))
        else:
            sent[user] += 1
            steps.append(("sent", user, 0))
    return steps


def slow_latencies(steps: list[tuple[str, str, int]]) -> list[float]:
    """For each behavior, the time to the first list of at least as many behaviors; step k happens at k * k seconds."""
    seconds = []
    for user in USERS:
        sent = [moment for moment, (what, who, _) in enumerate(steps) if (what, who) == ("sent", user)]
        lists = [(moment, n) for moment, (what, who, n) in enumerate(steps) if (what, who) == ("read", user)]
        for count, began in enumerate(sent, 1):
            answers = [moment for moment, n in lists if n >= count]
            if answers:
                seconds.append(float(answers[0] ** 2 - began**2))
    return sorted(seconds)


@settings(max_examples=80, deadline=None)
@given(histories(), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_each_behavior_takes_until_the_first_list_that_covers_it(
    steps: list[tuple[str, str, int]], share: float
) -> None:
    latencies = Latencies()
    for moment, (what, user, behaviors) in enumerate(steps):
        if what == "sent":
            latencies.sent(user, float(moment**2))
        else:
            latencies.read(user, behaviors, float(moment**2))
    expected = slow_latencies(steps)
    assert len(latencies) == len(expected)
    found = latencies.quantile(share)
    assert found == (expected[math.ceil(share * len(expected)) - 1] if expected else None)


def test_a_behavior_without_a_time_is_answered_but_not_counted() -> None:
    latencies = Latencies()
    latencies.sent("ann", None)
    latencies.sent("ann", 3.0)
    latencies.read("ann", 2, 10.0)
    assert (len(latencies), latencies.quantile(0.5)) == (1, 7.0)


def test_a_rate_is_of_the_last_seconds_only() -> None:
    rate = Rate(window=2.0)
    assert rate.per_second() == 0.0
    for at, count in ((0.0, 0), (1.0, 1000), (2.0, 1010), (3.0, 1020), (4.0, 1030)):
        rate.take(at, count)
    assert rate.per_second() == 10.0


def test_a_stage_takes_time_from_its_beginning_to_its_first_end() -> None:
    stages = Stages(("one", "two"))
    stages.begin("one", 10.0, "begins")
    assert [(s.name, s.note, s.seconds, s.done) for s in stages.at(12.0)] == [
        ("one", "begins", 2.0, False),
        ("two", "", None, False),
    ]
    stages.end("one", 13.0, "ended")
    stages.end("one", 14.0, "ended again")
    assert stages.ended("one")
    assert next((s.note, s.seconds, s.done) for s in stages.at(20.0)) == ("ended", 3.0, True)


def test_the_peak_of_memory_is_told_of_processes_that_are_there() -> None:
    held = bytearray(os.urandom(1 << 20) * 64)
    peak = peak_memory(os.getpid())
    assert peak is None or peak > len(held)
    assert peak_memory(2**22 + 1) is None
