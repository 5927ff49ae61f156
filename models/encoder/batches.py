"""Batches: texts of like length run together, so that little is padded, and come back in their order."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.encoder.options import BatchOptions

Tokens = list[int]


class BatchModel(Protocol):
    """A model in steps, of which only `run` needs weights."""

    @property
    def width(self) -> int:
        """Numbers in a pooled vector."""

    def prepare(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text, cut to the model's length, never none."""

    def run(self, batch: Sequence[Tokens]) -> NDArray[np.float32]:
        """One pooled vector per token list (b, width) float32."""


def pooled_in_batches(model: BatchModel, texts: Sequence[str], options: BatchOptions) -> NDArray[np.float32]:
    """One pooled vector per text, in order (n, width) float32."""
    tokens = model.prepare(texts)
    pooled = np.empty((len(texts), model.width), np.float32)
    for batch in length_bucketed([len(t) for t in tokens], options):
        pooled[batch] = model.run([tokens[i] for i in batch])
    return pooled


def length_bucketed(lengths: Sequence[int], options: BatchOptions) -> list[NDArray[np.int64]]:
    """Indices of texts per batch, longest first, so that memory peaks in the first batch.

    Args: lengths: tokens per text, at least 1 each. A batch holds at most options.texts texts and, padded to its
    longest, at most options.tokens tokens; a text longer than that is a batch of its own.
    """
    order = np.argsort(-np.asarray(lengths, np.int64), kind="stable")
    batches = []
    start = 0
    while start < len(order):
        fitting = options.tokens // lengths[order[start]]
        size = max(min(fitting, options.texts), 1)
        batches.append(order[start : start + size])
        start += size
    return batches
