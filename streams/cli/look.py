"""Commands that show what is published: tail, inspect."""

from enum import StrEnum
from typing import Annotated

import typer

from streams.cli.options import Bootstrap, client_settings, end


def tail(
    user: Annotated[str | None, typer.Option(metavar="ID", help="Only the lists of this user.")] = None,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Also those published before, oldest first per partition.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Each list as it was published, one JSON per line.")] = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Show recommendations as they are published, until interrupted.

    Examples:

        penchant tail
        penchant tail --user customer-17 --from-beginning
        penchant tail --json | jq .items
    """
    from streams.apps.tail import TailOptions, run

    end(run(client_settings(bootstrap), TailOptions(user, from_beginning, json)))


class Form(StrEnum):
    """What `inspect` prints for whom."""

    report = "report"
    text = "text"
    json = "json"


def inspect(
    user: Annotated[
        str, typer.Argument(metavar="USER", help="The user's id, as in the behaviors (or the anonymous_id).")
    ],
    why: Annotated[
        bool, typer.Option("--why", help="Also the behaviors that each interest is made of, with their shares.")
    ] = False,
    form: Annotated[
        Form,
        typer.Option(
            "--as", help="A report for a person, text for the prompt of a language model, or the record as JSON."
        ),
    ] = Form.report,
    bootstrap: Bootstrap = None,
) -> None:
    """Show what is known of a user.

    Interests in words and in numbers, now and always, what was turned away
    or muted, and the latest list with the interest behind each item. Of a
    visitor who has identified since: which user it became, and when.

    Examples:

        penchant inspect customer-17
        penchant inspect customer-17 --why
        penchant inspect customer-17 --as text
        penchant inspect customer-17 --as json | jq .categories
    """
    from streams.apps.inspect import run

    end(run(client_settings(bootstrap), user, why, form.value))
