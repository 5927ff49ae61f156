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
    against: Annotated[
        str, typer.Option(metavar="RIVAL,…", help="Also popularity, recent, cooccurrence, text, gru4rec, sasrec.")
    ] = "",
    ablate: Annotated[bool, typer.Option("--ablate", help="Also without each source of candidates in turn.")] = False,
    interests: Annotated[
        bool, typer.Option("--interests", help="By interest vectors alone, each part of the model off in turn.")
    ] = False,
    through_kafka: Annotated[
        bool, typer.Option("--through-kafka", help="By worker processes on a Kafka in memory; see below.")
    ] = False,
    lock_step: Annotated[
        int, typer.Option(min=1, metavar="N", help="With --through-kafka: so many behaviors one by one.")
    ] = 1_000,
    free_running: Annotated[
        int, typer.Option(min=1, metavar="N", help="With --through-kafka: so many as fast as they are taken.")
    ] = 5_000,
    limit: Annotated[
        int, typer.Option(min=0, metavar="N", help="Foretell at most N behaviors, evenly chosen; 0 for all.")
    ] = 0,
    dev: Annotated[
        bool, typer.Option("--dev", help="With --interests: the part that parameters are chosen on, not test.")
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
    seed: Annotated[
        int, typer.Option(metavar="N", help="Of --planted: another one plants other users, for whom bars hold too.")
    ] = 1,
) -> None:
    """Measure how well recommendations foretell what users do next.

    Behaviors of all users are gone through in order of time, by what runs
    in the worker; each that is on an item new to its user is looked for in
    the ten recommended right before it. The settings are those in force,
    without exploration. Rivals are tuned on the part from 60 to 80 % (dev),
    and foretell the same; gru4rec and sasrec need torch.

    EVENTS is a CSV as `penchant replay` takes it, or has the columns user,
    item, ts (epoch seconds) and value.

    --through-kafka sends the first behaviors through a Kafka in memory to
    worker processes: one by one to a single worker, whose lists must be
    those of this process; then to two workers on four partitions, to tell
    what it costs that they learn apart and commit many at once. It ends
    with code 1 when a list is another one, is lost or is doubled.

    --planted measures instead what is made of simulated users, and ends
    with code 1 when a line does not reach its bar.

    Examples:

        penchant evaluate --planted
        penchant evaluate --planted --seed 2
        penchant evaluate --against popularity,cooccurrence
        penchant evaluate --interests --limit 2000
        penchant evaluate --through-kafka --free-running 20000
        penchant evaluate --events clicks.csv.gz --items shop.jsonl --json
    """
    from streams.apps import evaluate as lists
    from streams.apps import evaluate_interests as alone
    from streams.apps import evaluate_planted as simulated
    from streams.apps.evaluate_kafka import run as through
    from streams.apps.evaluate_options import EvaluateOptions
    from streams.apps.operators import keep_logs_quiet

    keep_logs_quiet()
    options = EvaluateOptions(
        planted=planted,
        events=events,
        items=items,
        limit=limit,
        dev=dev,
        json=json,
        encoder=encoder,
        cache=cache,
        dislike_below=dislike_below,
        seed=seed,
        interests=interests,
        against=tuple(name.strip() for name in against.split(",") if name.strip()),
        ablate=ablate,
        through_kafka=through_kafka,
        lock_step=lock_step,
        free_running=free_running,
    )
    chosen = simulated if planted else alone if interests else through if through_kafka else lists
    end(chosen.run(settings_of(), options))
