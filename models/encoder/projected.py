"""The projected encoder: a batch model, its pooling and a projection, under one version."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.encoder.batches import BatchModel, pooled_in_batches
from models.encoder.errors import EncoderError
from models.encoder.options import BatchOptions
from models.encoder.projection import Projection


class NamedModel(BatchModel, Protocol):
    """A batch model that can say what it is."""

    @property
    def hardware(self) -> str:
        """What it runs on, as in "cuda bf16"."""

    def version(self, projection: Projection) -> str:
        """The version of the encoder that it makes with this projection."""


class ProjectedEncoder:
    """Prepare, run, finish: tokens, pooled vectors of the model, unit vectors of 128 dimensions."""

    def __init__(self, model: NamedModel, projection: Projection, options: BatchOptions) -> None:
        if projection.width != model.width:
            raise EncoderError(
                f"the projection takes {projection.width} numbers, the model gives {model.width}: fit it anew"
            )
        self._model = model
        self._projection = projection
        self._options = options
        self._version = model.version(projection)

    @property
    def version(self) -> str:
        """Model, pooling and checksum."""
        return self._version

    @property
    def hardware(self) -> str:
        """What the model runs on."""
        return self._model.hardware

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per text, in order (n, 128) float32."""
        return self._projection.project(pooled_in_batches(self._model, texts, self._options))
