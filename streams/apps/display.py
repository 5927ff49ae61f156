"""Display: lists, interests and their reasons as text that a person reads."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.interests import Interest, InterestRecord
from schemas.items import ItemVector
from schemas.recommendations import Reason, Recommendations
from schemas.times import rfc3339
from schemas.vectors import DIMENSIONS, from_bytes

TITLE_WIDTH = 40
TELLING_SHARE = 0.05
LEAST_TURNED = 0.005
DAY = 86_400.0
STATES = {"probation": "on probation", "proven": "proven", "muted": "muted", "turned_away": "turned away"}
CAUSES = {
    "interest": "like what is wanted",
    "neighbors": "others went on to it",
    "popularity": "popular",
    "novelty": "new",
    "exploration": "drawn by chance",
    "rule": "by rule",
}


class Catalog(NamedTuple):
    """Items that have a vector: ids, titles, and the vectors at length 1 (n, 128) float32."""

    ids: list[str]
    titles: list[str]
    vectors: NDArray[np.float32]


def catalog_of(items: Mapping[str, ItemVector]) -> Catalog:
    """The items that have a vector, as arrays."""
    known = [(item, from_bytes(item.vector)) for item in items.values() if item.vector is not None]
    vectors = np.array([vector for _, vector in known], np.float32).reshape(-1, DIMENSIONS)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return Catalog([item.item_id for item, _ in known], [title_of(item) for item, _ in known], vectors)


def title_of(item: ItemVector | None, otherwise: str = "") -> str:
    """What to call an item: its title, else its id."""
    return otherwise if item is None else item.title or item.item_id


def words_of(interest: Interest, catalog: Catalog, count: int = 3) -> list[str]:
    """An interest by example: the titles of the items nearest to its vector, by cosine."""
    nearness = catalog.vectors @ from_bytes(interest.vector)
    return [catalog.titles[row] for row in np.argsort(-nearness, kind="stable")[:count]]


def names_of(record: InterestRecord) -> dict[int, str]:
    """What to call each interest, by id: its label, with its first keyword or else its id where two have the same."""
    labels = Counter(interest.label for interest in record.interests)
    called = {one.id: _called(one, labels[one.label] > 1) for one in record.interests}
    names = Counter(called.values())
    return {number: name if names[name] == 1 else f"{name} {number}" for number, name in called.items()}


def _called(interest: Interest, shared: bool) -> str:
    if not interest.label:
        return f"interest {interest.id}"
    return f"{interest.label} ({interest.keywords[0]})" if shared and interest.keywords else interest.label


def moment(seconds: float) -> str:
    """Event time in UTC, to the minute."""
    return rfc3339(seconds)[:16].replace("T", " ")


def lines_of_list(
    listed: Recommendations, items: Mapping[str, ItemVector], names: Mapping[int, str] | None = None
) -> list[str]:
    """A list as lines: who and when, then a line for each place.

    Args: names: what to call interests, by id; their ids are shown where none is given.
    """
    head = f"{listed.user_id}  {moment(listed.at / 1000)}  after {counted(listed.behaviors, 'behavior')}"
    places = [
        f"  {place:>3}  {_fitted(title_of(items.get(entry.item_id), entry.item_id))}  {entry.score:>7.3f}"
        f"  {_because(entry.reasons, names or {})}".rstrip()
        for place, entry in enumerate(listed.items, 1)
    ]
    return [head, *places]


def main_reason(reasons: Sequence[Reason], names: Mapping[int, str]) -> str:
    """The reason with the largest share, in words. Args: names: what to call interests, by id."""
    return _cause(max(reasons, key=lambda reason: reason.share), names) if reasons else ""


def lines_of_record(
    record: InterestRecord, catalog: Catalog, items: Mapping[str, ItemVector] | None = None
) -> list[str]:
    """Interests as lines, those with most attention first, then categories and what else is known.

    Args: items: by id; where they are given, each interest is followed by the behaviors that it is made of.
    """
    head = (
        f"{record.user_id}  as of {moment(record.at)}  {counted(record.behaviors, 'behavior')}"
        f"  drift {record.drift:.2f}  anomaly {record.anomaly:.2f}"
    )
    titles = dict(zip(catalog.ids, catalog.titles, strict=True))
    if not record.interests:
        return [head, "  no interest is known yet", *_views(record, titles)]
    names, now, always = names_of(record), shares(record, "short"), shares(record, "mass")
    lines = [head]
    for one in by_attention(record):
        lines += [f"  {names[one.id]}", *_keywords(one)]
        lines += _numbers(one, now[one.id], always[one.id])
        lines += _examples(one, catalog) if items is None else _made_of(one, items)
    return [*lines, *_views(record, titles)]


def by_attention(record: InterestRecord) -> list[Interest]:
    """The interests, those with most attention first; those without any by mass, and what is unwanted last."""
    return sorted(record.interests, key=lambda one: (-one.attention, one.state == "turned_away", -one.mass, one.id))


def shares(record: InterestRecord, mass: str) -> dict[int, float]:
    """Each interest's share of all "mass" or "short" mass at the record's time, by id."""
    half_lives = {one.id: one.half_life if mass == "mass" else record.rates.short_half_life for one in record.interests}
    left = {one.id: getattr(one, mass) * 2.0 ** ((one.at - record.at) / half_lives[one.id]) for one in record.interests}
    total = sum(left.values()) or 1.0
    return {number: one / total for number, one in left.items()}


def counted(number: int, what: str) -> str:
    """So many of these."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _keywords(interest: Interest) -> Iterator[str]:
    if interest.keywords:
        yield f"      {', '.join(interest.keywords)}"


