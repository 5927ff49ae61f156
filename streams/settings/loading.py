"""Loading: settings from all sources, or one line that says what is wrong with which, and where it was set."""

import difflib
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from streams.settings.origins import DEFAULT, Given, OriginError, Origins
from streams.settings.reference import MASK, Names, all_settings, inner_names, is_secret, sections, setting_at
from streams.settings.reference import Setting as Reference
from streams.settings.settings import Settings

LONGEST_VALUE = 80


class SettingsProblem(Exception):  # noqa: N818 - pydantic-settings has a SettingsError
    """Settings that do not fit; the message names each, what is allowed, its value and where that came from."""


def load_settings(**flags: dict[str, Any]) -> Settings:
    """Settings from the environment and penchant.toml, below what flags say.

    Args: flags: per section the values given on the command line; None where a flag was not given.
    Raises: SettingsProblem that names each setting that does not fit, and where it was set.
    """
    given = {
        section: {name: value for name, value in values.items() if value is not None}
        for section, values in flags.items()
    }
    try:
        origins = Origins(given)
    except OriginError as error:
        raise SettingsProblem(str(error)) from None
    complaints = [line for one in origins.given if (line := _misplaced(one)) is not None]
    if complaints:
        raise SettingsProblem("; ".join(dict.fromkeys(complaints)))
    try:
        return Settings(**{section: values for section, values in given.items() if values})  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsProblem("; ".join(_complaints(error, origins))) from None
    except SettingsError as error:
        raise SettingsProblem(f"settings cannot be read: {error}") from None


def unknown(name: str, known: list[str]) -> str:
    """The complaint that there is no setting of this name; a place may follow it in brackets."""
    near = difflib.get_close_matches(name.partition(" ")[0], known, 1)
    return f"there is no setting {name}, {f'did you mean {near[0]}?' if near else '`penchant settings` prints all'}"


def _misplaced(given: Given) -> str | None:
    """What is wrong with the name that a value is given for, or with its form."""
    path, place = given.path, given.origin.place
    setting = setting_at(path)
    if setting is None and path[0] in sections() and len(path) == 1:
        return (
            None if given.value == {} else f"{path[0]} ({place}) is a section, with names and values{_as_json(given)}"
        )
    if setting is None:
        return unknown(f"{'.'.join(path)} ({place})", [one.name for one in all_settings()])
    inner = inner_names(setting) if setting.is_table else None
    depth = len(path) - len(setting.path)
    if inner is not None and depth > 1 and (depth > 2 or path[-1] not in inner):
        return unknown(
            f"{'.'.join(path)} ({place})", [".".join((*path[: len(setting.path) + 1], name)) for name in inner]
        )
    structured = setting.is_structured and (depth == 0 or (inner is not None and depth == 1))
    if structured and given.origin.kind == "environment" and isinstance(given.value, str):
        return f"setting {setting.name} ({place}) is {setting.kind}{_as_json(given)}"
    return None


def _as_json(given: Given) -> str:
    return ", in JSON" if given.origin.kind == "environment" else ""


def _complaints(error: ValidationError, origins: Origins) -> Iterator[str]:
    for problem in error.errors():
        path = tuple(str(part) for part in problem["loc"])
        setting = setting_at(path) or setting_at(path[:-1])
        if setting is None:
            yield _relation(_plain(problem["msg"]), origins)
        else:
            yield _line(setting, path, problem["type"] == "missing", problem["input"], origins)


def _relation(message: str, origins: Origins) -> str:
    """A complaint about several settings, followed by the value of each that it names and where that came from."""
    values = {one.path: one.value for one in reversed(origins.given)}
    named = [one for one in all_settings() if re.search(rf"(?<![\w.]){re.escape(one.name)}(?![\w.])", message)]
    shown = [_value(one, values.get(one.path, one.default), origins) for one in named]
    return f"{message}, but {', '.join(shown)}" if shown else message


def _value(setting: Reference, value: object, origins: Origins) -> str:
    places = ", ".join(origin.place for origin in origins.of(setting.path))
    return f"{setting.name} is set ({places})" if setting.is_table else f"{setting.name} is {value} ({places})"


def _line(setting: Reference, path: Names, missing: bool, value: object, origins: Origins) -> str:
    name, places = ".".join(path), _places(setting, path, origins)
    if missing:
        return f"setting {name} is missing ({places}), beside the others of its table"
    return f"setting {name} is {_shown(setting, path, value)} ({places}), allowed is {setting.kind}"


def _places(setting: Reference, path: Names, origins: Origins) -> str:
    found = origins.of(path)
    found = found if found != (DEFAULT,) else origins.of(path[:-1] if len(path) > len(setting.path) else setting.path)
    return found[0].place


def _shown(setting: Reference, path: Names, value: object) -> str:
    inside = path[len(setting.path) :]
    if setting.holds_secrets and (not inside or is_secret(inside[0])):
        return MASK
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")
