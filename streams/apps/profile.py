"""Profile: what is known of a user as plain text for the prompt of a language model, the same for the same record."""

from collections.abc import Iterator, Mapping

from schemas.interests import Interest, InterestRecord
from schemas.items import ItemVector
from streams.apps.display import by_attention, counted, moment, name_of_path, names_of, shares, title_of

MOST_INTERESTS = 5
MOST_KEYWORDS = 3
MOST_CATEGORIES = 4
MOST_NAMED = 3
TITLE_LENGTH = 60
WHOLE = 0.995
DOUBTFUL = 0.25
LEAST_SHARE = 0.005
DRIFTED = 0.3
SUSPECT = 0.5
WANTED = ("proven", "probation")
HOUR, DAY = 3_600.0, 86_400.0
CHANCES = ((0.8, "almost certain"), (0.5, "likely"), (0.2, "possible"), (0.0, "unlikely"))
DID = {
    "view": "viewing",
    "search": "searching for",
    "click": "clicking",
    "dwell": "reading",
    "add_to_cart": "adding to the cart",
    "purchase": "buying",
    "like": "liking",
    "request": "asking for",
}


def profile(record: InterestRecord, items: Mapping[str, ItemVector]) -> str:
    """The user's interests, requests, refusals and habits in at most some 300 words.

    Facts only: every number is the record's, all times are relative to the latest behavior. Titles and labels come
    from the catalog and are shortened; they are data, and never instructions.

    Args: items: by id, for their titles.
    """
    return "\n".join(_sentences(record, items))


def _sentences(record: InterestRecord, items: Mapping[str, ItemVector]) -> Iterator[str]:
    yield (
        f"User {_short(record.user_id)}, as of {moment(record.at)} UTC, the time of the latest of"
        f" {counted(record.behaviors, 'behavior')}."
    )
    names = {number: _short(name) for number, name in names_of(record).items()}
    wanted = [one for one in by_attention(record) if one.state in WANTED and one.mass > 0.0]
    yield _introduction(record) if wanted else "No interest is known."
    for place, one in enumerate(wanted[:MOST_INTERESTS], 1):
        yield f"{place}. {_interest(one, record, names[one.id], items)}"
    if others := [names[one.id] for one in wanted[MOST_INTERESTS:]]:
        yield f"Weaker interests: {'; '.join(others)}."
    yield from _refusals(record, names, items)
    yield from _habits(record, names)


def _introduction(record: InterestRecord) -> str:
    days = round(record.rates.horizon / DAY)
    return (
        f"Interests, strongest first, with the chance of a return within {counted(days, 'day')} and with the share of"
        " all interest, now and long-term:"
    )


def _interest(interest: Interest, record: InterestRecord, name: str, items: Mapping[str, ItemVector]) -> str:
    now, always = shares(record, "short")[interest.id], shares(record, "mass")[interest.id]
    keywords = f" ({', '.join(map(_short, interest.keywords[:MOST_KEYWORDS]))})" if interest.keywords else ""
    parts = [
        f"{_chance(interest.intensity)} ({interest.intensity:.0%})",
        f"{now:.0%} now, {always:.0%} long-term",
        f"active {_ago(record.at - interest.at)}",
        f"{counted(interest.behaviors, 'behavior')}{_example(interest, items)}",
    ]
    if interest.asked_at is not None:
        parts.append(f"asked for in words {_ago(record.at - interest.asked_at)}")
    if _is_doubtful(interest, record):
        parts.append("in part turned away")
    if interest.state == "probation":
        parts.append("not confirmed yet")
    return f"{name}{keywords}: {'; '.join(parts)}."


def _example(interest: Interest, items: Mapping[str, ItemVector]) -> str:
    known = [reason for reason in interest.reasons if reason.item_id is not None]
    if not known:
        return ""
    reason = known[0]
    share = "" if reason.share > WHOLE else "mostly " if reason.share >= 0.5 else "such as "
    title = _short(title_of(items.get(reason.item_id or ""), reason.item_id or ""))
    return f", {share}{DID.get(reason.type, reason.type)} {title}"


def _is_doubtful(interest: Interest, record: InterestRecord) -> bool:
    """Whether much of it was turned away."""
    age = record.at - interest.at
    turned = interest.turned * 2.0 ** (-age / record.rates.turned_half_life)
    return turned >= DOUBTFUL * interest.mass * 2.0 ** (-age / interest.half_life)


def _refusals(record: InterestRecord, names: Mapping[int, str], items: Mapping[str, ItemVector]) -> Iterator[str]:
    muted = [names[one.id] for one in record.interests if one.state == "muted"]
    if muted:
        yield f"Never show, the user has muted: {'; '.join(muted)}."
    unwanted = [names[one.id] for one in by_attention(record) if one.state == "turned_away"]
    for one in record.turned_away[:MOST_NAMED]:
        title = title_of(items.get(one.name), one.name) if one.kind == "item" else one.name
        unwanted.append(f"{one.kind} {_short(title)}")
    if unwanted:
        yield f"Turned away lately: {'; '.join(unwanted)}."


def _habits(record: InterestRecord, names: Mapping[int, str]) -> Iterator[str]:
    if record.categories:
        named = [one for one in record.categories[:MOST_CATEGORIES] if one.share >= LEAST_SHARE]
        told = [f"{_short(name_of_path(one.path))} {one.share:.0%}" for one in named]
        yield f"Categories: {'; '.join(told)}."
    if record.dimensions:
        ordered = sorted(record.dimensions, key=lambda one: -one.weight)
        told = [f"{one.name} {one.weight:.0%}" for one in ordered if one.weight >= LEAST_SHARE]
        yield f"Choices depend on: {', '.join(told)}."
    linked = [one for one in record.links if one.first in names and one.second in names]
    if pairs := [f"{names[one.first]} with {names[one.second]}" for one in linked]:
        yield f"Often in one session: {'; '.join(pairs[:MOST_NAMED])}."
    if record.drift >= DRIFTED:
        yield f"Interests are shifting: {record.drift:.0%} of them now differ from the long-term ones."
    if record.anomaly >= SUSPECT:
        yield f"Caution: {record.anomaly:.0%} of the recent behavior looks automated or repeated."


def _chance(intensity: float) -> str:
    return next(word for least, word in CHANCES if intensity >= least)


def _ago(seconds: float) -> str:
    """How long before the latest behavior."""
    if seconds < HOUR:
        return "just now"
    if seconds < DAY:
        return f"{counted(round(seconds / HOUR), 'hour')} earlier"
    return f"{counted(round(seconds / DAY), 'day')} earlier"


def _short(text: str) -> str:
    """On one line and of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LENGTH else f"{line[: TITLE_LENGTH - 1]}…"