def _examples(interest: Interest, catalog: Catalog) -> Iterator[str]:
    if near := words_of(interest, catalog):
        yield f"      such as {' | '.join(near)}"


def _numbers(interest: Interest, now: float, always: float) -> Iterator[str]:
    yield (
        f"      {STATES[interest.state]}  intensity {interest.intensity:.2f}  attention {interest.attention:.2f}"
        f"  now {now:.0%}  always {always:.0%}"
    )
    parts = [
        f"mass {interest.mass:.2f}",
        f"half-life {interest.half_life / DAY:.1f} days",
        counted(interest.behaviors, "behavior"),
    ]
    if interest.turned >= LEAST_TURNED:
        parts.append(f"turned away {interest.turned:.2f}")
    if interest.asked_at is not None:
        parts.append(f"{'muted' if interest.state == 'muted' else 'asked for'} {moment(interest.asked_at)}")
    yield f"      {'  '.join(parts)}"


def _made_of(interest: Interest, items: Mapping[str, ItemVector]) -> Iterator[str]:
    for reason in interest.reasons:
        what = title_of(items.get(reason.item_id or ""), reason.item_id or "in words")
        yield f"      {reason.share:>6.1%}  {moment(reason.at)}  {reason.type:<16}  {what}"
    if interest.older > 0.0 and interest.mass > 0.0:
        yield f"      {interest.older:>6.1%}  older{'' if interest.reasons else ', all of it'}"


def _views(record: InterestRecord, titles: Mapping[str, str]) -> Iterator[str]:
    names = names_of(record)
    if record.categories:
        yield "  categories"
    for category in record.categories:
        yield f"      {category.share:>6.1%}  {name_of_path(category.path)}"
    if record.dimensions:
        yield f"  choices depend on  {', '.join(f'{one.name} {one.weight:.0%}' for one in record.dimensions)}"
    linked = [link for link in record.links if link.first in names and link.second in names]
    if linked:
        yield "  in the same sessions"
    for link in linked:
        yield (
            f"      {names[link.first]} with {names[link.second]}: {link.confidence:.0%} of its sessions,"
            f" {link.lift:.1f} times as often as by chance"
        )
    if record.turned_away:
        yield "  turned away"
    for one in record.turned_away:
        yield f"      {one.strength:>6.2f}  {one.kind} {titles.get(one.name, one.name)}"


def name_of_path(path: Sequence[str]) -> str:
    """A category with all that it lies in."""
    return " > ".join(path)


def _because(reasons: Sequence[Reason], names: Mapping[int, str]) -> str:
    telling = [reason for reason in reasons if reason.share >= TELLING_SHARE] or list(reasons[:1])
    if len(telling) == 1:
        return _cause(telling[0], names)
    return ", ".join(f"{reason.share:.0%} {_cause(reason, names)}" for reason in telling)


def _cause(reason: Reason, names: Mapping[int, str]) -> str:
    if reason.interest is not None:
        return names.get(reason.interest, f"interest {reason.interest}")
    return CAUSES[reason.kind]


def _fitted(title: str) -> str:
    return (title if len(title) <= TITLE_WIDTH else f"{title[: TITLE_WIDTH - 1]}…").ljust(TITLE_WIDTH)
