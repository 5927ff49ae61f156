"""Content types: the header on every message we write, so that no reader guesses a format from its bytes."""

from collections.abc import Iterable

from schemas.errors import ContentTypeError

HEADER = "content-type"
JSON = b"application/json"
MSGPACK = b"application/vnd.penchant.v1+msgpack"
JSON_HEADERS: list[tuple[str, str | bytes | None]] = [(HEADER, JSON)]
MSGPACK_HEADERS: list[tuple[str, str | bytes | None]] = [(HEADER, MSGPACK)]
_SHOWN = 100


def require_json(headers: Iterable[tuple[str, bytes | None]]) -> None:
    """Raises ContentTypeError when a content-type header names another format than JSON; none at all will do."""
    for name, value in headers:
        if value and name.lower().replace("-", "") == "contenttype" and not _is_json(value):
            shown = value[:_SHOWN].decode(errors="replace")
            raise ContentTypeError(f"its {name} is `{shown}`: send JSON as {JSON.decode()}, or without this header")


def _is_json(value: bytes) -> bool:
    media = value.strip(b'" ').split(b";", 1)[0].strip().lower()
    return media in (JSON, b"text/json") or media.endswith(b"+json")
