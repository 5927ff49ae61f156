"""Dead letters: what could not be applied, listed for people or as JSON lines, and put back where that is asked for."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import typer

from streams.apps.dead_letters_display import json_of, lines_of, summary_of
from streams.apps.dead_letters_reading import Filters, Found, Survey, survey, topics_of
from streams.apps.dead_letters_repair import PutBack, put_back
from streams.apps.operators import OperatorError
from streams.settings import Settings


@dataclass(frozen=True)
class DeadLettersOptions:
    """Which letters, and what to do with them.

    limit: how many are shown, the newest; putting back takes all. yes: puts back without asking.
    """

    filters: Filters = field(default_factory=Filters)
    limit: int = 50
    json: bool = False
    put_back: bool = False
    yes: bool = False


def run(settings: Settings, options: DeadLettersOptions) -> int:
    """Lists letters, or puts them back; returns 1 when some could not be put back.

    Raises: OperatorError when a topic is not there or is none of ours, or when another put-back began meanwhile.
    """
    if options.json and options.put_back:
        raise OperatorError("--json lists only: leave it out, or leave --put-back out")
    topics = topics_of(settings, options.filters)
    if options.put_back:
        return _put_back(settings, topics, options)
    found = survey(settings, topics, options.filters, options.limit)
    if options.json:
        for one in found.newest:
            typer.echo(json_of(one, found.is_put_back(one)))
    else:
        _show(found, found.newest)
        typer.echo("\n".join(summary_of(found)))
    return 0


def _put_back(settings: Settings, topics: tuple[str, ...], options: DeadLettersOptions) -> int:
    with PutBack(settings) as producer:
        found = survey(settings, topics, options.filters, options.limit)
        _show(found, [one for one in found.newest if not found.is_put_back(one)])
        typer.echo("\n".join(summary_of(found)))
        if not found.open:
            typer.echo("nothing to put back")
            return 0
        if not options.yes and not typer.confirm(f"Put {len(found.open):,} back where they came from?"):
            typer.echo("nothing was put back")
            return 0
        done = put_back(settings, producer, found)
    for place, why in done.lost:
        typer.echo(f"{place} is not put back: {why}")
    typer.echo(f"{done.count:,} put back, {len(done.lost):,} not")
    return 1 if done.lost else 0


def _show(found: Survey, letters: Iterable[Found]) -> None:
    for one in letters:
        typer.echo("\n".join(lines_of(one, found.is_put_back(one))))
