"""Fixtures that all tests share."""

import os
from collections.abc import Iterator

import pytest

from tests.kafka.broker import RealKafka


@pytest.fixture(scope="session")
def compiled() -> None:
    """All kernels are compiled, once: workers that start together on a fresh machine take a minute each for it."""
    from streams.agents.rehearsal import rehearse
    from tests.streams.agents.processors import OPTIONS

    rehearse(OPTIONS)


@pytest.fixture(scope="session")
def kafka(compiled: None) -> Iterator[str]:
    """The address of a real Kafka: KAFKA_BOOTSTRAP where it is set, else one that lives as long as the test session."""
    given = os.environ.get("KAFKA_BOOTSTRAP")
    if given:
        yield given
        return
    with RealKafka() as kafka:
        yield kafka.bootstrap
