"""Encoder options: which model runs, where, and in batches of what size."""

from dataclasses import dataclass
from typing import Literal, get_args

from models.encoder.errors import EncoderError

Model = Literal["minilm", "fake"]
Device = Literal["auto", "cuda", "mps", "cpu"]
Precision = Literal["auto", "f32", "bf16"]


@dataclass(frozen=True)
class BatchOptions:
    """Bounds of one batch: texts, and tokens counted with padding (a single longer text is a batch of its own)."""

    texts: int = 256
    tokens: int = 16_384

    def __post_init__(self) -> None:
        if self.texts < 1 or self.tokens < 1:
            raise EncoderError("an encoder batch holds at least one text and one token")


@dataclass(frozen=True)
class EncoderOptions:
    """Which encoder, and how it runs.

    device: auto takes CUDA, else MPS, else the CPU. precision: auto takes bf16 where the hardware is faster with it
    (CUDA, CPUs with AMX), else f32; it is no part of the encoder version. threads: of the CPU, 0 leaves torch's choice.
    """

    model: Model = "minilm"
    device: Device = "auto"
    precision: Precision = "auto"
    batch: BatchOptions = BatchOptions()
    threads: int = 0

    def __post_init__(self) -> None:
        for name, value, known in (
            ("model", self.model, get_args(Model)),
            ("device", self.device, get_args(Device)),
            ("precision", self.precision, get_args(Precision)),
        ):
            if value not in known:
                raise EncoderError(f"encoder.{name} is {value!r}; known are {', '.join(known)}")
