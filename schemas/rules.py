"""Business rules: what a shop pins, excludes, caps and boosts, as it writes them in a YAML file.

rules:
  - name: the week's offer        # optional, for messages
    pin: {item: sku-1, place: 1}  # this item stands first
    when:                         # optional; without it the rule always holds
      from: 2026-11-23T00:00:00+01:00
      until: 2026-11-30T00:00:00+01:00
      days: [mon, tue, wed, thu, fri]
      hours: 08:00-20:00
      zone: Europe/Berlin
  - exclude: {category: Tobacco}          # this name at any level of an item's path
  - exclude: {category: [Food, Alcohol]}  # this path from the top, and all below it
  - cap: {per: brand, most: 2}            # at most two items of any one brand on a list
  - cap: {per: category, level: 1, most: 4}
  - cap: {tag: sale, most: 3}
  - boost: {brand: Acme, by: 0.5}         # added to the score; below 0 it lowers
"""

import math
import re
from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
import yaml  # type: ignore[import-untyped]

from schemas.errors import SchemaError
from schemas.ids import Id

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES: Final = 24 * 60
Name = Annotated[str, msgspec.Meta(min_length=1)]
Path = Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Places = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]

_MENDS: Final = {
    "rules": "write `rules:` and below it a list, or `rules: []` for none",
    "item": "write the item's id, in quotes if it is a number",
    "category": "write a name, or a path from the top as [Food, Alcohol]",
    "brand": "write the brand's name, in quotes if YAML takes it for something else",
    "tag": "write one tag, in quotes if YAML takes it for something else",
    "name": "write a text, in quotes if YAML takes it for something else",
    "place": "write a whole number, 1 for the first",
    "most": "write a whole number from 1; to show none use exclude",
    "level": "write a whole number, 1 for the top of the path",
    "per": "write brand or category",
    "by": "write a number that is added to the score",
    "from": "write RFC 3339 with an offset, as 2026-11-23T00:00:00+01:00",
    "until": "write RFC 3339 with an offset, as 2026-11-23T00:00:00+01:00",
    "days": f"write a list of {', '.join(DAYS)}",
    "hours": "write HH:MM-HH:MM, as 08:00-20:00 or 22:00-02:00",
    "zone": "write an IANA name, as Europe/Berlin",
}


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which items: one item, a category (a name at any level, or a path from the top), a brand, or a tag."""

    item: Id | None = None
    category: Name | Path | None = None
    brand: Name | None = None
    tag: Name | None = None

    def __post_init__(self) -> None:
        _require_one(self, ("item", "category", "brand", "tag"))


class Exclude(Target, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """These items are never shown."""


class Boost(Target, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """These items' scores are raised `by` so much; boosts add up."""

    by: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if not math.isfinite(self.by):
            raise ValueError(f"`by` is {self.by}: {_MENDS['by']}")


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """This item stands at this place, 1 being the first."""

    item: Id
    place: Places


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """At most so many on a list: of one category, brand or tag, or of each brand, or of each category.

    level: with `per: category`, how much of the path counts, 1 being its top; all of it without.
    """

    category: Name | Path | None = None
    brand: Name | None = None
    tag: Name | None = None
    per: Literal["brand", "category"] | None = None
    level: Places | None = None
    most: Places

    def __post_init__(self) -> None:
        _require_one(self, ("category", "brand", "tag", "per"))
        if self.level is not None and self.per != "category":
            raise ValueError("`level` goes with `per: category` only: leave it out")


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a rule holds, by the clock when a list is published, whatever its event time: all that is given must be so.

    begin: from then on; until: before then. days: of the week in `zone`, all without. hours: HH:MM-HH:MM in `zone`,
    the end not included; a span across midnight belongs to the day on which it begins.
    """

    begin: Moment | None = msgspec.field(default=None, name="from")
    until: Moment | None = None
    days: Annotated[tuple[Day, ...], msgspec.Meta(min_length=1)] = DAYS
    hours: Annotated[str, msgspec.Meta(pattern=r"^\d\d:\d\d-\d\d:\d\d$")] = "00:00-24:00"
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.begin and self.until and self.begin >= self.until:
            raise ValueError("`from` is not before `until`: such a rule would never hold")
        start, end = self.minutes
        if start == end or start >= DAY_MINUTES:
            raise ValueError(f"`hours` is {self.hours}: {_MENDS['hours']}, the whole day being 00:00-24:00")
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"`zone` {self.zone!r} is not known: {_MENDS['zone']}") from None

    @property
    def minutes(self) -> tuple[int, int]:
        """Start and end of the hours, minutes after midnight."""
        start, end = (_minutes(written) for written in self.hours.split("-"))
        return start, end


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule: it pins, excludes, caps or boosts, always or when its window is open."""

    name: str = ""
    pin: Pin | None = None
    exclude: Exclude | None = None
    cap: Cap | None = None
    boost: Boost | None = None
    when: Window | None = None

    def __post_init__(self) -> None:
        _require_one(self, ("pin", "exclude", "cap", "boost"))


