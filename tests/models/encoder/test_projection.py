"""The projection is PCA with half whitening, survives its file, and is the one that the shipped texts give."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.encoder.errors import EncoderError
from models.encoder.projection import (
    Projection,
    fit_projection,
    load_projection,
    save_projection,
    unit,
)


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    random = np.random.default_rng(1)
    spread = np.linspace(3, 0.1, 160)
    return (random.normal(size=(2000, 160)) * spread + random.normal(size=160)).astype(np.float32)


def test_projected_vectors_have_length_one(vectors: NDArray[np.float32]) -> None:
    projected = fit_projection(vectors).project(vectors)
    assert projected.shape == (2000, 128) and projected.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(projected, axis=1), 1, atol=1e-5)


def test_components_are_scaled_by_the_fourth_root_of_their_variance(vectors: NDArray[np.float32]) -> None:
    projection = fit_projection(vectors)
    components = (unit(vectors) - projection.mean).astype(np.float64) @ projection.matrix.astype(np.float64)
    covariance = np.cov(components, rowvar=False)
    variances = np.diag(covariance)
    eigenvalues = np.linalg.eigvalsh(np.cov(unit(vectors).astype(np.float64), rowvar=False))[::-1][:128]
    np.testing.assert_allclose(variances, np.sqrt(eigenvalues), rtol=5e-3)
    assert np.abs(covariance - np.diag(variances)).max() < 1e-3 * variances.max()


def test_the_length_of_a_vector_does_not_matter(vectors: NDArray[np.float32]) -> None:
    projection = fit_projection(vectors)
    np.testing.assert_allclose(projection.project(vectors * 7), projection.project(vectors), atol=1e-5)


def test_a_vector_without_direction_still_gets_length_one(vectors: NDArray[np.float32]) -> None:
    projection = Projection(np.zeros(160, np.float32), fit_projection(vectors).matrix)
    assert np.isclose(np.linalg.norm(projection.project(np.zeros((1, 160), np.float32))), 1)
    np.testing.assert_array_equal(unit(np.zeros((1, 3), np.float32)), [[1, 0, 0]])


def test_a_new_fit_on_the_same_vectors_in_another_order_agrees(vectors: NDArray[np.float32]) -> None:
    first, second = fit_projection(vectors), fit_projection(vectors[::-1])
    np.testing.assert_allclose(first.project(vectors), second.project(vectors), atol=5e-3)


def test_too_few_texts_are_refused(vectors: NDArray[np.float32]) -> None:
    with pytest.raises(EncoderError, match="fewer than 128 dimensions"):
        fit_projection(vectors[:100])


def test_the_file_gives_back_the_projection_and_the_same_bytes(vectors: NDArray[np.float32], tmp_path: Path) -> None:
    projection = fit_projection(vectors)
    first, second = tmp_path / "first.npz", tmp_path / "second.npz"
    save_projection(projection, first)
    loaded = load_projection(first)
    save_projection(loaded, second)
    assert loaded.checksum == projection.checksum
    assert first.read_bytes() == second.read_bytes()


def test_a_missing_or_foreign_file_is_refused_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"missing.*models\.encoder\.fit"):
        load_projection(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(EncoderError, match="no projection"):
        load_projection(tmp_path / "text.npz")
    save_projection(Projection(np.zeros(8, np.float32), np.zeros((8, 5), np.float16)), tmp_path / "small.npz")
    with pytest.raises(EncoderError, match="5 dimensions, 128 are needed"):
        load_projection(tmp_path / "small.npz")


def test_the_shipped_projection_takes_the_model_s_384_numbers() -> None:
    assert load_projection().width == 384
