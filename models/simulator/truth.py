"""Truth: planted users as lines of JSON, so that what was planted can be compared with what was found."""

import msgspec

from models.simulator.options import SimulatorError
from models.simulator.planted import PlantedUser

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(PlantedUser)


def encode_truth(user: PlantedUser) -> bytes:
    """The user as one line of JSON, without its end; all that decode_truth needs to give the same user."""
    return _encoder.encode(user)


def decode_truth(line: bytes) -> PlantedUser:
    """The user of a line. Raises SimulatorError when it is none."""
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SimulatorError(f"not a planted user: {error}; `penchant simulate --truth FILE` writes them") from None
