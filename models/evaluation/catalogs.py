"""Catalogs: items with their vectors, as the encoder worker publishes them and the worker has them."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.encoder.protocol import Encoder
from models.encoder.texts import item_text
from schemas.items import Item, ItemVector, brand_of, price_band_of
from schemas.vectors import DIMENSIONS, to_bytes

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


class TextVectors:
    """An encoder that encodes each text once; called with texts, it gives their vectors (n, 128) float32.

    version: the encoder's.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.version = encoder.version
        self._encode = encoder.encode
        self._known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of these texts, in order."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encode(new), strict=True))
        return np.array([self._known[text] for text in texts], np.float32).reshape(-1, DIMENSIONS)


def encoded_catalog(items: Sequence[Item], encode: Encode, version: str) -> Catalog:
    """The catalog of these items, a row each in their order; one without a text has no vector."""
    catalog = Catalog(max(len(items), 1))
    for item in encoded_items(items, encode, version):
        catalog.put(item)
    return catalog


def encoded_items(items: Sequence[Item], encode: Encode, version: str) -> Iterator[ItemVector]:
    """The items with their vectors, as they are on items.encoded."""
    texts = [item_text(item) for item in items]
    distinct = [text for text in dict.fromkeys(texts) if text]
    vectors = dict(zip(distinct, encode(distinct), strict=True))
    for item, text in zip(items, texts, strict=True):
        yield _with_vector(item, version, to_bytes(vectors[text]) if text else None)


def _with_vector(item: Item, version: str, vector: bytes | None) -> ItemVector:
    return ItemVector(
        item_id=item.id,
        encoder=version,
        vector=vector,
        title=item.title,
        categories=item.categories,
        tags=item.tags,
        brand=brand_of(item),
        price_band=price_band_of(item),
        available=item.available,
    )
