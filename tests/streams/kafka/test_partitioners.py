"""Partitioners: the kernels against slow twins, and against where librdkafka's own partitioners put keys."""

import random
import zlib

import numpy as np
import pytest
from confluent_kafka import Message, Producer
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kafka.partitioners import PARTITIONERS, PartitionerError, explains, hashes, partition_of
from tests.kafka.topics import create, unique

LIBRDKAFKA = {"murmur2": "murmur2", "crc32": "consistent", "fnv1a": "fnv1a"}
KEYS = st.lists(st.binary(min_size=1, max_size=70), max_size=20)


@pytest.mark.kafka
@pytest.mark.parametrize("name", PARTITIONERS)
def test_keys_land_where_librdkafka_puts_them(kafka: str, name: str) -> None:
    topic, partitions = unique(), 7
    create(kafka, topic, partitions=partitions)
    landed: dict[bytes, int] = {}

    def on_delivery(error: object, message: Message) -> None:
        assert error is None
        landed[message.key()] = message.partition()

    producer = Producer({"bootstrap.servers": kafka, "partitioner": LIBRDKAFKA[name], "linger.ms": 5})
    for key in some_keys():
        producer.produce(topic, b"v", key, on_delivery=on_delivery)
    assert producer.flush(30) == 0
    assert {key: partition_of(name, key, partitions) for key in landed} == landed
    assert set(landed) == set(some_keys())


def test_java_clients_hash_known_keys_to_known_values() -> None:
    """Values of Kafka's own UtilsTest.testMurmur2, with the sign bit taken off as the partitioner does."""
    known = {
        b"21": -973932308,
        b"foobar": -790332482,
        b"a-little-bit-long-string": -985981536,
        b"a-little-bit-longer-string": -1486304829,
        b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
        b"abc": 479470107,
    }
    assert hashes(("murmur2",), list(known))[0].tolist() == [value & 0x7FFFFFFF for value in known.values()]


@settings(max_examples=60, deadline=None)
@given(KEYS)
def test_every_kernel_gives_what_its_slow_twin_gives(keys: list[bytes]) -> None:
    twins = (slow_murmur2, zlib.crc32, slow_fnv1a)
    assert hashes(PARTITIONERS, keys).tolist() == [[twin(key) for key in keys] for twin in twins]


@settings(max_examples=30, deadline=None)
@given(KEYS, st.integers(1, 50), st.data())
def test_a_partitioner_explains_an_owner_where_it_would_have_put_it(
    keys: list[bytes], partitions: int, data: st.DataObject
) -> None:
    partition = data.draw(st.integers(0, partitions - 1))
    names = tuple(data.draw(st.permutations(PARTITIONERS))[: data.draw(st.integers(0, 3))])
    matrix = explains(names, keys, partition, partitions)
    assert matrix.shape == (len(names), len(keys)) and matrix.dtype == np.bool_
    assert matrix.tolist() == [[partition_of(name, key, partitions) == partition for key in keys] for name in names]


def test_a_few_owners_tell_the_partitioners_apart() -> None:
    owners = [f"user-{i}".encode() for i in range(400)]
    for name in PARTITIONERS:
        mine = [owner for owner in owners if partition_of(name, owner, 12) == 5]
        assert explains(PARTITIONERS, mine, 5, 12).all(axis=1).tolist() == [other == name for other in PARTITIONERS]


def test_an_unknown_partitioner_is_refused_by_name() -> None:
    with pytest.raises(PartitionerError, match=r"'md5'; use murmur2, crc32, fnv1a"):
        partition_of("md5", b"k", 4)


def some_keys() -> list[bytes]:
    """Keys of every length up to 40, long ones, words beyond ASCII, and bytes that are no text."""
    chance = random.Random(5)
    texts = [b"user-%d" % i for i in range(200)] + ["Zoë".encode(), "用户-17".encode(), "🛒".encode(), b" ", b"\x00"]
    return texts + [chance.randbytes(n) for n in (*range(1, 41), 255, 256, 4096)]


def slow_murmur2(key: bytes) -> int:
    """MurmurHash2 word by word, in Python's integers."""
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    h = 0x9747B28C ^ len(key)
    whole = len(key) // 4 * 4
    for i in range(0, whole, 4):
        k = int.from_bytes(key[i : i + 4], "little") * m & mask
        h = (h * m & mask) ^ ((k ^ k >> 24) * m & mask)
    if key[whole:]:
        h = (h ^ int.from_bytes(key[whole:], "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return (h ^ h >> 15) & 0x7FFFFFFF


def slow_fnv1a(key: bytes) -> int:
    """FNV-1a in Python's integers, then the absolute value of it as a signed number."""
    h = 0x811C9DC5
    for byte in key:
        h = (h ^ byte) * 0x01000193 & 0xFFFFFFFF
    return h if h < 1 << 31 else (1 << 32) - h
