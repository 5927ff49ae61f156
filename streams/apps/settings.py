"""Settings in words: a table for a terminal, lines for a pipe, or a file in TOML to start from."""

import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass

import typer
from rich.box import HORIZONTALS
from rich.console import Console
from rich.table import Table
from rich.text import Text

from streams.apps.operators import OperatorError
from streams.settings import Settings
from streams.settings.loading import load_settings, unknown
from streams.settings.origins import Origins
from streams.settings.reference import Setting, all_settings, sections, value_of

FIGURES_OF_ROUND_NUMBERS = 1e15
COMMENT_WIDTH = 100
LONGEST_VARIABLE = 37


@dataclass(frozen=True)
class SettingsOptions:
    """What to show. name: one setting, or a section; None for all. toml: as a file with the defaults."""

    name: str | None = None
    toml: bool = False


def run(options: SettingsOptions) -> int:
    """Prints settings, and returns 0. Raises SettingsProblem when one is wrong, OperatorError for an unknown name."""
    chosen = chosen_by(options.name)
    if options.toml:
        typer.echo(toml_of(chosen))
        return 0
    settings, origins = load_settings(), Origins()
    if len(chosen) == 1:
        typer.echo("\n".join(whole(chosen[0], settings, origins)))
    elif sys.stdout.isatty():
        show(Console(), chosen, settings, origins)
    else:
        for setting in chosen:
            typer.echo(line_of(setting, settings, origins))
    return 0


def chosen_by(name: str | None) -> list[Setting]:
    """The settings of this name or section, all for None. Raises OperatorError where there is none."""
    found = [one for one in all_settings() if name in (None, one.name, one.section or None)]
    if not found:
        raise OperatorError(unknown(str(name), [one.name for one in all_settings()]))
    return found


def show(console: Console, chosen: list[Setting], settings: Settings, origins: Origins) -> None:
    """Prints one table per section, as wide as the console."""
    for section in dict.fromkeys(one.section for one in chosen):
        about = sections().get(section, "For all parts.")
        table = Table(box=HORIZONTALS, expand=True, show_lines=True, title_justify="left", title_style="bold")
        table.title = f"{section or 'everywhere'}: {about}"
        table.add_column("setting", no_wrap=True)
        table.add_column("value", ratio=1, overflow="fold")
        table.add_column("meaning", ratio=3, min_width=LONGEST_VARIABLE)
        for one in (setting for setting in chosen if setting.section == section):
            value = Text(written(value_of(settings, one)))
            value.append(f"\n{origins.summary(one)}", "dim")
            meaning = Text(one.meaning)
            meaning.append(f"\n{one.kind}; default {written(one.default)}\n{one.variable}", "dim")
            table.add_row(Text(one.path[-1], "bold"), value, meaning)
        console.print(table)


def line_of(setting: Setting, settings: Settings, origins: Origins) -> str:
    """A setting on one line: name, value, where that came from, kind, default, variable, meaning."""
    value, default = written(value_of(settings, setting)), written(setting.default)
    return (
        f"{setting.name} = {value} [{origins.summary(setting)}] | {setting.kind}, default {default}"
        f" | {setting.variable} | {setting.meaning}"
    )


def whole(setting: Setting, settings: Settings, origins: Origins) -> Iterator[str]:
    """All of one setting."""
    yield from textwrap.wrap(setting.meaning, COMMENT_WIDTH)
    places = ", ".join(origin.place for origin in origins.of(setting.path))
    for name, text in (
        ("name", setting.name),
        ("value", f"{written(value_of(settings, setting))} ({places})"),
        ("default", written(setting.default)),
        ("allowed", setting.kind),
        ("unit", setting.unit or "none"),
        ("environment", setting.variable),
        ("penchant.toml", f"{setting.path[-1]}, below [{setting.section}]" if setting.section else setting.path[-1]),
    ):
        yield f"  {name:<13}  {text}"


def toml_of(chosen: list[Setting]) -> str:
    """A penchant.toml with the defaults of these settings, and what each means."""
    blocks = ["# Settings of Penchant. Flags and environment variables win over this file."]
    for section in dict.fromkeys(one.section for one in chosen):
        # A table within the section comes last: what follows its heading would belong to it.
        entries = [_entry(one) for one in sorted(chosen, key=lambda one: one.is_table) if one.section == section]
        if section:
            entries[0] = f"# {sections()[section]}\n[{section}]\n{entries[0]}"
        blocks += entries
    return "\n\n".join(blocks)


def written(value: object) -> str:
    """A value in one line, as a person reads it."""
    if value is None:
        return "not set"
    if isinstance(value, float) and value.is_integer() and abs(value) < FIGURES_OF_ROUND_NUMBERS:
        return str(int(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {written(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(written, value))}]"
    if is_dataclass(value) and not isinstance(value, type):
        return written({name: inner for name, inner in asdict(value).items() if inner is not None})
    return str(value).lower() if isinstance(value, bool) else str(value)


def _entry(setting: Setting) -> str:
    about = textwrap.wrap(f"{setting.meaning} Allowed: {setting.kind}. {setting.variable}", COMMENT_WIDTH)
    comment = "\n".join(f"# {line}" for line in about)
    default, name = setting.default, setting.path[-1]
    if isinstance(default, dict):
        return "\n".join((comment, f"[{setting.name}]", *_rows_of_table(default)))
    return f"{comment}\n{f'# {name} =' if default is None else f'{name} = {_toml(default)}'}"


def _rows_of_table(table: Mapping[str, object]) -> Iterator[str]:
    for key, value in table.items():
        if is_dataclass(value) and not isinstance(value, type):
            yield f"{key} = {{ {', '.join(f'{inner} = {_toml(one)}' for inner, one in asdict(value).items())} }}"
        else:
            yield f"{json.dumps(key)} = {_toml(value)}"


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return written(value) if isinstance(value, bool | int | float) else json.dumps(str(value))
