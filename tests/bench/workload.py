"""Workload: the same behaviors and items for every variant, produced once."""

from collections.abc import Iterator

import numpy as np
from confluent_kafka import KafkaError, TopicPartition
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from schemas.behaviors import Behavior, Context, encode_behavior
from schemas.content_types import JSON_HEADERS, MSGPACK_HEADERS
from schemas.items import ItemVector, decode_item_vector, encode_item_vector
from schemas.vectors import DIMENSIONS, to_bytes
from streams.kafka.client import open_consumer, open_producer
from streams.settings import KafkaSettings, Settings
from tests.bench.plan import ITEMS, PARTITIONS, USERS

ENCODER = "bench"
TOPICS = 100
TASTES = 4
LOYAL = 0.8
PLACES = ("Europe/Berlin", "Europe/Paris", "America/Lima", "Asia/Tokyo")
LOCALES = ("de-DE", "fr-FR", "es-PE", "ja-JP")
WORDS = ("lamp", "chair", "boot", "kettle", "tent", "violin", "saddle", "quilt", "anvil", "globe")


class PageContext(Context, frozen=True, gc=False, omit_defaults=True):
    """A context with what shops send besides, which nothing here depends on."""

    locale: str = ""
    page: str = ""
    referrer: str = ""


def behaviors(count: int, start: int) -> Iterator[Behavior]:
    """Views of 240 bytes of JSON, a millisecond apart; users by Zipf's law with exponent 1.

    Four in five are on an item of the user's four topics, the others on any. start: epoch milliseconds of the first.
    """
    rng = np.random.default_rng(1)
    users = zipf(rng, USERS, count)
    items = rng.integers(0, ITEMS, count)
    tastes = (users * 7919 + rng.integers(0, TASTES, count) * 31) % TOPICS
    items = np.where(rng.random(count) < LOYAL, items // TOPICS * TOPICS + tastes, items)
    for number, (user, item) in enumerate(zip(users.tolist(), items.tolist(), strict=True)):
        yield Behavior(
            event_id=f"01j{number:09d}{user * 7919 % 1_000_000:06d}",
            type="view",
            occurred_at=start + number,
            user_id=f"user-{user:06d}",
            item_id=f"item-{item:05d}",
            context=PageContext(
                device="mobile" if user % 3 else "desktop",
                locale=LOCALES[user % 4],
                page=f"/shop/item-{item:05d}",
                referrer="/ask",
                time_zone=PLACES[user % 4],
            ),
        )


def zipf(rng: np.random.Generator, ranks: int, count: int) -> NDArray[np.int64]:
    """Ranks (count,), from 0, drawn with probabilities proportional to 1 / (rank + 1)."""
    chances = np.cumsum(1.0 / np.arange(1, ranks + 1))
    return np.searchsorted(chances, rng.random(count) * chances[-1]).astype(np.int64)


def unit_vectors(count: int) -> NDArray[np.float32]:
    """Directions (count, 128); those of item i lie around its topic's, i modulo 100, at a cosine of about 0.8."""
    rng = np.random.default_rng(2)
    topics = 1.3 * rng.standard_normal((TOPICS, DIMENSIONS))
    vectors = (topics[np.arange(count) % TOPICS] + rng.standard_normal((count, DIMENSIONS))).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def catalog_items(count: int) -> Iterator[ItemVector]:
    """Items with words, a category, a brand and a price, as in a shop."""
    for row, vector in enumerate(unit_vectors(count)):
        topic = row % TOPICS
        yield ItemVector(
            item_id=f"item-{row:05d}",
            encoder=ENCODER,
            vector=to_bytes(vector),
            title=f"{WORDS[row // TOPICS % 7]} {WORDS[topic % 10]}{topic // 10} model {row // TOPICS}",
            categories=(f"hall {topic // 10}", f"aisle {topic}"),
            brand=f"brand {row % 37}",
            price_band=row % 11,
        )


def fill_sources(settings: Settings, count: int, start: int) -> None:
    """Produces all items, then `count` behaviors keyed by user with librdkafka's default partitioner."""
    items = ((item.item_id.encode(), encode_item_vector(item)) for item in catalog_items(ITEMS))
    produce(settings.kafka, settings.topics.items_encoded, items, MSGPACK_HEADERS)
    messages = (((behavior.user_id or "").encode(), encode_behavior(behavior)) for behavior in behaviors(count, start))
    produce(settings.kafka, settings.topics.clickstream, messages, JSON_HEADERS)


def produce(kafka: KafkaSettings, topic: str, records: Iterator[tuple[bytes, bytes]], headers: list) -> None:
    """Produces the records; the key chooses the partition."""
    failures: list[KafkaError] = []
    producer = open_producer(kafka)
    for number, (key, value) in enumerate(records):
        producer.produce(topic, value, key, headers=headers, on_delivery=lambda e, _: failures.append(e) if e else None)
        if number % 1000 == 0:
            producer.poll(0)
    left = producer.flush(60)
    assert not failures and not left, f"{topic}: {left} records undelivered, first error {failures[:1]}"


def load_catalog(catalog: Catalog, settings: Settings) -> None:
    """Puts all items into the catalog, read by a plain consumer."""
    consumer = open_consumer(settings.kafka, f"{settings.app}.catalog", partition_eof=True)
    consumer.assign([TopicPartition(settings.topics.items_encoded, partition, 0) for partition in range(PARTITIONS)])
    ended: set[int] = set()
    while len(ended) < PARTITIONS:
        for message in consumer.consume(2000, 0.2):
            if message.error() is None:
                catalog.put(decode_item_vector(message.value() or b""))
            else:
                ended.add(message.partition() or 0)
    consumer.close()
