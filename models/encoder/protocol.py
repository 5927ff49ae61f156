"""The encoder protocol: what every text encoder offers."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Encoder(Protocol):
    """Turns texts into unit vectors; `version` names everything that decides which vector a text gets."""

    @property
    def version(self) -> str:
        """Model, pooling and a checksum, as in minilm-l6-v2.mean.0123456789ab."""

    @property
    def hardware(self) -> str:
        """What it runs on, as in "cuda bf16"."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per text, in order (n, 128) float32; an empty text has one too."""
