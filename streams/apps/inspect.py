"""Inspect: what is known of one user, read from the published topics; who a visitor became, from the changelog."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec
import typer
from confluent_kafka import Message

from schemas.interests import InterestRecord, decode_interest_record
from schemas.items import ItemVector
from schemas.recommendations import Recommendations, decode_recommendations
from schemas.rows import keys
from schemas.rows.alias import AliasRow, decode_alias
from streams.apps.display import catalog_of, lines_of_list, lines_of_record, moment, names_of
from streams.apps.feed import partition_counts
from streams.apps.operators import OperatorError
from streams.apps.profile import profile
from streams.apps.reading import Reader, read_catalog
from streams.kafka.partitioners import PARTITIONERS, partition_of
from streams.settings import Settings

Form = Literal["report", "text", "json"]


def run(settings: Settings, user: str, why: bool = False, form: Form = "report") -> int:
    """Prints the user's interests and latest list; for a visitor who has identified, only who it became.

    Args: why: with the behaviors that each interest is made of. form: "report" for a person, "text" for the prompt of a
    language model, "json" for a program; the latter two are of the interests alone.
    Raises: OperatorError when nothing is published for the user.
    """
    latest = latest_of(settings, user)
    if latest is None:
        if (alias := alias_of(settings, user)) is not None:
            typer.echo(_became_as_json(user, alias) if form == "json" else became(user, alias, "inspect"))
            return 0
        raise OperatorError(
            f"nothing is published for `{user}` on {settings.kafka.bootstrap}: see that the id is written as in the"
            " behaviors, and that `penchant worker` runs"
        )
    record, listed = latest
    if form == "json":
        typer.echo(json.dumps(plain(record), ensure_ascii=False, indent=2))
    elif form == "text":
        typer.echo(profile(record, read_catalog(settings)))
    else:
        typer.echo("\n".join(report(record, listed, read_catalog(settings), why)))
    return 0


def report(
    record: InterestRecord, listed: Recommendations | None, items: Mapping[str, ItemVector], why: bool = False
) -> list[str]:
    """The record and the list as lines; why: with the behaviors that each interest is made of."""
    lines = ["Interests", *lines_of_record(record, catalog_of(items), items if why else None), "", "Recommendations"]
    if listed is None:
        return [*lines, "none is published yet"]
    return [*lines, *lines_of_list(listed, items, names_of(record))]


def plain(value: Any) -> Any:
    """A struct, and all structs in it, as objects with their fields' names; vectors in base64."""
    if isinstance(value, msgspec.Struct):
        return {name: plain(one) for name, one in msgspec.structs.asdict(value).items()}
    return [plain(one) for one in value] if isinstance(value, tuple) else msgspec.to_builtins(value)


def latest_of(settings: Settings, user: str) -> tuple[InterestRecord, Recommendations | None] | None:
    """The user's record and list, None when no record is published; only partitions the user may live in are read."""
    interests, lists = settings.topics.interests, settings.topics.recommendations
    count = partition_counts(settings, (interests, lists))[interests]
    with Reader(settings, (interests, lists), _homes(user, count)) as reader:
        newest = _newest(reader.to_end(), user.encode())
    if (record := newest.get(interests)) is None:
        return None
    listed = newest.get(lists)
    return decode_interest_record(record), None if listed is None else decode_recommendations(listed)


def alias_of(settings: Settings, visitor: str) -> AliasRow | None:
    """Who the visitor became: of the aliases in all partitions where it may live, the one claimed last in event time.

    None when it has not identified, and where the changelog cannot be read: inspecting users asks for no right to it.
    """
    changelog, key = settings.users_changelog, keys.owner_prefix(visitor) + keys.ALIAS
    rows: dict[int | None, bytes | None] = {}
    try:
        count = partition_counts(settings, (changelog,))[changelog]
        with Reader(settings, (changelog,), _homes(visitor, count)) as reader:
            rows.update((row.partition(), row.value()) for row in reader.to_end() if row.key() == key)
    except OperatorError:
        return None
    aliases = [decode_alias(row) for row in rows.values() if row is not None]
    return max(aliases, key=lambda alias: (alias.claimed_at, alias.user_id), default=None)


def became(visitor: str, alias: AliasRow, instead: str) -> str:
    """Says which user the visitor became, and when. Args: instead: what to do with that user now."""
    user = alias.user_id
    return f"visitor `{visitor}` became user `{user}` at {moment(alias.claimed_at)}: {instead} `{user}`"


def _became_as_json(visitor: str, alias: AliasRow) -> str:
    told = {"anonymous_id": visitor, "user_id": alias.user_id, "identified_at": alias.claimed_at}
    return json.dumps(told, ensure_ascii=False, indent=2)


def _homes(owner: str, partitions: int) -> list[int]:
    return sorted({partition_of(name, owner.encode(), partitions) for name in PARTITIONERS})


def _newest(messages: Iterable[Message], key: bytes) -> dict[str, bytes | None]:
    newest: dict[str, tuple[int, bytes | None]] = {}
    for message in messages:
        topic, at = message.topic() or "", message.timestamp()[1]
        if message.key() == key and at >= newest.get(topic, (0, None))[0]:
            newest[topic] = (at, message.value())
    return {topic: value for topic, (_, value) in newest.items()}
