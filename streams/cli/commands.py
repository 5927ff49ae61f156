"""Command line: `penchant` and its commands, each of which says in its help what it does and shows an example."""

import sys

import typer

from streams.cli import check, demo, evaluate, feed, look, repair, run, say, search, settings

app = typer.Typer(
    help="""Streaming interests and recommendations on Kafka.

    Behaviors go in, ranked lists come out, exactly once.

    See it at work on real purchases, with nothing else installed:

        penchant demo

    On a Kafka of your own:

        penchant topics create --bootstrap kafka:9092
        penchant encoder --bootstrap kafka:9092
        penchant worker --bootstrap kafka:9092
        penchant produce clickstream clicks.jsonl --bootstrap kafka:9092
        penchant tail --bootstrap kafka:9092

    Settings come from flags, else from the environment
    (PENCHANT_KAFKA__BOOTSTRAP=kafka:9092), else from a penchant.toml in
    the folder you are in; `penchant settings` explains them.""",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
topics = typer.Typer(help="Topics of the plan: what Penchant reads and writes.", no_args_is_help=True)
topics.command("create")(run.create_topics)
app.add_typer(topics, name="topics")
for command in (
    run.worker,
    run.encoder,
    run.broker,
    feed.produce,
    feed.replay,
    feed.simulate,
    look.tail,
    look.inspect,
    say.say,
    search.search,
    repair.dead_letters,
    settings.settings,
    check.doctor,
    evaluate.evaluate,
    demo.demo,
):
    app.command()(command)


def main() -> None:
    """Runs the command line: exit code 2 and one line for what an operator can mend, 130 when interrupted."""
    try:
        app(prog_name="penchant")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from streams.apps.operators import explanation

        line = explanation(error)
        if line is None:
            raise
        typer.echo(f"penchant: {line}", err=True)
        sys.exit(2)
