"""What the commands share: common options, settings below the flags, and how a command ends."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from streams.settings import Settings

Bootstrap = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="Where Kafka is; several, separated by commas. (Setting kafka.bootstrap.)"),
]
Partitioner = Annotated[
    Literal["crc32", "murmur2", "fnv1a"],
    typer.Option(help="How a key becomes a partition: as librdkafka (crc32), Java (murmur2) or Sarama (fnv1a) does."),
]


def settings_of(**flags: dict[str, Any]) -> "Settings":
    """Settings from the environment and penchant.toml, below what flags say."""
    from streams.settings import load_settings

    return load_settings(**flags)


def client_settings(bootstrap: str | None) -> "Settings":
    """Settings of a command that talks to a person, so that the clients' logs stay out of its way."""
    from streams.apps.operators import keep_logs_quiet

    keep_logs_quiet()
    return settings_of(kafka={"bootstrap": bootstrap})


def end(code: int | None) -> NoReturn:
    """Ends the command with this exit code."""
    raise typer.Exit(code or 0)
