"""Say: a user's wish in plain words to the clickstream, and what it changes in the user's interests."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import typer

from models.requests.clauses import Clause, clauses
from schemas.behaviors import Behavior, decode_behavior, encode_behavior
from schemas.interests import Interest, InterestRecord
from schemas.times import epoch_seconds
from streams.apps.display import Catalog, catalog_of, words_of
from streams.apps.feed import Feed
from streams.apps.operators import OperatorError
from streams.apps.reading import read_catalog
from streams.apps.said import Watch, find_home
from streams.settings import Settings

NAME_WIDTH = 44


@dataclass(frozen=True)
class SayOptions:
    """Who says what. anonymous: the user is an anonymous_id. wait: seconds to wait for what comes of it.

    at: when it is said, RFC 3339 or "" for now.
    """

    user: str
    text: str
    anonymous: bool = False
    wait: float = 30.0
    at: str = ""


def run(settings: Settings, options: SayOptions) -> int:
    """Sends the request, and prints how it is understood and the interests before and after.

    Raises: OperatorError when the text wishes nothing or no interest record comes of it, SchemaError for an id or a
    text that no behavior can have.
    """
    wishes = understood(options.text)
    request = request_of(options, epoch_seconds(options.at) if options.at else time.time())
    home = find_home(settings, options.user)
    with Watch(settings, request, home.partition) as watch:
        before = watch.latest or home.record
        with Feed(settings, (settings.topics.clickstream,), home.partitioner) as feed:
            feed.send(settings.topics.clickstream, request.owner, encode_behavior(request))
        after = watch.outcome(options.wait)
    typer.echo("\n".join(report(options.user, wishes, before, after, catalog_of(read_catalog(settings)))))
    return 0


def understood(text: str) -> tuple[Clause, ...]:
    """What the text wishes. Raises OperatorError when that is nothing."""
    if wishes := clauses(text):
        return wishes
    raise OperatorError(f'`{text[:80]}` names nothing: say what is wished, as in "more trail running, no football"')


def request_of(options: SayOptions, now: float) -> Behavior:
    """The behavior to send. Raises SchemaError when its id or text cannot be one's. Args: now: epoch seconds."""
    request = Behavior(
        event_id=f"say-{uuid4()}",
        type="request",
        occurred_at=int(now * 1000),
        user_id=None if options.anonymous else options.user,
        anonymous_id=options.user if options.anonymous else None,
        text=options.text,
    )
    return decode_behavior(encode_behavior(request))


def report(
    user: str, wishes: Sequence[Clause], before: InterestRecord | None, after: InterestRecord, catalog: Catalog
) -> list[str]:
    """The request as it was understood, and each interest's share of attention before and after it, as lines."""
    shares = {interest.id: interest.attention for interest in before.interests} if before else {}
    kept = {interest.id for interest in after.interests}
    gone = [interest for interest in before.interests if interest.id not in kept] if before else []
    ordered = sorted(after.interests, key=lambda interest: -interest.attention)
    return [
        "Understood",
        *(f"  {wish.polarity.name.lower():<7} {wish.text}" for wish in wishes),
        "",
        f"{f'Interests of {user}'[:NAME_WIDTH]:<{NAME_WIDTH + 2}}  before   after",
        *(_line(one, shares.get(one.id), one.attention, _note(one, one.id in shares), catalog) for one in ordered),
        *(_line(one, one.attention, None, "gone", catalog) for one in gone),
    ]


def _line(interest: Interest, before: float | None, after: float | None, note: str, catalog: Catalog) -> str:
    name = interest.label or " | ".join(words_of(interest, catalog, 2)) or f"interest {interest.id}"
    fitted = name if len(name) <= NAME_WIDTH else f"{name[: NAME_WIDTH - 1]}…"
    return f"  {fitted:<{NAME_WIDTH}}  {_share(before):>6}  {_share(after):>6}  {note}".rstrip()


def _share(attention: float | None) -> str:
    return "-" if attention is None else f"{attention:.0%}"


def _note(interest: Interest, known: bool) -> str:
    state = {"muted": "muted", "turned_away": "turned away"}.get(interest.state, "")
    return ", ".join(filter(None, ["" if known else "new", state]))
