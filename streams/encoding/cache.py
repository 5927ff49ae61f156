"""The vector cache: every text's vector on disk, so that no text is encoded twice.

| key                                             | value                     |
|-------------------------------------------------|---------------------------|
| encoder version, 0x00, first 16 bytes of sha256 | 256 bytes: 128 of float16 |

sha256 is over the text in UTF-8. A text comes from strangers, so the hash is one that nobody can find collisions of.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from rocksdict import BlockBasedOptions, Cache, DBCompressionType, Options, Rdict, WriteBatch

from streams.encoding.errors import CacheError

BLOCK_CACHE_BYTES = 32 << 20
WRITE_BUFFER_BYTES = 8 << 20
LOG_BYTES = 32 << 20
BLOOM_BITS = 10
OPEN_FILES = 256


class VectorCache:
    """The cache of one encoder version in a data folder, used by one process at a time.

    A vector that was kept outlives kill -9 of the process. Rows of other versions stay, for the way back to them.
    """

    def __init__(self, folder: Path, version: str) -> None:
        """Opens or creates the cache. Raises CacheError when another process has it, or the folder cannot be used."""
        self._prefix = version.encode() + b"\0"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._rows = Rdict(str(folder), _options())
        except Exception as error:
            raise _cannot_open(folder, error) from error

    def find(self, texts: Sequence[str]) -> dict[str, bytes]:
        """The vectors of those texts that are known."""
        if not texts:
            return {}
        values = self._rows.get([self._key(text) for text in texts])
        return {text: value for text, value in zip(texts, values, strict=True) if value is not None}

    def keep(self, vectors: Mapping[str, bytes]) -> None:
        """Remembers the vectors of these texts."""
        rows = WriteBatch(raw_mode=True)
        for text, vector in vectors.items():
            rows.put(self._key(text), vector)
        self._rows.write(rows)

    def __len__(self) -> int:
        """About how many vectors it holds, of all versions."""
        return self._rows.property_int_value("rocksdb.estimate-num-keys") or 0

    def close(self) -> None:
        """Writes what is in memory to disk and lets the folder go."""
        self._rows.close()

    def _key(self, text: str) -> bytes:
        return self._prefix + sha256(text.encode()).digest()[:16]


def _options() -> Options:
    blocks = BlockBasedOptions()
    blocks.set_block_cache(Cache(BLOCK_CACHE_BYTES))
    blocks.set_cache_index_and_filter_blocks(True)
    blocks.set_bloom_filter(BLOOM_BITS, False)
    options = Options(raw_mode=True)
    options.create_if_missing(True)
    options.set_block_based_table_factory(blocks)
    options.set_compression_type(DBCompressionType.none())
    options.set_write_buffer_size(WRITE_BUFFER_BYTES)
    options.set_max_write_buffer_number(2)
    options.set_max_total_wal_size(LOG_BYTES)
    options.set_max_open_files(OPEN_FILES)
    options.set_keep_log_file_num(2)
    return options


def _cannot_open(folder: Path, error: Exception) -> CacheError:
    if "lock" in str(error).lower():
        return CacheError(
            f"the vector cache {folder} is used by another encoder: give each its own data folder (--data, or "
            "PENCHANT_ENCODER__DATA)"
        )
    return CacheError(
        f"the vector cache {folder} cannot be opened ({error}): give the encoder a data folder that it can write to, "
        "with room on its disk (--data, or PENCHANT_ENCODER__DATA)"
    )
