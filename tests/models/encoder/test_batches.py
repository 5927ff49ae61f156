"""Batches keep their bounds, pad little, and give every text its own vector in order."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.encoder.batches import Tokens, length_bucketed, pooled_in_batches
from models.encoder.options import BatchOptions

LENGTHS = st.lists(st.integers(1, 300), max_size=60)
OPTIONS = st.builds(BatchOptions, texts=st.integers(1, 9), tokens=st.integers(1, 500))


class CodePoints:
    """A model without weights: a text's tokens are its code points, its pooled vector their count and sum."""

    width = 2

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def prepare(self, texts: Sequence[str]) -> list[Tokens]:
        return [[0, *map(ord, text)] for text in texts]

    def run(self, batch: Sequence[Tokens]) -> NDArray[np.float32]:
        self.batches.append([len(tokens) for tokens in batch])
        return np.array([(len(tokens), sum(tokens)) for tokens in batch], np.float32)


@given(LENGTHS, OPTIONS)
@settings(max_examples=100, deadline=None)
def test_each_text_is_in_one_batch_and_batches_keep_their_bounds(lengths: list[int], options: BatchOptions) -> None:
    batches = length_bucketed(lengths, options)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        padded = len(batch) * max(lengths[i] for i in batch)
        assert len(batch) <= options.texts
        assert padded <= options.tokens or len(batch) == 1


@given(LENGTHS, OPTIONS)
@settings(max_examples=50, deadline=None)
def test_no_text_of_a_batch_is_shorter_than_one_of_a_later_batch(lengths: list[int], options: BatchOptions) -> None:
    order = [lengths[i] for batch in length_bucketed(lengths, options) for i in batch]
    assert order == sorted(lengths, reverse=True)


def test_a_batch_takes_as_many_texts_as_fit() -> None:
    batches = length_bucketed([1] * 5 + [10] * 3, BatchOptions(texts=4, tokens=20))
    assert [len(batch) for batch in batches] == [2, 2, 4]


@given(st.lists(st.text(max_size=12), max_size=40), OPTIONS)
@settings(max_examples=50, deadline=None)
def test_batching_gives_what_one_by_one_gives(texts: list[str], options: BatchOptions) -> None:
    model = CodePoints()
    together = pooled_in_batches(model, texts, options)
    one_by_one = [pooled_in_batches(CodePoints(), [text], options)[0] for text in texts]
    np.testing.assert_array_equal(together, np.array(one_by_one, np.float32).reshape(-1, 2))
    assert sum(map(len, model.batches)) == len(texts)
