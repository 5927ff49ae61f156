"""Oracle: what the state must be, by one pass over the committed input in plain Python floats."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from models.interests.options import InterestOptions
from schemas.behaviors import BEHAVIOR_TYPES
from schemas.ids import fingerprint
from tests.kafka.topics import Record

WORD = 2**64


@dataclass
class UserTruth:
    """What is true of one user. masses: decayed number of behaviors per type, as of `at`, the latest event time."""

    behaviors: int = 0
    id_sum: int = 0
    id_xor: int = 0
    at: float = 0.0
    masses: dict[str, float] = field(default_factory=dict)
    received: set[str] = field(default_factory=set)


@dataclass
class ItemTruth:
    """What is true of one item. behaviors: that were wanted; at: the latest event time."""

    behaviors: int = 0
    at: float = 0.0


@dataclass(frozen=True)
class Truth:
    """What must come out.

    dead: (partition, offset) on the clickstream. waiting: event ids. users_of: the user that each visitor turned out
    to be, so that all it did is the user's.
    """

    users: dict[str, UserTruth]
    items: dict[str, ItemTruth]
    dead: set[tuple[int, int]]
    waiting: set[str]
    users_of: dict[str, str]
    duplicates: int

    @property
    def behaviors(self) -> int:
        """How many are to be applied."""
        return sum(user.behaviors for user in self.users.values())


def truth_of(clickstream: Iterable[Record], published: set[str], options: InterestOptions) -> Truth:
    """One pass over the committed clickstream; published: ids of the items that there are."""
    records = [(record, valid(record.value)) for record in clickstream]
    truth, duplicates = Truth({}, {}, set(), set(), identified(records), 0), 0
    for record, behavior in records:
        if behavior is None:
            truth.dead.add((record.partition, record.offset))
            continue
        user = truth.users.setdefault(owner(behavior, truth.users_of), UserTruth())
        if behavior["event_id"] in user.received:
            duplicates += 1
            continue
        user.received.add(behavior["event_id"])
        move(user, behavior["occurred_at"] / 1000, options)
        if behavior.get("item_id") in published | {None}:
            count(user, behavior, options)
            note(truth.items, behavior, options)
        else:
            truth.waiting.add(behavior["event_id"])
    return replace(truth, duplicates=duplicates)


def identified(records: Iterable[tuple[Record, dict[str, Any] | None]]) -> dict[str, str]:
    """Who each visitor turned out to be; everyone of them one user."""
    return {one["anonymous_id"]: one["user_id"] for _, one in records if one and one["type"] == "identify"}


def owner(behavior: dict[str, Any], users_of: dict[str, str]) -> str:
    """Whose state a behavior is in, in the end."""
    visitor = behavior.get("anonymous_id", "")
    return behavior.get("user_id") or users_of.get(visitor, visitor)


def valid(value: bytes | None) -> dict[str, Any] | None:
    """The behavior in this message, None when it is none."""
    try:
        behavior = json.loads(value or b"")
    except ValueError:
        return None
    good = behavior.get("type") in BEHAVIOR_TYPES and "occurred_at" in behavior
    return behavior if good else None


def move(user: UserTruth, at: float, options: InterestOptions) -> None:
    """Decays the user's masses to a later event time."""
    if at <= user.at:
        return
    for kind in user.masses:
        user.masses[kind] *= 2.0 ** ((user.at - at) / options.types[kind].half_life)
    user.at = at


def count(user: UserTruth, behavior: dict[str, Any], options: InterestOptions) -> None:
    """Counts a behavior, a late one with its decayed share."""
    mixed = mix(fingerprint(behavior["event_id"]))
    user.behaviors += 1
    user.id_sum = (user.id_sum + mixed) % WORD
    user.id_xor ^= mixed * 0x2545F4914F6CDD1D % WORD
    kind, at = behavior["type"], behavior["occurred_at"] / 1000
    share = 2.0 ** ((at - user.at) / options.types[kind].half_life)
    user.masses[kind] = user.masses.get(kind, 0.0) + share


def note(items: dict[str, ItemTruth], behavior: dict[str, Any], options: InterestOptions) -> None:
    """Counts a behavior on an item, if its type speaks for the item."""
    if options.types[behavior["type"]].weight <= 0 or "item_id" not in behavior:
        return
    item = items.setdefault(behavior["item_id"], ItemTruth())
    item.at = max(item.at, behavior["occurred_at"] / 1000)
    item.behaviors += 1


def mix(value: int) -> int:
    """SplitMix64's finalizer of value plus its increment."""
    z = (value + 0x9E3779B97F4A7C15) % WORD
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WORD
    return z ^ (z >> 31)


def differing(name: str, found: float, wanted: float, relative: float) -> Iterator[str]:
    """A line when two numbers differ by more than that share."""
    if abs(found - wanted) > relative * max(abs(found), abs(wanted)):
        yield f"{name} is {found!r}, must be {wanted!r}"
