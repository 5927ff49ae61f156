"""Content types: the header on every message we write, so that no reader guesses a format from its bytes."""

HEADER = "content-type"
JSON = b"application/json"
MSGPACK = b"application/vnd.penchant.v1+msgpack"
JSON_HEADERS: list[tuple[str, str | bytes | None]] = [(HEADER, JSON)]
MSGPACK_HEADERS: list[tuple[str, str | bytes | None]] = [(HEADER, MSGPACK)]
