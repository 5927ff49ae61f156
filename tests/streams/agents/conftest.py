"""Partitions that are closed when a test ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.streams.agents.partitions import Partitions


@pytest.fixture
def partitions(tmp_path: Path) -> Iterator[Partitions]:
    """Three partitions without anything in them."""
    made = Partitions(tmp_path)
    yield made
    made.close()
