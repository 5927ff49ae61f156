"""The command that explains the settings."""

from typing import Annotated

import typer

from streams.cli.options import end


def settings(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One setting, or a section.", show_default=False)
    ] = None,
    toml: Annotated[bool, typer.Option("--toml", help="Print a penchant.toml with all defaults.")] = False,
) -> None:
    """Show every setting: value, where that came from, meaning.

    A flag wins over an environment variable, that over a penchant.toml in
    the folder you are in, that over the default. Secrets are not shown.

    Examples:

        penchant settings
        penchant settings worker.flush_interval
        penchant settings | grep timeout
        penchant settings --toml > penchant.toml
    """
    from streams.apps.settings import SettingsOptions, run

    end(run(SettingsOptions(name, toml)))
