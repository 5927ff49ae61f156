"""Recordings: behaviors in CSV and items in JSON lines, plain or gzipped, read in event-time order.

A recording of behaviors has a header. Columns: user_id (or anonymous_id), item_id (or text) and occurred_at (RFC 3339
or epoch milliseconds) are needed; type (purchase where there is none), event_id (the file's name and the line where
there is none), value and recommendation_id may be there; others are ignored. Items are lines of item JSON.
"""

import csv
import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import msgspec

from schemas.behaviors import Behavior, decode_behavior
from schemas.errors import SchemaError
from schemas.items import Item, decode_item


class RecordingError(ValueError):
    """A recorded data set does not have the form described above."""


COLUMNS = ("event_id", "type", "occurred_at", "user_id", "anonymous_id", "item_id", "text", "recommendation_id")


def read_behaviors(path: Path) -> list[Behavior]:
    """All behaviors of a recording in event-time order, ties as in the file; occurred_at is in epoch milliseconds.

    Event ids depend on the file alone, so that a recording that is replayed twice counts once where ids are compared.
    Raises: RecordingError that names the file, the line and the mend.
    """
    with open_recording(path) as file:
        behaviors = list(_behaviors(path, csv.DictReader(file)))
    return sorted(behaviors, key=lambda behavior: behavior.at)


def read_items(path: Path) -> Iterator[Item]:
    """The items of a recording as they come. Raises RecordingError that names the file, the line and the mend."""
    with open_recording(path) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield decode_item(line.encode())
                except SchemaError as error:
                    raise RecordingError(f"{path}, line {number}: {error}") from None


@contextmanager
def open_recording(path: Path) -> Iterator[TextIO]:
    """The file as text, unpacked when its name ends in .gz. Raises RecordingError when it cannot be read."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            yield file
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(f"{path} cannot be read ({_cause(error)}): name a UTF-8 file, plain or gzipped") from None


def _behaviors(path: Path, rows: "csv.DictReader[str]") -> Iterator[Behavior]:
    _check_columns(path, rows.fieldnames or ())
    name = path.name.split(".", 1)[0]
    for row in rows:
        try:
            yield _behavior(row, default_id=f"{name}-{rows.line_num}")
        except ValueError as error:
            raise RecordingError(f"{path}, line {rows.line_num}: {error}") from None


def _check_columns(path: Path, columns: Iterable[str]) -> None:
    have = set(columns)
    for needed in (("occurred_at",), ("user_id", "anonymous_id"), ("item_id", "text")):
        if have.isdisjoint(needed):
            raise RecordingError(
                f"{path}, line 1: there is no column {' or '.join(needed)}; the header has {', '.join(columns)}"
            )


def _behavior(row: dict[str, str], default_id: str) -> Behavior:
    fields: dict[str, str | int | float] = {name: row[name] for name in COLUMNS if row.get(name)}
    fields.setdefault("event_id", default_id)
    fields.setdefault("type", "purchase")
    written = str(fields.get("occurred_at", ""))
    fields["occurred_at"] = int(written) if written.lstrip("-").isdecimal() else written
    if row.get("value"):
        fields["value"] = _number(row["value"])
    behavior = decode_behavior(msgspec.json.encode(fields))
    return msgspec.structs.replace(behavior, occurred_at=round(behavior.at * 1000))


def _number(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        raise RecordingError(f"the value `{written[:64]}` is not a number") from None


def _cause(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
