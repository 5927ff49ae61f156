"""The command that measures quality: evaluate."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from streams.cli.options import end, settings_of


def evaluate(  # noqa: PLR0913 - one for each option
    planted: Annotated[
        bool, typer.Option("--planted", help="Simulated users, of whom the truth is known; see below.")
    ] = False,
    events: Annotated[
        Path | None,
        typer.Option(metavar="CSV[.gz]", help="Recorded behaviors; the shipped sample where none is named."),
    ] = None,
    items: Annotated[
        Path | None, typer.Option(metavar="JSONL[.gz]", help="The items that they are on; the sample has its own.")
    ] = None,
    limit: Annotated[
        int, typer.Option(min=0, metavar="N", help="Foretell at most N behaviors, evenly chosen; 0 for all.")
    ] = 0,
    dev: Annotated[
        bool, typer.Option("--dev", help="Show the part that parameters are chosen on (60 to 80 %), instead of test.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Both parts as JSON.")] = False,
    encoder: Annotated[
        Literal["minilm", "fake"] | None,
        typer.Option(help="What turns texts into vectors; fake hashes words, and needs no torch."),
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep vectors there, so that the next run encodes nothing.")
    ] = None,
    dislike_below: Annotated[
        float | None, typer.Option(metavar="VALUE", help="Count behaviors of a smaller value (a rating) as dislikes.")
    ] = None,
) -> None:
    """Measure how well interests foretell what users do next.

    Behaviors of all users are gone through in order of time; each item
    that is new to its user is searched for among all items, by the
    interest vectors alone, before anything learns of it. Each part of the
    model is switched off in turn, to show what it earns. The settings of
    interests are those in force.

    EVENTS is a CSV as `penchant replay` takes it, or has the columns user,
    item, ts (epoch seconds) and value.

    --planted measures instead what is made of simulated users, and ends
    with code 1 when a line does not reach its bar.

    Examples:

        penchant evaluate --planted
        penchant evaluate --limit 2000
        penchant evaluate --events clicks.csv.gz --items shop.jsonl --json
    """
    from streams.apps import evaluate as recorded
    from streams.apps import evaluate_planted as simulated
    from streams.apps.evaluate_options import EvaluateOptions
    from streams.apps.operators import keep_logs_quiet

    keep_logs_quiet()
    options = EvaluateOptions(planted, events, items, limit, dev, json, encoder, cache, dislike_below)
    end((simulated if planted else recorded).run(settings_of(), options))
