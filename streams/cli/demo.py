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
    keep_data: Annotated[
        bool, typer.Option("--keep-data", help="Leave the state and the logs, and say where.")
    ] = False,
) -> None:
    """Show it at work on real purchases; needs no Kafka.

    A broker in memory, an encoder and a worker, each a process of its own,
    and a year of purchases in an online shop. It takes a minute or two,
    ends by itself and leaves nothing behind.

    Example:

        penchant demo
    """
    from streams.apps.demo import DemoOptions, run

    end(run(DemoOptions(events, fake_encoder, keep_data)))
