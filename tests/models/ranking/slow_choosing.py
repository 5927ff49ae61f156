"""The slow twin of choosing: one list in plain Python, from the rules as they are written and the items themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from zoneinfo import ZoneInfo

import numpy as np

from models.ranking.choosing import BY_SCORE, EXPLORED, PINNED
from schemas.items import ItemVector
from schemas.rules import DAYS, Cap, Rule, Target, Window

WORD = 2**64 - 1


@dataclass(frozen=True)
class Place:
    """Who stands there (a candidate's index), why, and the chance of each who might have."""

    candidate: int
    way: int
    chances: dict[int, float]


@dataclass(frozen=True)
class Candidate:
    """One candidate. score: -inf for what may not be shown."""

    row: int
    score: float
    fresh: bool
    item: ItemVector | None
    vector: np.ndarray | None


@dataclass(frozen=True)
class Choosing:
    """How one list is to be chosen."""

    length: int
    diversity: float
    exploration: float
    key: int


def choose_slowly(candidates: Sequence[Candidate], rules: Sequence[Rule], how: Choosing) -> list[Place]:
    """The places of one list, best first. Args: rules: those that hold."""
    worth = {i: one.score + boost(one, rules) for i, one in enumerate(candidates) if may_stand(one, rules)}
    ranked = sorted(worth.values(), reverse=True)[: 2 * how.length]
    spread = (ranked[0] - ranked[-1] if ranked else 0.0) or 1.0
    stand = pinned(candidates, worth, rules, how.length)
    places: dict[int, Place] = {place: Place(i, PINNED, {i: 1.0}) for place, i in stand.items()}
    listed = list(stand.values())
    for place in range(how.length):
        if place in places:
            continue
        free = [i for i in worth if i not in listed and fits(candidates, listed, i, rules)]
        if not free:
            continue
        values = {i: value(candidates, worth[i], i, listed, how.diversity, spread) for i in free}
        best = max(free, key=lambda i: (values[i], -i))
        chances = chances_of(candidates, free, best, how.exploration if place else 0.0)
        taken = draw(chances, candidates, free, best, how, place)
        places[place] = Place(taken, BY_SCORE if taken == best else EXPLORED, chances)
        listed.append(taken)
    return [places[place] for place in sorted(places)]


def holding(rules: Sequence[Rule], at: float) -> list[Rule]:
    """The rules that hold at a time, epoch seconds."""
    return [rule for rule in rules if rule.when is None or is_open(rule.when, at)]


def is_open(window: Window, at: float) -> bool:
    """Whether the window is open at a time: some day of its began so that the time lies in its hours."""
    if (window.begin and at < window.begin.timestamp()) or (window.until and at >= window.until.timestamp()):
        return False
    local = datetime.fromtimestamp(at, ZoneInfo(window.zone)).replace(tzinfo=None)
    first, last = window.hours.split("-")
    for day in (local.date(), local.date() - timedelta(days=1)):
        midnight = datetime.combine(day, datetime.min.time())
        start, end = midnight + clock(first), midnight + clock(last)
        end += timedelta(days=end < start)
        if DAYS[day.weekday()] in window.days and start <= local < end:
            return True
    return False


def clock(written: str) -> timedelta:
    """Hours and minutes after midnight."""
    hours, minutes = written.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def names(target: Target | Cap, item: ItemVector) -> bool:
    """Whether the item is one of those that are meant."""
    if getattr(target, "item", None) is not None:
        return target.item == item.item_id  # type: ignore[union-attr]
    if isinstance(target.category, str):
        return target.category in item.categories
    if target.category is not None:
        return list(item.categories)[: len(target.category)] == list(target.category)
    return target.brand == item.brand if target.brand is not None else target.tag in item.tags


def may_stand(one: Candidate, rules: Sequence[Rule]) -> bool:
    """Whether it may be on the list at all."""
    if one.item is None or one.score == -inf:
        return False
    return not any(rule.exclude and names(rule.exclude, one.item) for rule in rules)


def boost(one: Candidate, rules: Sequence[Rule]) -> float:
    """What boosts add to its score."""
    return sum(rule.boost.by for rule in rules if rule.boost and names(rule.boost, one.item))  # type: ignore[arg-type]


def kind(cap: Cap, item: ItemVector) -> object:
    """What the cap counts the item as; None if it does not count."""
    if cap.per == "brand":
        return item.brand or None
    if cap.per == "category":
        return item.categories[: cap.level] or None
    return "named" if names(cap, item) else None


def fits(candidates: Sequence[Candidate], listed: Sequence[int], i: int, rules: Sequence[Rule]) -> bool:
    """Whether all caps allow it beside those listed."""
    items = [candidates[j].item for j in (*listed, i)]
    return not violated(items, rules)  # type: ignore[arg-type]


def violated(items: Sequence[ItemVector], rules: Sequence[Rule]) -> list[Rule]:
    """The exclusions and caps that a list of these items violates."""
    wrong = [rule for rule in rules if rule.exclude and any(names(rule.exclude, item) for item in items)]
    for rule in rules:
        if rule.cap:
            kinds = [kind(rule.cap, item) for item in items]
            if any(one is not None and kinds.count(one) > rule.cap.most for one in kinds):
                wrong.append(rule)
    return wrong


def pinned(
    candidates: Sequence[Candidate], worth: dict[int, float], rules: Sequence[Rule], length: int
) -> dict[int, int]:
    """Who is pinned to which place, from 0."""
    stand: dict[int, int] = {}
    for rule in rules:
        if not rule.pin or rule.pin.place > length or rule.pin.place - 1 in stand:
            continue
        found = [i for i in worth if candidates[i].item.item_id == rule.pin.item]  # type: ignore[union-attr]
        listed = list(stand.values())
        if found and found[0] not in listed and fits(candidates, listed, found[0], rules):
            stand[rule.pin.place - 1] = found[0]
    return stand


def value(
    candidates: Sequence[Candidate], worth: float, i: int, listed: Sequence[int], diversity: float, spread: float
) -> float:
    """What it is worth for the next place."""
    if not diversity:
        return worth
    near = max((similarity(candidates[i], candidates[j]) for j in listed), default=0.0)
    return worth * ((1.0 - diversity) / spread) - diversity * near


def similarity(one: Candidate, other: Candidate) -> float:
    """Cosine, or whether both are in one category."""
    if one.vector is not None and other.vector is not None:
        return max(float(one.vector.astype(np.float64) @ other.vector.astype(np.float64)), 0.0)
    return float(bool(one.item.categories) and one.item.categories == other.item.categories)  # type: ignore[union-attr]


def chances_of(candidates: Sequence[Candidate], free: Sequence[int], best: int, exploration: float) -> dict[int, float]:
    """The chance of each free one to stand at a place."""
    pool = [i for i in free if candidates[i].fresh]
    if not pool:
        return {best: 1.0}
    return {i: (i == best) * (1.0 - exploration) + (i in pool) * exploration / len(pool) for i in free}


def draw(
    chances: dict[int, float],
    candidates: Sequence[Candidate],
    free: Sequence[int],
    best: int,
    how: Choosing,
    place: int,
) -> int:
    """Who comes to stand at the place."""
    pool = [i for i in free if candidates[i].fresh]
    if place == 0 or not pool or uniform(how.key, 2 * place) >= how.exploration:
        return best
    return pool[int(uniform(how.key, 2 * place + 1) * len(pool))]


def uniform(key: int, number: int) -> float:
    """SplitMix64's output as a number in [0, 1)."""
    z = (key + (number + 1) * 0x9E3779B97F4A7C15) & WORD
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return ((z ^ (z >> 31)) >> 11) / 2**53
