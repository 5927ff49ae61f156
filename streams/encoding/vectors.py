"""Text vectors: from texts to their vectors, each text encoded once."""

import time
from collections.abc import Callable, Iterator, Sequence

from models.encoder.options import BatchOptions
from models.encoder.protocol import Encoder
from schemas.halves import to_half
from streams.encoding.cache import VectorCache
from streams.metrics import EncoderMetrics

TOKEN_CHARACTERS = 4  # about, in English; a bound on time and not on memory, so about is enough
COUNTED_CHARACTERS = 1024  # a model reads no more of a text


def nothing() -> None:
    """What happens between parts by default."""


class TextVectors:
    """The encoder behind its cache.

    encoded, cached: how many texts were encoded, and found in the cache, since the start.
    """

    def __init__(self, encoder: Encoder, cache: VectorCache, batch: BatchOptions, metrics: EncoderMetrics) -> None:
        self.encoded = 0
        self.cached = 0
        self._encoder = encoder
        self._cache = cache
        self._batch = batch
        self._metrics = metrics

    @property
    def version(self) -> str:
        """The encoder's version."""
        return self._encoder.version

    def of(self, texts: Sequence[str], between: Callable[[], None] = nothing) -> dict[str, bytes]:
        """The vector of each text, 256 bytes of float16.

        between: called after each part that takes the model about one batch, so that more urgent work can go ahead.
        """
        vectors: dict[str, bytes] = {}
        for part in parts(list(dict.fromkeys(texts)), self._batch):
            known = self._cache.find(part)
            new = self._encode([text for text in part if text not in known])
            self.cached += len(known)
            self._metrics.texts.labels("cached").inc(len(known))
            vectors |= known | new
            between()
        return vectors

    def _encode(self, texts: list[str]) -> dict[str, bytes]:
        if not texts:
            return {}
        began = time.monotonic()
        halves = to_half(self._encoder.encode(texts))
        self._metrics.encode_seconds.observe(time.monotonic() - began)
        self._metrics.batch_fill.observe(len(texts) / self._batch.texts)
        self._metrics.texts.labels("encoded").inc(len(texts))
        vectors = {text: row.tobytes() for text, row in zip(texts, halves, strict=True)}
        self._cache.keep(vectors)
        self.encoded += len(texts)
        return vectors


def parts(texts: Sequence[str], batch: BatchOptions) -> Iterator[list[str]]:
    """The texts in order, in parts of at most batch.texts texts and about batch.tokens tokens."""
    part: list[str] = []
    room = limit = batch.tokens * TOKEN_CHARACTERS
    for text in texts:
        cost = min(len(text), COUNTED_CHARACTERS)
        if part and (len(part) == batch.texts or cost > room):
            yield part
            part, room = [], limit
        part.append(text)
        room -= cost
    if part:
        yield part
