"""Store: one partition's rows in RocksDB, written only after their transaction has committed."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from struct import Struct
from typing import IO, NamedTuple

from rocksdict import BlockBasedOptions, Cache, Options, Rdict, WriteBatch, WriteOptions

Row = tuple[bytes, bytes | None]

_CLAIM = "in-use"
_OFFSET_KEY = b"\0\0O"
_offset_layout = Struct("<qd")
_BLOCK_CACHE = 16 << 20
_WRITE_BUFFER = 16 << 20


class StoreError(Exception):
    """A data folder that cannot be used; the message says where and how to mend it."""


class StoreSize(NamedTuple):
    """What a store holds, about: rows, and bytes on disk and in its write buffer."""

    rows: int
    bytes: int


def claim(folder: Path) -> IO[bytes]:
    """Takes a worker's data folder for this process, as long as the returned file is open; a kill lets go of it too.

    Raises: StoreError when another process has it, or when it cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = (folder / _CLAIM).open("ab")
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error)) from None
    try:
        fcntl.flock(taken, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        taken.close()
        raise _in_use(folder) from None
    try:
        taken.truncate(0)
        taken.write(f"{os.getpid()}\n".encode())
        taken.flush()
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error)) from None
    return taken


class LocalStore:
    """The rows of one partition. The changelog is the write-ahead log, so RocksDB writes none of its own.

    next_offset: where the changelog is to be replayed from. written: wall-clock seconds of the last write, 0 when new.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.next_offset = 0
        self.written = 0.0
        self._open()

    def _open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = Rdict(str(self.path), _options())
        except Exception as error:
            if "lock" in str(error).lower():
                raise _in_use(self.path) from None
            raise _unusable(self.path, str(error)) from None
        self._db.set_write_options(_write_options())
        self._batch_options = _write_options()
        marker = self._db.get(_OFFSET_KEY)
        self.next_offset, self.written = _offset_layout.unpack(marker) if marker else (0, 0.0)

    def wipe(self) -> None:
        """Starts empty; the changelog then gives every row back."""
        self._db.close()
        shutil.rmtree(self.path)
        self._open()

    def get(self, key: bytes) -> bytes | None:
        """The row with this key."""
        row: bytes | None = self._db.get(key)
        return row

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """The rows with these keys, in their order."""
        rows: list[bytes | None] = self._db[list(keys)] if keys else []
        return rows

    def scan(self, prefix: bytes, start: bytes | None = None) -> Iterator[tuple[bytes, bytes]]:
        """Rows whose key begins with the prefix, in key order, from `start` on."""
        for key, row in self._db.items(from_key=start or prefix):
            if not key.startswith(prefix):
                return
            if key != _OFFSET_KEY:
                yield key, row

    def write(self, rows: Iterable[Row], next_offset: int) -> None:
        """Writes rows (None deletes) and the changelog offset behind them in one step."""
        batch = WriteBatch(raw_mode=True)
        put, delete = batch.put, batch.delete
        for key, row in rows:
            if row is None:
                delete(key)
            else:
                put(key, row)
        self.next_offset, self.written = next_offset, time.time()
        put(_OFFSET_KEY, _offset_layout.pack(next_offset, self.written))
        self._db.write(batch, self._batch_options)

    def size(self) -> StoreSize:
        """What it holds, by RocksDB's own estimates."""
        number = self._db.property_int_value
        kept = (number("rocksdb.live-sst-files-size") or 0) + (number("rocksdb.cur-size-all-mem-tables") or 0)
        return StoreSize(number("rocksdb.estimate-num-keys") or 0, kept)

    def flush(self) -> None:
        """Moves what is in memory to disk, so that a kill replays little."""
        self._db.flush()

    def close(self) -> None:
        """Flushes and releases the folder."""
        self._db.flush()
        self._db.close()


def _in_use(path: Path) -> StoreError:
    return StoreError(f"the data folder {path} is in use by another process: give each worker its own (--data)")


def _unusable(path: Path, why: str) -> StoreError:
    return StoreError(
        f"the data folder {path} cannot be used ({why}): give the worker one that it can write to, with room on its "
        "disk (--data, or worker.data in the settings)"
    )


def _options() -> Options:
    options = Options(raw_mode=True)
    options.create_if_missing(True)
    options.set_write_buffer_size(_WRITE_BUFFER)
    options.set_max_write_buffer_number(2)
    table = BlockBasedOptions()
    table.set_block_cache(Cache(_BLOCK_CACHE))
    table.set_bloom_filter(10, False)
    options.set_block_based_table_factory(table)
    return options


def _write_options() -> WriteOptions:
    options = WriteOptions()
    options.disable_wal = True
    return options
