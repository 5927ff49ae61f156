"""Business rules by catalog row: what may not be shown, what is raised, what is capped and what stands where.

Which wins, from the top: what is unavailable, deleted, had or muted is never shown; an exclusion beats a pin; a cap
counts pins, and of pins that it does not all allow, and of several for one place, the first in the file stands; a pin
beats scores, boosts and exploration. So neither pins nor exploration show what no list may show; the place of a pin
that may not stand goes to the next best. A boost lifts candidates, it makes none.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Final, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.facets import BRAND, brand_print, category_print
from models.ranking.windows import Windows
from schemas.rules import Boost, Cap, Exclude, Path, Rule, Target

Name = TypeVar("Name", bound=Hashable)

UNLIMITED: Final = np.iinfo(np.int32).max
_MATCHED: Final = 1


class Active(NamedTuple):
    """The rules that hold for each of m lists, by catalog row; without rules there are no rows.

    kinds (n,) int32: rows of one kind are named by the same rules. groups (n, c) uint32: what counts for each cap, 0
    for nothing. moments (m,) int32: the list's row in what follows. excluded (t, s) bool and boosts (t, s) float64, by
    kind; limits (t, c) int32, by cap; pins (t, p) int32: catalog rows in the order of the file, -1 for none, and
    pin_places (p,) int32, from 0.
    """

    kinds: NDArray[np.int32]
    groups: NDArray[np.uint32]
    moments: NDArray[np.int32]
    excluded: NDArray[np.bool_]
    boosts: NDArray[np.float64]
    limits: NDArray[np.int32]
    pins: NDArray[np.int32]
    pin_places: NDArray[np.int32]

    def of(self, lists: slice | NDArray[np.int64]) -> Self:
        """The rules of some of the lists."""
        return self._replace(moments=self.moments[lists]) if len(self.moments) else self

    def may_stand(self) -> NDArray[np.bool_]:
        """Which rows (n,) some list may show: what sources of candidates need not look at otherwise."""
        never: NDArray[np.bool_] = np.logical_and.reduce(self.excluded, axis=0)
        return ~never[self.kinds]


class RuleTable:
    """Rules and the catalog's rows that they name, each row looked at once."""

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        self.rules = tuple(rules)
        self._windows = Windows(self.rules)
        named = [(index, rule.exclude or rule.boost) for index, rule in enumerate(self.rules)]
        self._named = [(index, target) for index, target in named if target is not None]
        self._caps = [(index, rule.cap) for index, rule in enumerate(self.rules) if rule.cap is not None]
        self._pins = [(index, rule.pin) for index, rule in enumerate(self.rules) if rule.pin is not None]
        self._matcher = _Matcher([target for _, target in self._named])
        self._grouper = _Grouper([cap for _, cap in self._caps])
        self._kind_of: dict[tuple[int, ...], int] = {}
        self._kinds = np.zeros(0, np.int32)
        self._groups = np.zeros((0, len(self._caps)), np.uint32)
        self._count = 0
        self._forgotten: set[str] = set()
        self._made_for: tuple[list[int], int, bytes] | None = None
        self._made = _nothing(len(self._caps), len(self._pins))

    def forget(self, item_ids: Iterable[str]) -> None:
        """Looks anew at items that were put into the catalog again; new ones may be among them."""
        if self.rules and self._count:
            self._forgotten.update(item_ids)

    def look(self, catalog: Catalog, most: int) -> bool:
        """Looks at so many of the rows that are new, some 6 us each, before a list needs them; whether none is left."""
        if not self.rules:
            return True
        self._follow(catalog, min(self._count + most, len(catalog)))
        return self._count == len(catalog)

    def active(self, catalog: Catalog, at: NDArray[np.float64]) -> Active:
        """The rules that hold for lists published at times (m,), epoch seconds; rows that are new are looked at."""
        if not self.rules:
            return NO_RULES
        self._follow(catalog, len(catalog))
        moments, holds = self._windows.holding(at)
        pinned = [catalog.rows.get(pin.item, -1) for _, pin in self._pins]
        made_for = (pinned, len(self._kind_of), holds.tobytes())
        if made_for != self._made_for:
            self._made, self._made_for = self._make(pinned, holds), made_for
        count = self._count
        return self._made._replace(kinds=self._kinds[:count], groups=self._groups[:count], moments=moments)

    def _follow(self, catalog: Catalog, count: int) -> None:
        """Looks at rows up to so many that are new, and at those that were put again."""
        if count > len(self._kinds):
            self._grow(2 * count)
        rows = [row for name in self._forgotten if 0 <= (row := catalog.rows.get(name, -1)) < self._count]
        self._forgotten.clear()
        rows += range(self._count, count)
        self._count = count
        if not rows:
            return
        brands = catalog.facets[rows, BRAND].tolist()
        seen = [(catalog.ids[row], catalog.categories[row], catalog.tags[row]) for row in rows]
        for row, brand, (item_id, path, tags) in zip(rows, brands, seen, strict=True):
            matched = self._matcher.matched(item_id, path, brand, tags)
            self._kinds[row] = self._kind_of.setdefault(matched, len(self._kind_of))
        if self._caps:
            grouped = [
                self._grouper.groups(path, brand, tags) for brand, (_, path, tags) in zip(brands, seen, strict=True)
            ]
            self._groups[rows] = np.array(grouped, np.uint32)

    def _grow(self, capacity: int) -> None:
        kinds, groups = np.zeros(capacity, np.int32), np.zeros((capacity, len(self._caps)), np.uint32)
        kinds[: self._count], groups[: self._count] = self._kinds[: self._count], self._groups[: self._count]
        self._kinds, self._groups = kinds, groups

    def _make(self, rows: list[int], holds: NDArray[np.bool_]) -> Active:
        """What holds, from the rows of pins and from which rules do: holds (t, rules)."""
        names = np.zeros((len(self._kind_of), len(self._named)))
        for matched, kind in self._kind_of.items():
            names[kind, list(matched)] = 1.0
        named = holds[:, [index for index, _ in self._named]]
        excludes = np.array([isinstance(target, Exclude) for _, target in self._named], np.bool_)
        by = np.array([target.by if isinstance(target, Boost) else 0.0 for _, target in self._named])
        capped = holds[:, [index for index, _ in self._caps]]
        limits = np.array([cap.most for _, cap in self._caps], np.int32)
        pinned = holds[:, [index for index, _ in self._pins]]
        return self._made._replace(
            excluded=(named & excludes) @ names.T > 0.0,
            boosts=(named * by) @ names.T,
            limits=np.ascontiguousarray(np.where(capped, limits, np.int32(UNLIMITED))),
            pins=np.ascontiguousarray(np.where(pinned, np.array(rows, np.int32), np.int32(-1))),
            pin_places=np.array([pin.place - 1 for _, pin in self._pins], np.int32),
        )


