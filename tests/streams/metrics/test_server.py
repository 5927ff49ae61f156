"""Metrics server: what monitoring reads, and what an orchestrator decides by."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from streams.metrics import EncoderMetrics, Health, MetricsServer, MetricsServerError
from tests.http import get
from tests.kafka.broker import free_port


class Clock:
    """Time that passes when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(clock: Clock) -> Health:
    return Health(patience=60.0, clock=clock)


@pytest.fixture
def address(health: Health) -> Iterator[str]:
    port = free_port()
    with closing(MetricsServer(EncoderMetrics(), health, "127.0.0.1", port, "encoder.metrics_port")):
        yield f"http://127.0.0.1:{port}"


def test_a_process_is_ready_once_it_has_started_and_every_requirement_holds(health: Health, address: str) -> None:
    held = {"catalog": False, "partitions": False}
    assert get(f"{address}/readyz") == (503, "not yet: the process has started\n")
    health.require("the catalog is loaded", lambda: held["catalog"])
    health.require("partitions are recovered", lambda: held["partitions"])
    health.started()
    assert get(f"{address}/readyz") == (503, "not yet: the catalog is loaded\nnot yet: partitions are recovered\n")
    held["catalog"] = True
    assert get(f"{address}/readyz") == (503, "not yet: partitions are recovered\n")
    assert "\npenchant_ready 0.0\n" in get(f"{address}/metrics")[1]
    held["partitions"] = True
    assert get(f"{address}/readyz") == (200, "ready\n")
    assert "\npenchant_ready 1.0\n" in get(f"{address}/metrics")[1]
    held["catalog"] = False
    assert get(f"{address}/readyz")[0] == 503


def test_a_process_is_alive_while_it_starts_and_as_long_as_it_beats(clock: Clock, health: Health, address: str) -> None:
    clock.now = 1_000.0
    assert get(f"{address}/healthz") == (200, "alive\n")
    health.beat()
    clock.now += 60.0
    assert get(f"{address}/healthz") == (200, "alive\n")
    clock.now += 1.0
    assert get(f"{address}/healthz") == (503, "nothing has moved for 61 s\n")
    health.beat()
    assert get(f"{address}/healthz") == (200, "alive\n")


def test_metrics_tell_of_the_process_itself(address: str) -> None:
    status, text = get(f"{address}/metrics")
    assert status == 200
    assert 'penchant_build_info{process="encoder",version="' in text
    assert "\nprocess_resident_memory_bytes " in text


def test_another_page_says_which_there_are(address: str) -> None:
    assert get(address) == (404, "here are /metrics, /healthz and /readyz\n")


def test_a_port_that_is_taken_is_named_with_its_setting(health: Health) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MetricsServerError, match=rf"127.0.0.1:{port} cannot .*worker.metrics_port; 0 serves none"):
            MetricsServer(EncoderMetrics(), health, "127.0.0.1", port, "worker.metrics_port")


def test_a_closed_server_lets_its_port_go(health: Health) -> None:
    port = free_port()
    for _ in range(2):
        MetricsServer(EncoderMetrics(), health, "127.0.0.1", port, "worker.metrics_port").close()


def test_port_0_serves_nothing(health: Health) -> None:
    MetricsServer(EncoderMetrics(), health, "127.0.0.1", 0, "worker.metrics_port").close()
