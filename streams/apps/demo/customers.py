"""Customers: three of the shop's, as the live view shows them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice

from schemas.behaviors import Behavior
from schemas.interests import InterestRecord
from streams.apps.demo.state import Customer, InterestShown, Pick
from streams.apps.demo.watch import Watch
from streams.apps.display import by_attention, main_reason, names_of, title_of

SHOWN = 10


class Customers:
    """The customers who buy most at first, told anew only when something new is published of them."""

    def __init__(self, behaviors: Sequence[Behavior], watch: Watch, count: int = 3) -> None:
        self._watch = watch
        first = islice(behaviors, max(count, len(behaviors) // 10))
        self._names = [name for name, _ in Counter(behavior.owner for behavior in first).most_common(count)]
        self._told: dict[str, Customer] = {}

    def now(self) -> tuple[Customer, ...]:
        """Those of whom something is published."""
        return tuple(self._one(name) for name in self._names if name in self._watch.records)

    def _one(self, name: str) -> Customer:
        record, listed = self._watch.records[name], self._watch.lists.get(name)
        told = self._told.get(name)
        if told is not None and told.purchases == record.behaviors and (told.picks or listed is None):
            return told
        names = names_of(record)
        picks = () if listed is None else listed.items[:SHOWN]
        bought = self._watch.bought[name][: record.behaviors]
        self._told[name] = Customer(
            name,
            record.behaviors,
            tuple(self._title(item_id) for item_id in reversed(bought[-SHOWN:])),
            _shown(record, names),
            tuple(Pick(self._title(pick.item_id), main_reason(pick.reasons, names)) for pick in picks),
        )
        return self._told[name]

    def _title(self, item_id: str) -> str:
        return title_of(self._watch.items.get(item_id), item_id)


def _shown(record: InterestRecord, names: Mapping[int, str]) -> tuple[InterestShown, ...]:
    """The interests in words, the strongest first."""
    ordered = by_attention(record)[:SHOWN]
    return tuple(InterestShown(", ".join((names[one.id], *one.keywords)), one.attention) for one in ordered)
