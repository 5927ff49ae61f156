"""Rules file: the business rules in force, read anew when their file changes."""

from collections.abc import Callable
from pathlib import Path

from models.ranking.rules import RuleTable
from schemas.errors import SchemaError
from schemas.rules import Rule, decode_rules
from streams.logs import get_log

log = get_log("rules")

Stamp = tuple[int, int, int]


class RulesProblem(Exception):  # noqa: N818 - it is the file that errs
    """A rules file cannot be used; the message says which rule, why, and how to mend it."""


class RulesFile:
    """The rules of one file, or none without one.

    length: of the lists, beyond which nothing can be pinned. refused: called for each change that could not be used.
    table: the rules in force, for all partitions of a worker.

    Raises: RulesProblem when the file cannot be used at the start.
    """

    def __init__(self, path: Path | None, length: int, refused: Callable[[], None]) -> None:
        self._path = path
        self._length = length
        self._refused = refused
        self._seen = self._used = None if path is None else _stamp(path)
        self.table = RuleTable(() if path is None else read_rules(path, length))

    def refresh(self) -> bool:
        """Puts a changed file into force once it is the same as at the last call, so that none is read half written.

        One that cannot be used is logged and counted once, and the rules in force stay. Says whether they changed.
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
        self.table = RuleTable(rules)
        log.info("rules in force", path=str(self._path), rules=len(rules))
        return True


def read_rules(path: Path, length: int) -> tuple[Rule, ...]:
    """The rules of a file, for lists of this length. Raises RulesProblem that says what is wrong and how to mend it."""
    try:
        rules = decode_rules(path.read_bytes(), str(path))
    except OSError as error:
        raise RulesProblem(
            f"{path} cannot be read ({error.strerror}): mend the setting ranking.rules or the file's rights"
        ) from None
    except SchemaError as error:
        raise RulesProblem(str(error)) from None
    for number, rule in enumerate(rules, 1):
        if rule.pin is not None and rule.pin.place > length:
            name = f" ({rule.name})" if rule.name else ""
            raise RulesProblem(
                f"{path}: rule {number}{name}: `pin.place`: {rule.pin.place} is beyond the list's end: at most"
                f" {length}, which is ranking.length"
            )
    return rules


def _stamp(path: Path) -> Stamp | None:
    """When the file was changed, its size and which it is; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