_PARTS: Final[dict[str, type[msgspec.Struct]]] = {
    "pin": Pin,
    "exclude": Exclude,
    "cap": Cap,
    "boost": Boost,
    "when": Window,
}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rules: tuple[Rule, ...]


def decode_rules(data: bytes, where: str) -> tuple[Rule, ...]:
    """The rules of a YAML file, in its order.

    Args: where: the file's name, for messages.
    Raises: SchemaError that names the file, the rule by number and name, the field, and the mend.
    """
    try:
        written = yaml.load(data, _Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SchemaError(f"{where} cannot be read as YAML: {' '.join(str(error).split())}") from None
    try:
        return msgspec.convert(written, _File, builtin_types=(datetime, date, time)).rules
    except msgspec.ValidationError as error:
        raise SchemaError(f"{where}: {_explained(str(error), written)}") from None


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML as usual, but that a name which is given twice is no YAML; else a rule might get lost unnoticed."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = [name.value for name, _ in getattr(node, "value", ()) if name.tag != "tag:yaml.org,2002:merge"]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise yaml.YAMLError(f"`{twice[0]}` is given twice in line {node.start_mark.line + 1} and below")
        return super().construct_mapping(node, deep=deep)


def _explained(message: str, written: Any) -> str:
    """The complaint with the rule's number and name, its field, and how to mend it."""
    said, _, place = message.partition(" - at `")
    found = re.match(r"\$\.rules\[(\d+)\]\.?(.*?)(\[\.*\d*\])?`?$", place)
    field = found[2] if found else ""
    parts = [f"`{field}`: {said}" if field else said]
    mend = _mend(said, field, found is not None)
    if mend and mend not in said:
        parts.append(mend)
    return f"{_rule(int(found[1]), written)}: {': '.join(parts)}" if found else ": ".join(parts)


def _mend(said: str, field: str, in_rule: bool) -> str:
    named = re.search(r"(unknown|missing required) field `(.*?)`", said)
    if not in_rule:
        return _MENDS["rules"]
    if named and named[1] == "unknown":
        return f"known are {', '.join(one.encode_name for one in msgspec.structs.fields(_PARTS.get(field, Rule)))}"
    if not named and not field:
        return "write what it does, as exclude: {tag: sale}" if "Expected `object`" in said else ""
    return _MENDS.get(named[2] if named else field.rpartition(".")[2], "")


def _rule(index: int, written: Any) -> str:
    rule = written["rules"][index]
    name = rule.get("name") if isinstance(rule, dict) else None
    return f"rule {index + 1} ({name})" if isinstance(name, str) and name else f"rule {index + 1}"


def _require_one(struct: msgspec.Struct, names: tuple[str, ...]) -> None:
    given = [name for name in names if getattr(struct, name) is not None]
    if len(given) != 1:
        raise ValueError(f"exactly one of {', '.join(names)} is needed, given: {' and '.join(given) or 'none'}")


def _minutes(written: str) -> int:
    hours, minutes = int(written[:2]), int(written[3:])
    if minutes >= 60 or hours * 60 + minutes > DAY_MINUTES:
        raise ValueError(f"`hours` has {written}: {_MENDS['hours']}")
    return hours * 60 + minutes
