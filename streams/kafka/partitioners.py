"""Partitioners: which partition a producer's client library chooses for a key.

murmur2: Java clients, and librdkafka's murmur2. crc32: librdkafka's default (Python, C, .NET). fnv1a: Sarama (Go), and
librdkafka's fnv1a.
"""

import numba
import numpy as np
from numpy.typing import NDArray

PARTITIONERS: tuple[str, ...] = ("murmur2", "crc32", "fnv1a")


class PartitionerError(ValueError):
    """A partitioner has no such name."""


def partition_of(name: str, key: bytes, partitions: int) -> int:
    """The partition of a key among `partitions` with the partitioner of that name. Raises PartitionerError."""
    return int(hashes((name,), [key])[0, 0] % partitions)


def explains(names: tuple[str, ...], owners: list[bytes], partition: int, partitions: int) -> NDArray[np.bool_]:
    """Whether each partitioner puts each owner into `partition`: (len(names), len(owners)). Raises PartitionerError."""
    return hashes(names, owners) % np.uint32(partitions) == partition


def hashes(names: tuple[str, ...], keys: list[bytes]) -> NDArray[np.uint32]:
    """What each partitioner takes modulo the number of partitions, (len(names), len(keys)). Raises PartitionerError."""
    ends = np.cumsum(np.fromiter(map(len, keys), np.int64, len(keys)), dtype=np.int64)
    joined = np.frombuffer(b"".join(keys), np.uint8)
    out = np.empty((len(names), len(keys)), np.uint32)
    for row, name in enumerate(names):
        if name not in KERNELS:
            raise PartitionerError(f"worker.partitioner: unknown partitioner {name!r}; use {', '.join(PARTITIONERS)}")
        KERNELS[name](joined, ends, out[row])
    return out


@numba.njit(cache=True, nogil=True)
def murmur2(joined: NDArray[np.uint8], ends: NDArray[np.int64], out: NDArray[np.uint32]) -> None:
    """MurmurHash2 as in Kafka's Java client (Utils.murmur2, then toPositive). joined (bytes,), ends and out (n,)."""
    multiplier = np.uint32(0x5BD1E995)
    start = 0
    for row in range(len(ends)):
        end = ends[row]
        h = np.uint32(np.uint32(0x9747B28C) ^ np.uint32(end - start))
        at = start
        while at + 4 <= end:
            k = np.uint32(0)
            for byte in range(4):
                k |= np.uint32(joined[at + byte]) << np.uint32(8 * byte)
            k = np.uint32(k * multiplier)
            k = np.uint32((k ^ (k >> np.uint32(24))) * multiplier)
            h = np.uint32(np.uint32(h * multiplier) ^ k)
            at += 4
        if at < end:
            for byte in range(end - at):
                h ^= np.uint32(joined[at + byte]) << np.uint32(8 * byte)
            h = np.uint32(h * multiplier)
        h = np.uint32((h ^ (h >> np.uint32(13))) * multiplier)
        out[row] = (h ^ (h >> np.uint32(15))) & np.uint32(0x7FFFFFFF)
        start = end


@numba.njit(cache=True, nogil=True)
def crc32(joined: NDArray[np.uint8], ends: NDArray[np.int64], out: NDArray[np.uint32]) -> None:
    """CRC-32 as in zlib. joined (bytes,), ends and out (n,)."""
    table = np.empty(256, np.uint32)
    for code in range(256):
        value = np.uint32(code)
        for _ in range(8):
            value = np.uint32(value >> np.uint32(1)) ^ np.uint32((value & np.uint32(1)) * np.uint32(0xEDB88320))
        table[code] = value
    start = 0
    for row in range(len(ends)):
        h = np.uint32(0xFFFFFFFF)
        for at in range(start, ends[row]):
            h = np.uint32(h >> np.uint32(8)) ^ table[(h ^ np.uint32(joined[at])) & np.uint32(0xFF)]
        out[row] = h ^ np.uint32(0xFFFFFFFF)
        start = ends[row]


@numba.njit(cache=True, nogil=True)
def fnv1a(joined: NDArray[np.uint8], ends: NDArray[np.int64], out: NDArray[np.uint32]) -> None:
    """32-bit FNV-1a, read as signed and made positive, as Sarama does. joined (bytes,), ends and out (n,)."""
    start = 0
    for row in range(len(ends)):
        h = np.uint32(0x811C9DC5)
        for at in range(start, ends[row]):
            h = np.uint32((h ^ np.uint32(joined[at])) * np.uint32(0x01000193))
        out[row] = h if h < np.uint32(0x80000000) else np.uint32(np.uint32(0) - h)
        start = ends[row]


KERNELS = {"murmur2": murmur2, "crc32": crc32, "fnv1a": fnv1a}
