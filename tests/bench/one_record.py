"""One record: what was found of one user, as the struct that is published, encoded."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.finding import finder_of, rows_of
from models.interests.fragments import Fragments
from models.interests.intensity import intensity
from models.interests.names import JOINED
from models.interests.options import InterestOptions
from models.interests.readout import STATES
from models.interests.records import LEAST_STRENGTH, rates_of
from models.interests.words import Wording
from schemas.behaviors import BEHAVIOR_TYPES
from schemas.interests import (
    CategoryShare,
    Dimension,
    Interest,
    InterestRecord,
    Link,
    Reason,
    TurnedAway,
    encode_interest_record,
)
from schemas.rows.user import DIMENSION_NAMES
from schemas.vectors import VECTOR_BYTES
from tests.bench.one_words import Words, WordsOfOne, spelled

if TYPE_CHECKING:
    from tests.bench.one_user import Found


class RecordOfOne:
    """Writes the record of the one user in an arena, from what kernels have found of it."""

    def __init__(self, catalog: Catalog, options: InterestOptions, arena: UserArena, found: "Found") -> None:
        self._catalog = catalog
        self._options = options
        self._arena = arena
        self._found = found
        self._words_of_one = WordsOfOne(catalog)
        self._fragments = Fragments()
        self._wording = Wording(catalog, self._fragments)

    def encoded(self, owner: str) -> bytes:
        """The record."""
        head, feedback = self._arena.head[0], self._arena.feedback[0]
        vectors = self._found.halves.tobytes()
        interests = self._interests(vectors)
        self._arena.new_behaviors[0] = 0
        at = float(head["at"])
        return encode_interest_record(
            InterestRecord(
                user_id=owner,
                at=at,
                behaviors=int(head["behaviors"]),
                new_behaviors=1,
                encoder=self._catalog.encoder,
                vector=vectors[:VECTOR_BYTES] if any(one.attention for one in interests) else None,
                interests=interests,
                rates=self._rates,
                categories=self._categories(head["categories"].tolist(), head["category_mass"].tolist()),
                dimensions=_dimensions(feedback["dimensions"].tolist()) if feedback["version"] else (),
                links=self._links(),
                turned_away=self._turned(at) if feedback["version"] else (),
                anomaly=float(head["anomaly"]),
                drift=self._drift(),
            )
        )

    def _interests(self, vectors: bytes) -> tuple[Interest, ...]:
        found, self._rates = self._found.readout, rates_of(self._arena, self._options)
        count = int(found.starts[1])
        used = self._found.attention.used
        found.numbers[:count, 0] = intensity(
            self._found.attention.masses[used],
            found.numbers[:count, 5],
            self._found.attention.shorts[used],
            self._rates,
        )
        columns = (
            found.ids[:count].tolist(),
            found.numbers[:count].tolist(),
            found.behaviors[:count].tolist(),
            found.states[:count].tolist(),
            found.asked_at[:count].tolist(),
            self._words(count),
            self._reasons(count),
            found.older[:count].tolist(),
        )
        return tuple(
            Interest(
                number,
                *numbers,
                behaviors,
                STATES[state],  # type: ignore[arg-type]
                asked_at or None,
                words.label,
                words.keywords,
                reasons,
                older,
                vectors[(place + 1) * VECTOR_BYTES : (place + 2) * VECTOR_BYTES],
            )
            for place, (number, numbers, behaviors, state, asked_at, words, reasons, older) in enumerate(
                zip(*columns, strict=True)
            )
        )

    def _words(self, count: int) -> list[Words]:
        found = self._found
        if (found.terms[:count, 0] >= 0).all():
            return self._words_of_one.of(found.terms[:count], found.sources[:count])
        rows, shares = found.readout.items[:count], found.readout.shares[:count]
        units = found.attention.units[found.attention.used]
        return spelled(self._fragments, self._wording.of(rows, shares, lambda chosen: units[chosen]))

    def _reasons(self, count: int) -> list[tuple[Reason, ...]]:
        found, ids = self._found.readout, self._catalog.ids
        columns = (found.items, found.types, found.times, found.shares)
        rows = zip(*(column[:count].tolist() for column in columns), strict=True)
        return [
            tuple(
                Reason(ids[row] if row >= 0 else None, BEHAVIOR_TYPES[code], at, share)
                for row, code, at, share in zip(*one, strict=True)
                if code >= 0
            )
            for one in rows
        ]

    def _categories(self, prints: Sequence[int], masses: Sequence[float]) -> tuple[CategoryShare, ...]:
        paths = self._catalog.facet_names.categories
        found = [(paths[one], mass) for one, mass in zip(prints, masses, strict=True) if one in paths and mass > 0.0]
        total = sum(mass for _, mass in found)
        found.sort(key=lambda one: -one[1])
        return tuple(CategoryShare(path, mass / total) for path, mass in found)

    def _turned(self, at: float) -> tuple[TurnedAway, ...]:
        feedback, paths = self._arena.feedback[0], self._catalog.facet_names.categories
        left = 2.0 ** (-max(at - float(feedback["turned_at"]), 0.0) / self._options.turned_half_life)
        prints = feedback["turned"]
        finder = finder_of(self._catalog.print_index, len(self._catalog.ids))
        rows = rows_of(prints, finder).tolist() if prints.any() else [-1] * len(prints)
        found = []
        for one, row, mass in zip(prints.tolist(), rows, feedback["turned_mass"].tolist(), strict=True):
            if one == 0 or mass * left < LEAST_STRENGTH:
                continue
            if one in paths:
                found.append(TurnedAway("category", JOINED.join(paths[one]), mass * left))
            elif row >= 0:
                found.append(TurnedAway("item", self._catalog.ids[row], mass * left))
        return tuple(sorted(found, key=lambda one: -one.strength))

    def _links(self) -> tuple[Link, ...]:
        rules = self._found.links[0]
        if rules[0, 0] < 0:
            return ()
        ids = self._arena.meta["id"][0].tolist()
        return tuple(Link(ids[int(rule[0])], ids[int(rule[1])], *rule[2:]) for rule in rules.tolist() if rule[0] >= 0)

    def _drift(self) -> float:
        shorts, masses = (column[0].tolist() for column in (self._found.attention.shorts, self._found.attention.masses))
        now, always = sum(shorts), sum(masses)
        if not now or not always:
            return 0.0
        return min(0.5 * sum(abs(a / now - b / always) for a, b in zip(shorts, masses, strict=True)), 1.0)


def _dimensions(weights: Sequence[float]) -> tuple[Dimension, ...]:
    positive = [max(weight, 0.0) for weight in weights]
    total = sum(positive)
    if not total or len(set(positive)) == 1:
        return ()
    return tuple(Dimension(name, weight / total) for name, weight in zip(DIMENSION_NAMES, positive, strict=True))
