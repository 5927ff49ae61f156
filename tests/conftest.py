"""Fixtures that all tests share."""

import os
from collections.abc import Iterator

import pytest

from tests.kafka.broker import RealKafka


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The address of a real Kafka: KAFKA_BOOTSTRAP where it is set, else one that lives as long as the test session."""
    given = os.environ.get("KAFKA_BOOTSTRAP")
    if given:
        yield given
        return
    with RealKafka() as kafka:
        yield kafka.bootstrap
