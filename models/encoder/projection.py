"""Projection: from a model's width to 128 dimensions, by half-whitened principal components."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from models.encoder.errors import EncoderError
from schemas.vectors import DIMENSIONS

SHIPPED = Path(__file__).with_name("projection.npz")
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Projection:
    """mean (width,) float32; matrix (width, 128) float16, kept in half precision so that the artifact stays small."""

    mean: NDArray[np.float32]
    matrix: NDArray[np.float16]

    @property
    def width(self) -> int:
        """Dimensions of the vectors it takes."""
        return len(self.mean)

    @property
    def checksum(self) -> bytes:
        """sha256 over its numbers."""
        return sha256(self.mean.tobytes() + self.matrix.tobytes()).digest()

    def project(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Unit vectors (n, 128) float32 of vectors (n, width) float32 of any length above 0."""
        return unit((unit(vectors) - self.mean) @ self.matrix.astype(np.float32))


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same directions (n, d) at length 1; one without a direction becomes the first axis."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directed = lengths > TINY
    axis = np.eye(1, vectors.shape[1], dtype=np.float32)
    return np.where(directed, vectors / np.where(directed, lengths, 1), axis).astype(np.float32)


def fit_projection(vectors: NDArray[np.float32]) -> Projection:
    """Principal components of the vectors' directions, each scaled by its eigenvalue ** -0.25.

    Args: vectors (n, width) float32, with more than 128 independent ones.
    Half whitening lies between the plain components, in which what all texts share drowns what tells them apart, and
    full whitening, which raises noise. A component's sign makes its largest entry positive, so that a new fit agrees.
    """
    directions = unit(vectors).astype(np.float64)
    mean = directions.mean(axis=0)
    eigenvalues, axes = np.linalg.eigh(np.cov(directions - mean, rowvar=False))
    eigenvalues, axes = eigenvalues[::-1][:DIMENSIONS], axes[:, ::-1][:, :DIMENSIONS]
    if len(eigenvalues) < DIMENSIONS or eigenvalues[-1] < TINY:
        raise EncoderError(f"the texts span fewer than {DIMENSIONS} dimensions: fit on more of them")
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(DIMENSIONS)])
    return Projection(mean.astype(np.float32), (axes * signs * eigenvalues**-0.25).astype(np.float16))


def save_projection(projection: Projection, path: Path) -> None:
    """Writes the artifact; the same projection gives the same bytes."""
    with path.open("wb") as file:
        np.savez(file, mean=projection.mean, matrix=projection.matrix)


def load_projection(path: Path = SHIPPED) -> Projection:
    """The artifact. Raises EncoderError when it is missing or is no projection to 128 dimensions."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            projection = Projection(arrays["mean"], arrays["matrix"])
    except FileNotFoundError:
        raise EncoderError(f"the projection {path} is missing: fit it with `python -m models.encoder.fit`") from None
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise EncoderError(f"{path} is no projection ({error}): fit it with `python -m models.encoder.fit`") from None
    if projection.matrix.shape != (projection.width, DIMENSIONS):
        raise EncoderError(f"{path} projects to {projection.matrix.shape[-1]} dimensions, {DIMENSIONS} are needed")
    return projection
