"""Loading: the encoder that the options name, with an error that says how to get what is missing."""

from models.encoder.errors import EncoderError
from models.encoder.fake import FakeEncoder
from models.encoder.options import EncoderOptions
from models.encoder.projected import ProjectedEncoder
from models.encoder.projection import load_projection
from models.encoder.protocol import Encoder


def load_encoder(options: EncoderOptions) -> Encoder:
    """The encoder, its weights loaded. Raises EncoderError when the extra, the weights or the device are missing."""
    if options.model == "fake":
        return FakeEncoder()
    try:
        from models.encoder.minilm import MiniLM
    except ImportError as error:
        raise EncoderError(f"the encoder cannot start ({error}): pip install 'penchant[encoder]'") from error
    return ProjectedEncoder(MiniLM(options), load_projection(), options.batch)
