"""Reference: each setting with its kind, default, unit and meaning, read from the types that hold it."""

import dataclasses
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from streams.settings.kinds import Form, Unit
from streams.settings.settings import DELIMITER, PREFIX, Settings

WORDS = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
SECRET_WORDS = ("password", "secret", "token", "pem", "key", "oauthbearer.config")
MASK = "***"

Names = tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """One setting. path: its names, section first; kind: what is allowed, in words; unit: what a number counts."""

    path: Names
    kind: str
    default: object
    unit: str
    meaning: str
    annotation: object

    @property
    def name(self) -> str:
        """Its whole name, as worker.flush_interval."""
        return ".".join(self.path)

    @property
    def section(self) -> str:
        """The name of its section, empty at the top."""
        return self.path[0] if len(self.path) > 1 else ""

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return variable_of(self.path)

    @property
    def is_table(self) -> bool:
        """Whether it holds names and values of its own."""
        return get_origin(self.annotation) is dict

    @property
    def holds_secrets(self) -> bool:
        """Whether its entries may be secrets, as properties of clients are."""
        return self.is_table and inner_names(self) is None

    @property
    def is_structured(self) -> bool:
        """Whether an environment variable gives it as JSON."""
        return get_origin(self.annotation) in (dict, tuple)


@cache
def all_settings() -> tuple[Setting, ...]:
    """Every setting, in the order of the sections."""
    return tuple(_settings_of(Settings, ()))


@cache
def sections() -> Mapping[str, str]:
    """What each section is about, by name; the settings at the top belong to none."""
    found = {name: info.annotation for name, info in Settings.model_fields.items()}
    return {name: _first_line(kind) for name, kind in found.items() if _is_section(kind)}


def setting_at(path: Names) -> Setting | None:
    """The setting of this path, or the table that the path leads into."""
    for setting in all_settings():
        if path == setting.path or (setting.is_table and path[: len(setting.path)] == setting.path):
            return setting
    return None


def inner_names(setting: Setting) -> Names | None:
    """The names that each entry of a table has, None where an entry is a plain value."""
    value = get_args(setting.annotation)[1]
    return tuple(field.name for field in dataclasses.fields(value)) if dataclasses.is_dataclass(value) else None


def value_of(settings: Settings, setting: Setting) -> object:
    """The value of a setting in force, what is secret in it masked."""
    value: object = settings
    for name in setting.path:
        value = getattr(value, name)
    return masked(value)


def masked(value: object) -> object:
    """The value, and *** for each entry of a table whose name sounds secret."""
    if not isinstance(value, dict):
        return value
    return {name: MASK if is_secret(str(name)) else inner for name, inner in value.items()}


def is_secret(name: str) -> bool:
    """Whether a property of this name may hold a secret; the place of a file is none."""
    lowered = name.lower()
    return not lowered.endswith(".location") and any(word in lowered for word in SECRET_WORDS)


def variable_of(path: Names) -> str:
    """The environment variable of a path."""
    return PREFIX + DELIMITER.join(path).upper()


def _settings_of(section: Any, path: Names) -> Iterator[Setting]:
    for name, info in _fields(section):
        if _is_section(info.annotation):
            yield from _settings_of(info.annotation, (*path, name))
        else:
            unit = next((mark.name for mark in info.metadata if isinstance(mark, Unit)), "")
            default = info.get_default(call_default_factory=True, validated_data={})
            yield Setting((*path, name), _kind(info, unit), default, unit, info.description or "", info.annotation)


def _fields(section: Any) -> Iterator[tuple[str, FieldInfo]]:
    if issubclass(section, BaseModel):
        yield from section.model_fields.items()
        return
    hints = get_type_hints(section, include_extras=True)
    for field in dataclasses.fields(section):
        info = FieldInfo.from_annotated_attribute(hints[field.name], field)
        info.metadata += [
            mark(field.metadata[key]) for key, mark in (("unit", Unit), ("form", Form)) if key in field.metadata
        ]
        yield field.name, info


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and (issubclass(kind, BaseModel) or dataclasses.is_dataclass(kind))


def _first_line(section: Any) -> str:
    return str(section.__doc__).splitlines()[0]


def _kind(info: FieldInfo, unit: str) -> str:
    form = next((mark.words for mark in info.metadata if isinstance(mark, Form)), None)
    return form or _words(info.annotation) + (f" of {unit}" if unit else "") + _bounds(info)


def _words(annotation: object) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _words(inner[0])
    if origin is Literal:
        return f"one of {', '.join(inner)}"
    if origin in (Union, types.UnionType):
        return f"{_words(inner[0])}; may be left out"
    if origin is tuple:
        return "a list of texts"
    if origin is dict:
        return "a table"
    if annotation is Path:
        return "a path"
    return WORDS[annotation]  # type: ignore[index]


def _bounds(info: FieldInfo) -> str:
    found = {
        name: getattr(mark, name) for mark in info.metadata for name in ("gt", "ge", "lt", "le") if hasattr(mark, name)
    }
    if found.keys() == {"ge", "le"}:
        return f" from {found['ge']:,} to {found['le']:,}"
    signs = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
    parts = [f"{signs[name]} {found[name]:,}" for name in signs if name in found]
    return f" {' and '.join(parts)}" if parts else ""
