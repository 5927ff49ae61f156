"""Display: lists, interests and their reasons as text that a person reads."""

from collections.abc import Mapping, Sequence
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
DAY = 86_400.0


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
    """An interest in words: the titles of the items nearest to its vector, by cosine."""
    nearness = catalog.vectors @ from_bytes(interest.vector)
    return [catalog.titles[row] for row in np.argsort(-nearness, kind="stable")[:count]]


def moment(seconds: float) -> str:
    """Event time in UTC, to the minute."""
    return rfc3339(seconds)[:16].replace("T", " ")


def lines_of_list(
    listed: Recommendations, items: Mapping[str, ItemVector], names: Mapping[int, str] | None = None
) -> list[str]:
    """A list as lines: who and when, then a line for each place.

    Args: names: what to call interests, by id; their ids are shown where none is given.
    """
    head = f"{listed.user_id}  {moment(listed.at / 1000)}  after {_counted(listed.behaviors, 'behavior')}"
    places = [
        f"  {place:>3}  {_fitted(title_of(items.get(entry.item_id), entry.item_id))}  {entry.score:>7.3f}"
        f"  {_because(entry.reasons, names or {})}".rstrip()
        for place, entry in enumerate(listed.items, 1)
    ]
    return [head, *places]


def main_reason(reasons: Sequence[Reason], names: Mapping[int, str]) -> str:
    """The reason with the largest share, in words. Args: names: what to call interests, by id."""
    return _cause(max(reasons, key=lambda reason: reason.share), names) if reasons else ""


def lines_of_record(record: InterestRecord, catalog: Catalog) -> list[str]:
    """Interests as lines, the strongest first, each with the items nearest to it."""
    head = f"{record.user_id}  as of {moment(record.at)}  {_counted(record.behaviors, 'behavior')}"
    if not record.interests:
        return [head, "  no interest is known yet"]
    ordered = sorted(record.interests, key=lambda interest: -interest.attention)
    blocks = [line for interest in ordered for line in _lines_of_interest(interest, "interest", catalog)]
    if record.unwanted is not None:
        blocks += _lines_of_interest(record.unwanted, "unwanted", catalog)
    return [head, *blocks]


def _lines_of_interest(interest: Interest, kind: str, catalog: Catalog) -> list[str]:
    numbers = (
        f"  {kind} {interest.id:<4} intensity {interest.intensity:.2f}  attention {interest.attention:.2f}"
        f"  mass {interest.mass:.2f}  half-life {interest.half_life / DAY:.1f} days"
        f"  {_counted(interest.behaviors, 'behavior')}"
    )
    words = words_of(interest, catalog)
    return [numbers, *([f"      {' | '.join(words)}"] if words else [])]


def _because(reasons: Sequence[Reason], names: Mapping[int, str]) -> str:
    telling = [reason for reason in reasons if reason.share >= TELLING_SHARE] or list(reasons[:1])
    if len(telling) == 1:
        return _cause(telling[0], names)
    return ", ".join(f"{reason.share:.0%} {_cause(reason, names)}" for reason in telling)


def _cause(reason: Reason, names: Mapping[int, str]) -> str:
    if reason.kind == "popularity" or reason.interest is None:
        return "popular"
    return names.get(reason.interest, f"interest {reason.interest}")


def _fitted(title: str) -> str:
    return (title if len(title) <= TITLE_WIDTH else f"{title[: TITLE_WIDTH - 1]}…").ljust(TITLE_WIDTH)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
