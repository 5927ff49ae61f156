"""Rules file: the business rules in force, read anew when their file changes."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from models.catalog.catalog import Catalog
from models.ranking.rules import Active, RuleTable
from schemas.errors import SchemaError
from schemas.rules import Rule, decode_rules
from streams.logs import get_log

LOOKED_AT_ONCE = 2_000  # items, which take some 10 ms

log = get_log("rules")

Stamp = tuple[int, int, int]


class RulesProblem(Exception):  # noqa: N818 - it is the file that errs
    """A rules file cannot be used; the message says which rule, why, and how to mend it."""


class RulesFile:
    """The rules of one file, or none without one.

    length: of the shortest lists, beyond which nothing can be pinned. refused: called for each change that could not be
    used. clock: epoch seconds; windows are of the moment of publication, since that is when a list is shown, and so
    neither late behaviors nor a replay bring back what is over. table: the rules in force, for all partitions.

    Raises: RulesProblem when the file cannot be used at the start.
    """

    def __init__(
        self, path: Path | None, length: int, refused: Callable[[], None], clock: Callable[[], float] = time.time
    ) -> None:
        self._path = path
        self._length = length
        self._refused = refused
        self._clock = clock
        self._seen = self._used = None if path is None else _stamp(path)
        self._coming: RuleTable | None = None
        self.table = RuleTable(() if path is None else read_rules(path, length))

    def active(self, catalog: Catalog, lists: int) -> Active:
        """The rules that hold for so many lists, published now."""
        return self.table.active(catalog, np.full(lists, self._clock()))

    def forget(self, item_ids: Sequence[str]) -> None:
        """Looks anew at items that were put into the catalog again; new ones may be among them."""
        self.table.forget(item_ids)
        if self._coming is not None:
            self._coming.forget(item_ids)

    def refresh(self) -> bool:
        """Reads a changed file once it is the same as at the last call, so that none is read half written.

        One that cannot be used is logged and counted once, and the rules in force stay. Says whether there are new
        rules, which come into force by `advance`.
        """
        if self._path is None:
            return False
        stamp, before = _stamp(self._path), self._seen
        self._seen = stamp
        if stamp == self._used or stamp != before:
            return False
        self._used = stamp
        try:
            rules = read_rules(self._path, self._length)
        except RulesProblem as problem:
            log.error("rules refused, those before stay in force", path=str(self._path), reason=str(problem))
            self._refused()
            return False
        self._coming = RuleTable(rules)
        return True

    def advance(self, catalog: Catalog) -> bool:
        """Looks at some of the items that the newest rules have not seen; when none is left, these are in force.

        Says whether that is so. Work between two calls goes on by the rules before.
        """
        newest = self._coming or self.table
        if not newest.look(catalog, LOOKED_AT_ONCE):
            return False
        if self._coming is not None:
            self.table, self._coming = self._coming, None
            log.info("rules in force", path=str(self._path), rules=len(self.table.rules))
        return True


def read_rules(path: Path, length: int) -> tuple[Rule, ...]:
    """The rules of a file, for lists of this length. Raises RulesProblem that says what is wrong and how to mend it."""
    try:
        rules = decode_rules(path.read_bytes(), str(path))
    except OSError as error:
        raise RulesProblem(
            f"{path} cannot be read ({error.strerror}): mend the setting worker.rules or the file's rights"
        ) from None
    except SchemaError as error:
        raise RulesProblem(str(error)) from None
    for number, rule in enumerate(rules, 1):
        if rule.pin is not None and rule.pin.place > length:
            name = f" ({rule.name})" if rule.name else ""
            raise RulesProblem(
                f"{path}: rule {number}{name}: `pin.place`: {rule.pin.place} is beyond the list's end: at most"
                f" {length}, the shortest ranking.length"
            )
    return rules


def _stamp(path: Path) -> Stamp | None:
    """When the file was changed, its size and which it is; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
