"""The fake encoder keeps the encoder's contract exactly, and its vectors are fixed for ever."""

import numpy as np
import pytest

from models.encoder.fake import FakeEncoder
from tests.contracts.encoder import EncoderContract


class TestFakeEncoder(EncoderContract):
    @pytest.fixture(scope="class")
    @classmethod
    def encoder(cls) -> FakeEncoder:
        return FakeEncoder()

    def test_vectors_and_version_are_the_same_on_every_machine(self, encoder: FakeEncoder) -> None:
        assert encoder.version == "fake.hashed.a1d668e93d1b"
        half = encoder.encode(["Garden gnome"])[0, :4]
        np.testing.assert_array_equal(half, np.array([0.044003598, 0.073339328, -0.11245364, 0.014667866], np.float32))

    def test_case_and_punctuation_do_not_matter(self, encoder: FakeEncoder) -> None:
        plain, loud = encoder.encode(["garden gnome", "GARDEN: gnome!"])
        np.testing.assert_array_equal(plain, loud)
