"""Search: what a text finds in the catalog, by the text alone and by a user's interests too."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from models.encoder.loading import load_encoder
from models.encoder.options import EncoderOptions
from models.search.options import DEFAULT_WEIGHT, SearchOptions
from schemas.errors import SchemaError
from schemas.items import ItemVector, decode_item
from streams.apps.feed import partition_counts
from streams.apps.found import found_for, lines_of_lists, lines_of_passages
from streams.apps.inspect import alias_of, became, latest_of
from streams.apps.operators import OperatorError
from streams.apps.reading import Reader, read_catalog
from streams.kafka.partitioners import PARTITIONERS, partition_of
from streams.settings import Settings

PIPE_WIDTH = 120


@dataclass(frozen=True)
class SearchRequest:
    """Who searches for what.

    top: how many items to show. weight: of the interests beside the text. passage: show the best item's text instead.
    """

    user: str
    text: str
    top: int = 10
    weight: float = DEFAULT_WEIGHT
    passage: bool = False


def run(settings: Settings, request: SearchRequest) -> int:
    """Prints what the text finds without and with the user's interests; for a visitor who identified, who it became.

    Raises: OperatorError when nothing is published for the user, when no item has a vector, or when the vectors are of
    another encoder than the one here; EncoderError when that one is not installed.
    """
    text = request.text.strip()
    if not text:
        raise OperatorError("the text is empty: say what to search for")
    latest = latest_of(settings, request.user)
    if latest is None:
        if (alias := alias_of(settings, request.user)) is not None:
            typer.echo(became(request.user, alias, "search as"))
            return 0
        raise OperatorError(
            f"nothing is published for `{request.user}` on {settings.kafka.bootstrap}: see that the id is written as in"
            " the behaviors, and that `penchant worker` runs"
        )
    items = searchable(settings)
    query = encoded(settings, text, {latest[0].encoder} | {item.encoder for item in items.values()})
    options = SearchOptions(weight=request.weight, interests=settings.interests)
    found = found_for(text, query, latest[0], items, options, request.top)
    console = Console(highlight=False)
    width = console.width if console.is_terminal else PIPE_WIDTH
    if request.passage:
        lines = lines_of_passages(found, texts_of(settings, found.first_ids()), width)
    else:
        lines = lines_of_lists(found, width)
    for line in lines:
        console.print(line, soft_wrap=True)
    return 0


def searchable(settings: Settings) -> dict[str, ItemVector]:
    """The items that can be found now, by id. Raises OperatorError when there are none."""
    items = {name: item for name, item in read_catalog(settings).items() if item.available and item.vector is not None}
    if not items:
        raise OperatorError(
            f"no item on {settings.topics.items_encoded} has a vector: see that items were produced and that"
            " `penchant encoder` runs"
        )
    return items


def encoded(settings: Settings, text: str, versions: set[str]) -> NDArray[np.float32]:
    """The text's vector (128,), of the encoder here. Raises OperatorError when another one made the vectors there.

    Args: versions: of the encoders of what is published.
    """
    chosen = settings.encoder
    encoder = load_encoder(EncoderOptions(model=chosen.model, device=chosen.device, threads=chosen.threads))
    if others := sorted(versions - {encoder.version, ""}):
        raise OperatorError(
            f"vectors on {settings.kafka.bootstrap} are of the encoder {others[0]}, but the one here is"
            f" {encoder.version}: set encoder.model (now {chosen.model}) as the encoders there have it, and install the"
            " same Penchant"
        )
    vector: NDArray[np.float32] = encoder.encode([text])[0]
    return vector


def texts_of(settings: Settings, ids: set[str]) -> Mapping[str, str]:
    """The texts of these items, by id, as they were produced; without those that have none."""
    topic = settings.topics.items
    count = partition_counts(settings, (topic,))[topic]
    homes = sorted({partition_of(name, one.encode(), count) for name in PARTITIONERS for one in ids})
    keys = {one.encode() for one in ids}
    newest: dict[str, str] = {}
    with Reader(settings, (topic,), homes) as reader:
        for message in reader.to_end():
            key, value = message.key(), message.value()
            if key in keys:
                newest[key.decode()] = _text_of(value)
    return {name: text for name, text in newest.items() if text}


def _text_of(value: bytes | None) -> str:
    """The text of a produced item, "" for one that is deleted or that no encoder could read either."""
    try:
        return "" if value is None else decode_item(value).text.strip()
    except SchemaError:
        return ""
