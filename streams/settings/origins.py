"""Origins: which flag, environment variable or file gives each setting its value."""

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.settings.reference import Names, Setting
from streams.settings.settings import DELIMITER, FILE, PREFIX

Flags = Mapping[str, Mapping[str, Any]]
# Kubernetes and Docker tell each container of services near it; one that is called penchant is no setting of ours.
OF_SERVICES = re.compile(r"_SERVICE_(HOST|PORT(_\w+)?)$|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$")


class OriginError(ValueError):
    """A source of settings cannot be read; the message says which and why."""


@dataclass(frozen=True)
class Origin:
    """Where a value came from. kind: default, file, environment or flag; place: what to mend there."""

    kind: str
    place: str


DEFAULT = Origin("default", "by default")


@dataclass(frozen=True)
class Given:
    """A value that some source gives. path: the names it is given for, which may go into a table."""

    path: Names
    value: object
    origin: Origin


class Origins:
    """All that is given, the strongest source first.

    flags: by section, only those that were given. Raises: OriginError when the file or a variable cannot be read.
    """

    def __init__(self, flags: Flags | None = None) -> None:
        self.given = [*_from_flags(flags or {}), *_from_environment(), *_from_file()]

    def of(self, path: Names) -> tuple[Origin, ...]:
        """The sources of a setting, the strongest first; a table may have several, any other has one."""
        found = [one for one in self.given if one.path[: len(path)] == path]
        return tuple(dict.fromkeys(one.origin for one in found)) or (DEFAULT,)

    def summary(self, setting: Setting) -> str:
        """The kinds of its sources, in words."""
        found = self.of(setting.path)
        names = [FILE if one.kind == "file" else one.kind for one in found]
        return " and ".join(dict.fromkeys(names if setting.is_table else names[:1]))


def _from_flags(flags: Flags) -> Iterator[Given]:
    for section, values in flags.items():
        for name, value in values.items():
            yield Given((section, name), value, Origin("flag", f"flag --{name.replace('_', '-')}"))


def _from_environment() -> Iterator[Given]:
    """Longer names first, as they win over the JSON of a whole section."""
    ours = [name for name in os.environ if name.upper().startswith(PREFIX) and not _is_of_services(name.upper())]
    for variable in sorted(ours, key=lambda name: (-name.count(DELIMITER), name)):
        path = tuple(variable[len(PREFIX) :].lower().split(DELIMITER))
        value = os.environ[variable]
        origin = Origin("environment", f"environment variable {variable}")
        yield from _leaves(path, _table_of(value), origin)


def _is_of_services(variable: str) -> bool:
    return DELIMITER not in variable and OF_SERVICES.search(variable) is not None


def _table_of(value: str) -> object:
    """The table or list that a variable holds as JSON, else the value as it is."""
    if not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _from_file() -> Iterator[Given]:
    path = Path(FILE)
    if not path.is_file():
        return
    try:
        with path.open("rb") as file:
            tables = tomllib.load(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else error
        raise OriginError(f"{path.absolute()} cannot be read ({cause}): it is a file in TOML") from None
    yield from _leaves((), tables, Origin("file", str(path.absolute())))


def _leaves(path: Names, value: object, origin: Origin) -> Iterator[Given]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves((*path, str(name)), inner, origin)
    elif path:
        yield Given(path, value, origin)
