"""The command that shows Penchant at work: demo."""

from typing import Annotated

import typer

from streams.cli.options import end


def demo(
    events: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only the first N of the 20,000 purchases.")
    ] = None,
    fake_encoder: Annotated[
        bool,
        typer.Option("--fake-encoder", help="Vectors from a hash of the words: quick, needs no torch, knows little."),
    ] = False,
    broker: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="A real Kafka instead of the one in memory, with topics of its own."),
    ] = None,
    keep_running: Annotated[
        bool, typer.Option("--keep-running", help="Go on after the summary, and say where to look; Ctrl-C ends it.")
    ] = False,
    keep_data: Annotated[
        bool, typer.Option("--keep-data", help="Leave the state and the logs, and say where.")
    ] = False,
) -> None:
    """Show it at work on real purchases; needs no Kafka.

    A broker in memory, an encoder and a worker, each a process of its own,
    and a year of purchases in an online shop: live in a terminal, else as
    plain lines. It takes a minute or two, ends by itself and leaves nothing
    behind.

    Examples:

        penchant demo
        penchant demo --broker kafka:9092 --keep-running
    """
    from streams.apps.demo.options import DemoOptions
    from streams.apps.demo.run import run

    end(run(DemoOptions(events, fake_encoder, keep_data, keep_running, broker)))
