"""Commands that show what is published: tail, inspect."""

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


def inspect(
    user: Annotated[
        str, typer.Argument(metavar="USER", help="The user's id, as in the behaviors (or the anonymous_id).")
    ],
    bootstrap: Bootstrap = None,
) -> None:
    """Show what is known of a user.

    Interests in numbers and in words (the titles of the nearest items),
    and the latest list with its reasons.

    Example:

        penchant inspect customer-17
    """
    from streams.apps.inspect import run

    end(run(client_settings(bootstrap), user))
