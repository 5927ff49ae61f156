"""Commands that mend what went wrong: dead-letters."""

from typing import Annotated

import typer

from streams.cli.options import Bootstrap, client_settings, end


def dead_letters(
    topic: Annotated[
        str | None, typer.Option(metavar="TOPIC", help="Only what came from this topic, as clickstream.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="REASON", help="Only those with this reason.")] = None,
    place: Annotated[
        str | None, typer.Option(metavar="PLACE", help="Only what came from there, as 'clickstream[3]@17'.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Show so many, the newest.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="Each letter as one line of JSON, values in base64.")] = False,
    put_back: Annotated[
        bool, typer.Option("--put-back", help="Put these back where they came from, however many are shown.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Put back without asking.")] = False,
    bootstrap: Bootstrap = None,
) -> None:
    """List what could not be applied, and put it back.

    Shown are when, why, the place it came from, key, size and how it
    begins; the newest last, then counts by reason.

    --put-back first shows what it would do, then asks. Each message goes
    back to its topic and partition with its key, value and headers. One
    over 64 KiB is read again where it came from, while it is there; what
    cannot be had any more is named, and the exit code is 1.

    Mend the cause first, else it comes back as a new letter. A behavior
    keeps its event_id, so one that was applied meanwhile counts once (among
    a user's last 32). A letter stays until its topic's retention ends, and
    is marked as put back, so that it is never put back twice.

    Examples:

        penchant dead-letters --reason FutureError
        penchant dead-letters --json | jq -r .detail
        penchant dead-letters --topic clickstream --put-back
        penchant dead-letters --place 'clickstream[3]@17' --put-back
    """
    from streams.apps.dead_letters import DeadLettersOptions, run
    from streams.apps.dead_letters_reading import Filters, place_of

    filters = Filters(topic, reason, None if place is None else place_of(place))
    options = DeadLettersOptions(filters, limit, json, put_back, yes)
    end(run(client_settings(bootstrap), options))
