"""Records for tests of the encoding room."""

from schemas.behaviors import Behavior, encode_behavior
from schemas.encoding import EncodeRequest, encode_request
from schemas.items import Item, encode_item
from streams.encoding.records import Record


def item_record(item: Item | None, key: bytes | None = None, offset: int = 5) -> Record:
    """An item as it lies on partition 3 of its topic."""
    value = None if item is None else encode_item(item)
    return Record("items", 3, offset, key or (item.id.encode() if item else None), value, (("trace", b"1"),))


def request_value(text: str | None, event_id: str = "e1") -> bytes:
    """A request to encode the text of a behavior; without a text the behavior is a view of an item."""
    behavior = Behavior(
        event_id=event_id,
        type="search" if text else "view",
        occurred_at=1_700_000_000_000,
        user_id="u1",
        item_id=None if text else "i1",
        text=text,
    )
    return encode_request(EncodeRequest(kind="behavior", model="text", payload=encode_behavior(behavior)))


def wish_record(text: str, kind: str = "request", offset: int = 7) -> Record:
    """A request for the clauses of a behavior of this type, as it lies on partition 2 of its topic."""
    behavior = Behavior(event_id="e1", type=kind, occurred_at=1_700_000_000_000, user_id="u1", text=text)
    asked = EncodeRequest(kind="request", model="text", payload=encode_behavior(behavior))
    return Record("encode.requests", 2, offset, b"u1", encode_request(asked))


def request_record(text: str | None, offset: int = 7) -> Record:
    """A request as it lies on partition 2 of its topic."""
    return Record("encode.requests", 2, offset, b"u1", request_value(text))
