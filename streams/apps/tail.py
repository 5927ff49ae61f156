"""Tail: recommendations as they come, for people or, as JSON lines, for programs."""

from dataclasses import dataclass

import typer

from schemas.items import ItemVector
from schemas.recommendations import decode_recommendations
from streams.apps.display import lines_of_list
from streams.apps.reading import Reader, keep_item
from streams.settings import Settings


@dataclass(frozen=True)
class TailOptions:
    """Whose lists, from when on, and in which form. json: each list as it was published, one per line."""

    user: str | None = None
    from_beginning: bool = False
    json: bool = False


def run(settings: Settings, options: TailOptions) -> int:
    """Prints lists until it is interrupted. Raises OperatorError when Kafka or a topic is not there."""
    items: dict[str, ItemVector] = {}
    topics = settings.topics
    wanted = options.user.encode() if options.user is not None else None
    with (
        Reader(settings, (topics.items_encoded,)) as catalog,
        Reader(settings, (topics.recommendations,), from_beginning=options.from_beginning) as lists,
    ):
        while True:
            for message in () if options.json else catalog.poll(0.2 if not catalog.reached_end else 0):
                keep_item(items, message)
            if not (options.json or catalog.reached_end):
                continue
            for message in lists.poll(0.2):
                value = message.value()
                if value is not None and wanted in (None, message.key()):
                    _print(value, items, options.json)


def _print(value: bytes, items: dict[str, ItemVector], as_json: bool) -> None:
    if as_json:
        typer.echo(value)
    else:
        typer.echo("\n".join((*lines_of_list(decode_recommendations(value), items), "")))
