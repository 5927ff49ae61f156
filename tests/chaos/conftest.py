"""Fixtures of the chaos tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.deployment import Deployment

Deploy = Callable[..., Deployment]


@pytest.fixture
def deploy(kafka: str, tmp_path: Path) -> Iterator[Deploy]:
    """Makes deployments; whatever happens, nothing of them runs after the test."""
    with ExitStack() as stack:

        def made(more: dict[str, dict[str, Any]] | None = None) -> Deployment:
            return stack.enter_context(Deployment(kafka, tmp_path, more))

        yield made
