"""The fake encoder: a hashed bag of words and letters, projected at random; quick, exact and without weights."""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_128_digest

from models.encoder.texts import LONGEST_TEXT
from schemas.vectors import DIMENSIONS

RECIPE = "words 10, character trigrams 3, signs of xxh3_128, revision 1"
WORD_WEIGHT = 10
TRIGRAM_WEIGHT = 3
_words = re.compile(r"\w+").findall


class FakeEncoder:
    """Similar words give similar vectors, and the same text the same bytes on every machine.

    Each word and each trigram of letters stands for a random direction of 128 signs, which are the bits of its hash;
    a text is the weighted sum of its directions, counted in integers.
    """

    @property
    def version(self) -> str:
        """The name of the recipe."""
        return f"fake.hashed.{sha256(RECIPE.encode()).hexdigest()[:12]}"

    @property
    def hardware(self) -> str:
        """Any CPU will do."""
        return "cpu"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per text (n, 128) float32."""
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            bag = _bag(text[:LONGEST_TEXT].lower())
            vectors[row] = bag / sqrt(int(bag @ bag))
        return vectors


def _bag(text: str) -> NDArray[np.int64]:
    features = list(_features(text)) or [("", WORD_WEIGHT)]
    digests = b"".join([xxh3_128_digest(name.encode()) for name, _ in features])
    bits = np.unpackbits(np.frombuffer(digests, np.uint8)).reshape(len(features), DIMENSIONS)
    weights = np.array([weight for _, weight in features])
    return 2 * (weights @ bits) - weights.sum()


def _features(text: str) -> Iterator[tuple[str, int]]:
    for word in _words(text):
        yield word, WORD_WEIGHT
        padded = f" {word} "
        for start in range(len(padded) - 2):
            yield padded[start : start + 3], TRIGRAM_WEIGHT