class _Matcher:
    """Which targets name an item, as their numbers."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._items = _numbers((target.item, number) for number, target in enumerate(targets))
        self._brands = _numbers(
            (brand_print(target.brand.strip()) if target.brand else None, number)
            for number, target in enumerate(targets)
        )
        self._tags = _numbers((target.tag, number) for number, target in enumerate(targets))
        self._categories = [(t.category, number) for number, t in enumerate(targets) if t.category is not None]
        self._paths: dict[Path, tuple[int, ...]] = {}

    def matched(self, item_id: str, path: Path, brand: int, tags: tuple[str, ...]) -> tuple[int, ...]:
        found = (*self._items.get(item_id, ()), *self._brands.get(brand, ()), *self._in_path(path))
        if self._tags:
            found += tuple(number for tag in tags for number in self._tags.get(tag, ()))
        return tuple(sorted(set(found))) if len(found) > 1 else found

    def _in_path(self, path: Path) -> tuple[int, ...]:
        found = self._paths.get(path)
        if found is None:
            found = tuple(number for category, number in self._categories if _within(path, category))
            self._paths[path] = found
        return found


class _Grouper:
    """What an item counts as for each cap: the print of its brand or category, or that the cap names it."""

    def __init__(self, caps: Sequence[Cap]) -> None:
        self._caps = caps
        self._brands = [brand_print(cap.brand.strip()) if cap.brand else 0 for cap in caps]
        self._by_path = not any(cap.brand or cap.tag or cap.per == "brand" for cap in caps)
        self._paths: dict[Path, list[int]] = {}

    def groups(self, path: Path, brand: int, tags: tuple[str, ...]) -> list[int]:
        by_path = self._paths.get(path)
        if by_path is None:
            by_path = self._paths[path] = [_group_of_path(cap, path) for cap in self._caps]
        if self._by_path:
            return by_path
        found = list(by_path)
        for place, cap in enumerate(self._caps):
            if cap.per == "brand":
                found[place] = brand
            elif cap.brand is not None:
                found[place] = _MATCHED if brand == self._brands[place] else 0
            elif cap.tag is not None:
                found[place] = _MATCHED if cap.tag in tags else 0
        return found


def _group_of_path(cap: Cap, path: Path) -> int:
    if cap.per == "category":
        return category_print(path[: cap.level]) if path else 0
    return _MATCHED if cap.category is not None and _within(path, cap.category) else 0


def _within(path: Path, category: str | Path) -> bool:
    """Whether an item of this path is in the category: a name at any level, or a path from the top."""
    return category in path if isinstance(category, str) else path[: len(category)] == category


def _numbers(pairs: Iterable[tuple[Name | None, int]]) -> dict[Name, tuple[int, ...]]:
    found: dict[Name, tuple[int, ...]] = {}
    for name, number in pairs:
        if name is not None:
            found[name] = (*found.get(name, ()), number)
    return found


def _nothing(caps: int, pins: int) -> Active:
    return Active(
        np.zeros(0, np.int32),
        np.zeros((0, caps), np.uint32),
        np.zeros(0, np.int32),
        np.zeros((1, 0), np.bool_),
        np.zeros((1, 0), np.float64),
        np.zeros((1, caps), np.int32),
        np.zeros((1, pins), np.int32),
        np.zeros(pins, np.int32),
    )


NO_RULES: Final = _nothing(0, 0)
