"""Customers: three of the shop's, as the live view shows them."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from schemas.behaviors import Behavior
from schemas.interests import InterestRecord
from streams.apps.demo.state import Customer, InterestShown, Pick
from streams.apps.demo.watch import Watch
from streams.apps.display import Catalog, catalog_of, main_reason, title_of, words_of

SHOWN = 10


class Customers:
    """The customers who buy most at first, told anew only when something new is published of them."""

    def __init__(self, behaviors: Sequence[Behavior], watch: Watch, count: int = 3) -> None:
        self._watch = watch
        first = islice(behaviors, max(count, len(behaviors) // 10))
        self._names = [name for name, _ in Counter(behavior.owner for behavior in first).most_common(count)]
        self._catalog = catalog_of({})
        self._told: dict[str, Customer] = {}

    def now(self) -> tuple[Customer, ...]:
        """Those of whom something is published."""
        if len(self._catalog.ids) < len(self._watch.items):
            self._catalog = catalog_of(self._watch.items)
        return tuple(self._one(name, self._catalog) for name in self._names if name in self._watch.records)

    def _one(self, name: str, catalog: Catalog) -> Customer:
        record, listed = self._watch.records[name], self._watch.lists.get(name)
        told = self._told.get(name)
        if told is not None and told.purchases == record.behaviors and (told.picks or listed is None):
            return told
        names, interests = _in_words(record, catalog)
        picks = () if listed is None else listed.items[:SHOWN]
        bought = self._watch.bought[name][: record.behaviors]
        self._told[name] = Customer(
            name,
            record.behaviors,
            tuple(self._title(item_id) for item_id in reversed(bought[-SHOWN:])),
            interests,
            tuple(Pick(self._title(pick.item_id), main_reason(pick.reasons, names)) for pick in picks),
        )
        return self._told[name]

    def _title(self, item_id: str) -> str:
        return title_of(self._watch.items.get(item_id), item_id)


def _in_words(record: InterestRecord, catalog: Catalog) -> tuple[dict[int, str], tuple[InterestShown, ...]]:
    """What to call each interest, by id, and all of them, the strongest first."""
    ordered = sorted(record.interests, key=lambda interest: -interest.attention)
    words = {interest.id: words_of(interest, catalog, 2) for interest in ordered}
    names = {number: f"like {near[0]}" for number, near in words.items() if near}
    shown = tuple(InterestShown(", ".join(words[one.id]) or f"interest {one.id}", one.attention) for one in ordered)
    return names, shown[:SHOWN]
