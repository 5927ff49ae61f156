"""What libraries log is told once in a while, however often they say it."""

import logging

import structlog
from structlog.testing import LogCapture

from streams.apps.libraries import LibraryLog


def test_a_lost_connection_is_one_complaint_in_an_interval_however_it_is_worded() -> None:
    clock = Clock()
    told = heard(clock, [f"Unable connect to node {n}" for n in range(50)] + ["Failed fetch: NodeNotReadyError"])
    assert [(entry["event"], entry["held_back"]) for entry in told] == [("aiokafka", 0)]
    clock.now = 10.0
    told = heard(clock, ["Unable to update metadata"])
    assert [entry["line"] for entry in told] == ["Unable to update metadata"]


def test_how_often_a_complaint_was_held_back_is_told_with_the_next() -> None:
    clock, capture = Clock(), LogCapture()
    structlog.configure(processors=[capture])
    handler = LibraryLog(clock=clock)
    for moment in (0.0, 1.0, 2.0, 11.0):
        clock.now = moment
        handler.emit(record("Unable connect to node"))
    assert [entry["held_back"] for entry in capture.entries] == [0, 2]


def test_different_complaints_are_all_told() -> None:
    told = heard(Clock(), ["one thing", "another thing", "one thing"])
    assert [entry["line"] for entry in told] == ["one thing", "another thing"]


class Clock:
    """A clock that tests set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def heard(clock: Clock, lines: list[str]) -> list[dict[str, object]]:
    """What is told of these lines of aiokafka's."""
    capture = LogCapture()
    structlog.configure(processors=[capture])
    handler = LibraryLog(clock=clock)
    for line in lines:
        handler.emit(record(line))
    return [dict(entry) for entry in capture.entries]


def record(line: str) -> logging.LogRecord:
    return logging.LogRecord("aiokafka", logging.ERROR, __file__, 1, line, None, None)
