"""The contract of text encoders; an implementation's test class inherits it and gives an `encoder` fixture."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.encoder.protocol import Encoder

TEXTS = (
    "Red retrospot lunch bag",
    "Lunch bag with red dots",
    "Hanging tea light holder made of glass",
    "",
    "Garden gnome",
    "glass " * 400,
    "Grüner Tee, 緑茶 🍵",
)


class EncoderContract:
    """What every encoder keeps. TOLERANCE: how far two encodings of one text may lie apart."""

    TOLERANCE = 0.0

    @pytest.fixture(scope="class")
    @classmethod
    def vectors(cls, encoder: Encoder) -> NDArray[np.float32]:
        return encoder.encode(TEXTS)

    def test_each_text_gets_a_unit_vector_of_128_float32(self, vectors: NDArray[np.float32]) -> None:
        assert vectors.shape == (len(TEXTS), 128)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_the_same_text_gives_the_same_vector_again(self, encoder: Encoder, vectors: NDArray[np.float32]) -> None:
        np.testing.assert_array_equal(encoder.encode(TEXTS), vectors)

    def test_a_vector_does_not_depend_on_order_or_company(self, encoder: Encoder, vectors: NDArray[np.float32]) -> None:
        reverse = encoder.encode(TEXTS[::-1])[::-1]
        alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
        np.testing.assert_allclose(reverse, vectors, atol=self.TOLERANCE)
        np.testing.assert_allclose(alone, vectors, atol=self.TOLERANCE)

    def test_no_texts_give_no_vectors(self, encoder: Encoder) -> None:
        assert encoder.encode([]).shape == (0, 128)

    def test_similar_texts_lie_nearer_than_different_ones(self, vectors: NDArray[np.float32]) -> None:
        red, dots, holder, _, gnome = vectors[:5]
        assert red @ dots > max(red @ holder, red @ gnome) + 0.2

    def test_a_text_beyond_every_limit_is_encoded_by_its_beginning(self, encoder: Encoder) -> None:
        huge = "lunch bag " * 100_000
        np.testing.assert_allclose(encoder.encode([huge]), encoder.encode([huge + "gnome"]), atol=self.TOLERANCE)

    def test_the_version_names_the_encoder_and_stays(self, encoder: Encoder) -> None:
        name, pooling, checksum = encoder.version.rsplit(".", 2)
        assert name and pooling and len(checksum) == 12 and int(checksum, 16) >= 0
        assert encoder.version == encoder.version

    def test_it_says_what_it_runs_on(self, encoder: Encoder) -> None:
        assert encoder.hardware.split()[0] in ("cuda", "mps", "cpu")
