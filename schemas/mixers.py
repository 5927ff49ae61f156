"""Mixers: what a partition tells the others of its mixer rows, the newest per variant of ranking and partition."""

from collections.abc import Callable
from typing import Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.decoding import from_msgpack
from schemas.errors import SchemaError
from schemas.rows.mixer import read_mixer

SQUARES: Final = ("squares", "attention_squares", "hidden_squares", "output_squares")
PARAMETERS: Final = ("weights", "attention", "hidden", "output", *SQUARES)


class MixerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A mixer row, which says how many behaviors it has learned from, as it was before it was averaged with others'.

    variant: of ranking. partition: of the clickstream. Which ones are stale is told by the broker's timestamps.
    """

    variant: str
    partition: int
    row: bytes
    schema_version: Literal[1] = 1

    def mixer(self) -> NDArray[np.void]:
        """The row as an array (1,) MIXER. Raises SchemaError or UnknownVersionError for what is no such row."""
        return read_mixer(self.row)


_decoder = msgspec.msgpack.Decoder(MixerRecord)
encode_mixer_record: Callable[[MixerRecord], bytes] = msgspec.msgpack.Encoder().encode


def mixer_record_key(variant: str, partition: int) -> bytes:
    """The key of a partition's newest record of a variant."""
    return f"{variant}/{partition}".encode()


def decode_mixer_record(data: bytes) -> MixerRecord:
    """A record from its msgpack. Raises SchemaError, also where a number in its row would spoil those of others."""
    record = from_msgpack(_decoder.decode, data, "a mixer record")
    if record.partition < 0:
        raise SchemaError("not a mixer record: `$.partition` is below 0")
    mixer = record.mixer()
    if not all(np.isfinite(mixer[name]).all() for name in PARAMETERS):
        raise SchemaError("not a mixer record: `$.row` has a number that is not finite")
    if not all((mixer[name] > 0.0).all() for name in SQUARES):
        raise SchemaError("not a mixer record: `$.row` has sums of squares that are not above 0")
    return record
