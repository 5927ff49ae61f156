"""Search: what an operator is told when a text cannot be searched for."""

import pytest

from models.encoder.fake import FakeEncoder
from schemas.vectors import DIMENSIONS
from streams.apps.operators import OperatorError
from streams.apps.search import SearchRequest, encoded, run
from streams.settings import EncoderSettings, Settings

FAKE = Settings(encoder=EncoderSettings(model="fake"))


def test_a_text_is_encoded_as_the_encoders_of_the_deployment_do() -> None:
    version = FakeEncoder().version
    assert encoded(FAKE, "red lamp", {version}).shape == (DIMENSIONS,)


def test_vectors_of_another_encoder_are_refused_with_the_setting_that_mends_it() -> None:
    with pytest.raises(OperatorError, match=r"of the encoder minilm-l6, but .*: set encoder.model \(now fake\)"):
        encoded(FAKE, "red lamp", {"minilm-l6", FakeEncoder().version})


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(OperatorError, match="the text is empty"):
        run(FAKE, SearchRequest("ann", "  "))
