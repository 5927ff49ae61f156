"""The command that speaks for a user: say."""

from typing import Annotated

import typer

from streams.cli.options import Bootstrap, client_settings, end


def say(
    user: Annotated[str, typer.Argument(metavar="USER", help="The user's id, as in the behaviors.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the user wishes, in plain words.")],
    anonymous: Annotated[bool, typer.Option("--anonymous", help="USER is an anonymous_id, not a user_id.")] = False,
    wait: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="How long to wait for what comes of it.")
    ] = 30,
    at: Annotated[
        str, typer.Option(metavar="TIME", help="When it is said, RFC 3339: for users whose behaviors are of the past.")
    ] = "",
    bootstrap: Bootstrap = None,
) -> None:
    """Say what a user wishes, and see what it changes.

    Sends a request behavior, waits until an encoder and a worker have
    taken it, and shows how it was understood and the interests' shares
    of attention before and after it. Understood are wishes for more, less
    and no more of something, in English, German, French and Spanish.

    Examples:

        penchant say ann "more trail running, no football"
        penchant say ann "I am done shopping for a baby"
        penchant say ann "never show me horror films"
        penchant say ann "show me horror films again"
    """
    from streams.apps.say import SayOptions, run

    end(run(client_settings(bootstrap), SayOptions(user, text, anonymous, wait, at)))
