"""Text vectors are the encoder's, computed once per text, with room for urgent work between parts."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.encoder.fake import FakeEncoder
from models.encoder.options import BatchOptions
from schemas.vectors import from_bytes
from streams.encoding.cache import VectorCache
from streams.encoding.vectors import COUNTED_CHARACTERS, TOKEN_CHARACTERS, TextVectors, parts
from streams.metrics import EncoderMetrics


class CountingEncoder(FakeEncoder):
    """The fake, which remembers the texts it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return super().encode(texts)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[VectorCache]:
    cache = VectorCache(tmp_path, FakeEncoder().version)
    yield cache
    cache.close()


def test_vectors_are_the_encoder_s_rounded_to_float16(cache: VectorCache) -> None:
    vectors = TextVectors(FakeEncoder(), cache, BatchOptions(), EncoderMetrics()).of(["red", "blue"])
    exact = FakeEncoder().encode(["red", "blue"])
    np.testing.assert_allclose([from_bytes(vectors["red"]), from_bytes(vectors["blue"])], exact, atol=1e-3)


def test_no_text_is_encoded_twice(cache: VectorCache) -> None:
    encoder = CountingEncoder()
    vectors = TextVectors(encoder, cache, BatchOptions(texts=2), EncoderMetrics())
    first = vectors.of(["red", "blue", "red", "green", "blue"])
    second = vectors.of(["blue", "black", "red"])
    after_restart = TextVectors(encoder, cache, BatchOptions(), EncoderMetrics()).of(["red"])
    assert encoder.asked == ["red", "blue", "green", "black"]
    assert (vectors.encoded, vectors.cached) == (4, 2)
    assert first["red"] == second["red"] == after_restart["red"]


def test_urgent_work_comes_between_parts_and_what_it_encoded_is_not_encoded_again(cache: VectorCache) -> None:
    encoder = CountingEncoder()
    vectors = TextVectors(encoder, cache, BatchOptions(texts=2), EncoderMetrics())
    vectors.of(["a", "b", "c", "d"], between=lambda: vectors.of(["urgent", "c"]) and None)
    assert encoder.asked == ["a", "b", "urgent", "c", "d"]


def test_no_texts_ask_for_nothing(cache: VectorCache) -> None:
    encoder = CountingEncoder()
    assert TextVectors(encoder, cache, BatchOptions(), EncoderMetrics()).of([]) == {}
    assert encoder.asked == []


@given(st.lists(st.integers(0, 3000)), st.integers(1, 8), st.integers(1, 1000))
@settings(max_examples=100, deadline=None)
def test_parts_keep_texts_order_and_bounds(lengths: list[int], texts: int, tokens: int) -> None:
    given_texts = [str(i)[:1] * length for i, length in enumerate(lengths)]
    found = list(parts(given_texts, BatchOptions(texts, tokens)))
    assert [text for part in found for text in part] == given_texts
    for part in found:
        cost = sum(min(len(text), COUNTED_CHARACTERS) for text in part)
        assert 1 <= len(part) <= texts
        assert cost <= tokens * TOKEN_CHARACTERS or len(part) == 1
