"""Fit: the command that makes the shipped projection from texts that are shipped too.

python -m models.encoder.fit --texts models/samples/online_retail_items.jsonl.gz --out models/encoder/projection.npz
"""

import argparse
import gzip
import sys
from collections.abc import Sequence
from pathlib import Path

from models.encoder.batches import pooled_in_batches
from models.encoder.minilm import MiniLM
from models.encoder.options import EncoderOptions
from models.encoder.projection import SHIPPED, Projection, fit_projection, save_projection
from models.encoder.texts import item_text
from schemas.items import decode_item

TEXTS = Path(__file__).parents[1] / "samples" / "online_retail_items.jsonl.gz"


def main(arguments: Sequence[str] | None = None) -> None:
    """Fits on the texts of items (gzipped JSON lines) and prints the version of the encoder that results."""
    parser = argparse.ArgumentParser(prog="python -m models.encoder.fit", description=main.__doc__)
    parser.add_argument("--texts", type=Path, default=TEXTS, help="items as gzipped JSON lines")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="where the projection goes")
    chosen = parser.parse_args(arguments)
    model = MiniLM(EncoderOptions(device="cpu", precision="f32"))
    projection = fit_on(model, read_texts(chosen.texts))
    save_projection(projection, chosen.out)
    sys.stdout.write(f"{model.version(projection)}\n")


def fit_on(model: MiniLM, texts: Sequence[str]) -> Projection:
    """The projection of the model's pooled vectors of these texts."""
    return fit_projection(pooled_in_batches(model, texts, EncoderOptions().batch))


def read_texts(path: Path) -> list[str]:
    """The texts of the items in a file of gzipped JSON lines, each once, in the file's order."""
    with gzip.open(path, "rb") as lines:
        texts = [item_text(decode_item(line)) for line in lines]
    return [text for text in dict.fromkeys(texts) if text]


if __name__ == "__main__":
    main()
