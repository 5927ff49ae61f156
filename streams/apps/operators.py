"""Operators: what goes wrong by hand is told in one line that says what, where and how to mend it."""

import logging
import sys
import tomllib
from typing import Any

import structlog
from pydantic import ValidationError
from pydantic_settings import SettingsError

from streams.settings import Settings

OUR_FLOORS = frozenset({"schemas", "models", "streams"})


class OperatorError(Exception):
    """Something that whoever runs a command can mend; the message says how."""


def load_settings(**flags: dict[str, Any]) -> Settings:
    """Settings from the environment and penchant.toml, below what flags say.

    Args: flags: per section the values given on the command line; None where a flag was not given.
    Raises: OperatorError that names each setting that does not fit, and where it can be set.
    """
    given = {
        section: {name: value for name, value in values.items() if value is not None}
        for section, values in flags.items()
    }
    try:
        return Settings(**{section: values for section, values in given.items() if values})  # type: ignore[arg-type]
    except ValidationError as error:
        raise OperatorError("; ".join(_setting_line(dict(problem)) for problem in error.errors())) from None
    except (SettingsError, tomllib.TOMLDecodeError) as error:
        raise OperatorError(
            f"settings cannot be read ({error}): penchant.toml is TOML, a section or list in PENCHANT_… is JSON"
        ) from None


def keep_logs_quiet() -> None:
    """Leaves standard output to what a command has to say; what the Kafka clients log is shown from errors on."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def explanation(error: BaseException) -> str | None:
    """The line for an error that an operator can mend: one of our own classes; None for any other, a defect."""
    ours = isinstance(error, Exception) and type(error).__module__.partition(".")[0] in OUR_FLOORS
    return " ".join(str(error).split()) if ours else None


def _setting_line(problem: dict[str, Any]) -> str:
    place = [str(part) for part in problem["loc"]]
    shown = isinstance(problem["input"], str | int | float) and "client" not in place
    found = f" (it is {problem['input']!r})" if shown else ""
    where = f"mend PENCHANT_{'__'.join(place[:2]).upper()} or penchant.toml"
    return f"setting {'.'.join(place)}: {_complaint(problem)}{found}; {where}"


def _complaint(problem: dict[str, Any]) -> str:
    if problem["type"] == "extra_forbidden":
        return "there is no setting of this name"
    words = str(problem["msg"]).removeprefix("Value error, ")
    return words[:1].lower() + words[1:]
