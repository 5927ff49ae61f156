"""Items: from an item to the item with its vector."""

from collections.abc import Sequence

import numpy as np

from models.encoder.texts import item_text
from schemas.content_types import MSGPACK_HEADERS, require_json
from schemas.errors import SchemaError
from schemas.items import Item, ItemVector, brand_of, decode_item, encode_item_vector, price_band_of
from schemas.times import epoch_seconds
from schemas.vectors import to_bytes
from streams.encoding.records import Outgoing, Reader, Record, Task


def item_reader(topic: str, version: str) -> Reader:
    """Reads records of items. Args: topic: where their vectors go; version: the encoder's."""

    def read(record: Record) -> Task:
        if record.key is None:
            raise SchemaError("not an item: it has no key; produce items with their id as the key")
        if record.value is None:
            _require_text(record.key)
            return Task((), lambda _: Outgoing(topic, record.partition, record.key, None, MSGPACK_HEADERS))
        require_json(record.headers)
        item = decode_item(record.value)
        if item.id.encode() != record.key:
            raise SchemaError("not an item: its key is not its id, so that nothing could replace or delete it later")
        supplied = supplied_vector(item)
        text = "" if supplied else item_text(item)
        published_at = None if item.published_at is None else epoch_seconds(item.published_at)

        def answer(vectors: Sequence[bytes]) -> Outgoing:
            encoded = ItemVector(
                item_id=item.id,
                encoder=version,
                vector=vectors[0] if vectors else supplied,
                title=item.title,
                categories=item.categories,
                tags=item.tags,
                brand=brand_of(item),
                price_band=price_band_of(item),
                available=item.available,
                published_at=published_at,
            )
            return Outgoing(topic, record.partition, record.key, encode_item_vector(encoded), MSGPACK_HEADERS)

        return Task((text,) if text else (), answer)

    return read


def _require_text(key: bytes) -> None:
    """Refuses to delete what no item can be called, before it reaches who takes keys for ids."""
    try:
        key.decode()
    except UnicodeDecodeError:
        raise SchemaError("not an item's deletion: its key is not UTF-8, so it is no item's id") from None


def supplied_vector(item: Item) -> bytes | None:
    """The item's own vector at length 1, as 256 bytes of float16. Raises SchemaError when it has no direction."""
    if item.vector is None:
        return None
    vector = np.array(item.vector, np.float64)
    length = np.linalg.norm(vector)
    if length == 0:
        raise SchemaError("not an item: `$.vector` is all zeros; leave it out to have the item's text encoded")
    return to_bytes((vector / length).astype(np.float32))
