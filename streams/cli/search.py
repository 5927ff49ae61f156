"""The command that uses interests: search."""

from typing import Annotated

import typer

from streams.cli.options import Bootstrap, client_settings, end


def search(
    user: Annotated[str, typer.Argument(metavar="USER", help="The user's id, as in the behaviors.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is searched for, or a question.")],
    top: Annotated[int, typer.Option(min=1, metavar="N", help="How many items to show.")] = 10,
    weight: Annotated[
        float, typer.Option(min=0, max=10, help="Of the user's interests beside the text; 0 for none.")
    ] = 0.3,
    passage: Annotated[
        bool, typer.Option("--passage", help="Show the text of the one item that answers best, instead of lists.")
    ] = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Search the catalog as a user with interests would want it.

    Shows what the text finds by itself and, beside it, by the user's
    interests too: which of them the text is about, what they add to each
    score, and by how many places that moved whom. What the user has muted
    is left out. The text is encoded here, so this needs the encoder
    that the deployment has (setting encoder.model). Of a visitor who has
    identified since: which user it became, and when.

    Examples:

        penchant search customer-17 "christmas decoration"
        penchant search customer-17 "a present" --weight 0.6 --top 5
        penchant search customer-17 "how do I brew good coffee?" --passage
    """
    from streams.apps.search import SearchRequest, run

    end(run(client_settings(bootstrap), SearchRequest(user, text, top, weight, passage)))
