"""Broker: what Kafka is, and whether both of our clients reach it."""

import asyncio
import time

from aiokafka.client import AIOKafkaClient
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from streams.apps.doctor.cluster import ANSWER, Cluster
from streams.apps.doctor.finding import Finding, count, some
from streams.apps.operators import OperatorError
from streams.kafka.client import faust_credentials
from streams.settings import Settings

FETCH = 1  # Kafka's number of the request
KAFKA_4 = 4  # lowest version of FETCH that Kafka 4.0 and later take (KIP-896)
KAFKA_3_1 = 13  # highest that Kafka 3.1 takes (KIP-516)


def broker(cluster: Cluster) -> Finding:
    """Who answered, and how fast."""
    found = cluster.metadata
    brokers = [f"{one.host}:{one.port}" for one in found.brokers.values()]
    controller = "" if found.controller_id < 0 else f", controller {found.controller_id}"
    return Finding(
        "broker",
        "ok",
        f"{cluster.settings.kafka.bootstrap} answered in {1000 * cluster.seconds:.0f} ms: "
        f"{count(len(brokers), 'broker')} ({some(brokers)}){controller}",
    )


def reader(cluster: Cluster) -> Finding:
    """Whether the client that a worker reads with (aiokafka) gets in too, and which Kafka it finds."""
    began = time.monotonic()
    try:
        lowest, highest = asyncio.run(fetch_versions(cluster.settings))
    except Exception as error:
        raise OperatorError(
            f"the worker's other client, aiokafka, does not get in ({error}): check security.protocol, sasl.* and "
            "ssl.* in kafka.client"
        ) from error
    took = f"in {1000 * (time.monotonic() - began):.0f} ms"
    if cluster.embedded:
        return Finding("versions", "ok", f"the embedded broker; aiokafka reached it {took}")
    if lowest >= KAFKA_4:
        return Finding("versions", "ok", f"Kafka 4.0 or later; aiokafka reached it {took}")
    known = "3.1 to 3.9" if highest >= KAFKA_3_1 else "before 3.1"
    return Finding("versions", "warn", f"Kafka {known}; aiokafka reached it {took}", "Penchant is tested with Kafka 4")


async def fetch_versions(settings: Settings) -> tuple[int, int]:
    """The lowest and the highest version of a fetch that the broker takes."""
    client = AIOKafkaClient(
        bootstrap_servers=settings.kafka.bootstrap,
        request_timeout_ms=int(ANSWER * 1000),
        **credentials_to_aiokafka_auth(faust_credentials(settings.kafka)),
    )
    try:
        async with asyncio.timeout(ANSWER):
            await client.bootstrap()
            connection = await client._get_conn(client.get_random_node())
        lowest, highest = connection._versions[FETCH]
    finally:
        await client.close()
    return int(lowest), int(highest)
