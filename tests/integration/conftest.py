"""Fixtures of the integration tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.deployment import Deployment
from tests.integration.shop import TITLES, Shop, served

Open = Callable[..., Shop]


@pytest.fixture
def open_shop(kafka: str, tmp_path: Path) -> Iterator[Open]:
    """Makes shops with items, nothing running yet; whatever happens, nothing of them runs after the test."""
    with ExitStack() as stack:

        def made(more: dict[str, dict[str, Any]] | None = None) -> Shop:
            shop = Shop(stack.enter_context(Deployment(kafka, tmp_path, more)))
            shop.stock(TITLES)
            return shop

        yield made


@pytest.fixture(scope="module")
def running_shop(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with an encoder and one worker that serves all partitions, for the tests of one module."""
    with Deployment(kafka, tmp_path_factory.mktemp("shop")) as deployment:
        shop = Shop(deployment)
        shop.stock(TITLES)
        deployment.encoder().start()
        worker = deployment.worker("a")
        worker.start()
        served(deployment, worker)
        yield shop
        assert deployment.deaths() == {}
