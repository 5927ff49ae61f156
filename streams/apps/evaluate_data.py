"""Data to evaluate on: behaviors and items from files, and a folder that keeps the vectors of their texts."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.encoder.loading import load_encoder
from models.encoder.options import EncoderOptions, Model
from models.encoder.protocol import Encoder
from models.evaluation.catalogs import TextVectors
from models.samples.recording import open_recording, read_behaviors, read_items
from schemas.behaviors import Behavior
from schemas.halves import to_half
from schemas.items import Item
from schemas.vectors import DIMENSIONS, from_bytes
from streams.apps.operators import OperatorError
from streams.encoding.cache import VectorCache
from streams.settings import Settings

NUMBERED = {"user", "item", "ts"}


@dataclass(frozen=True)
class DataOptions:
    """Which files. dislike_below: behaviors of a smaller value count as dislikes, None for none."""

    events: Path
    items: Path
    dislike_below: float | None = None


class _Line(msgspec.Struct):
    """An item of a numbered data set: its number in the events, and its categories under their short name."""

    id: str
    item: int | None = None
    cats: tuple[str, ...] = ()


def read_data(options: DataOptions) -> tuple[list[Item], list[Behavior]]:
    """Items and behaviors.

    Events are a recording, as `penchant replay` takes it, or a CSV of user,item,ts,value: epoch seconds, and the number
    that a line of the items gives as `item`. Raises: RecordingError, OperatorError with the line and the mend.
    """
    items = list(read_items(options.items))
    with open_recording(options.events) as file:
        rows = csv.DictReader(file)
        if not set(rows.fieldnames or ()) >= NUMBERED:
            behaviors = read_behaviors(options.events)
        else:
            items, names = _numbered_items(options.items, items)
            behaviors = list(_numbered_behaviors(options.events, rows, names))
    return items, [_judged(behavior, options.dislike_below) for behavior in behaviors]


def _numbered_items(path: Path, items: Sequence[Item]) -> tuple[list[Item], dict[str, str]]:
    """The items with their categories, and the ids by the numbers that events name them by."""
    with open_recording(path) as file:
        lines = [msgspec.json.decode(line, type=_Line) for line in file if line.strip()]
    names = {str(place if line.item is None else line.item): line.id for place, line in enumerate(lines)}
    put = msgspec.structs.replace
    return [put(item, categories=item.categories or line.cats) for item, line in zip(items, lines, strict=True)], names


def _numbered_behaviors(path: Path, rows: "csv.DictReader[str]", names: dict[str, str]) -> Iterator[Behavior]:
    for row in rows:
        try:
            yield Behavior(
                event_id=f"{path.name}-{rows.line_num}",
                type="purchase",
                occurred_at=round(float(row["ts"]) * 1000),
                user_id=row["user"],
                item_id=names[row["item"]],
                value=float(row["value"]) if row.get("value") else None,
            )
        except (KeyError, ValueError) as error:
            raise OperatorError(
                f"{path}, line {rows.line_num}: {error} is no number of an item or of seconds: mend the line"
            ) from None


def _judged(behavior: Behavior, dislike_below: float | None) -> Behavior:
    low = dislike_below is not None and behavior.value is not None and behavior.value < dislike_below
    return msgspec.structs.replace(behavior, type="dislike") if low else behavior


def text_vectors(settings: Settings, model: Model, folder: Path | None) -> TextVectors:
    """Vectors by the encoder that runs this model, as the settings say where; a folder, if one is named, keeps them.

    Raises: EncoderError when the encoder is not installed.
    """
    chosen = settings.encoder
    encoder = load_encoder(EncoderOptions(model=model, device=chosen.device, threads=chosen.threads))
    return TextVectors(encoder if folder is None else CachedEncoder(encoder, folder))


class CachedEncoder:
    """An encoder that keeps vectors in a folder, so that no text is encoded in two runs. version: the encoder's."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.version = encoder.version
        self.hardware = encoder.hardware
        self._encoder = encoder
        self._folder = folder

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector per text (n, 128) float32, rounded as the worker has it. Raises CacheError as VectorCache does."""
        with closing(VectorCache(self._folder, self.version)) as cache:
            known = cache.find(texts)
            new = [text for text in dict.fromkeys(texts) if text not in known]
            if new:
                encoded = to_half(self._encoder.encode(new))
                vectors = {text: row.tobytes() for text, row in zip(new, encoded, strict=True)}
                cache.keep(vectors)
                known |= vectors
        return np.array([from_bytes(known[text]) for text in texts], np.float32).reshape(-1, DIMENSIONS)
