"""Kinds of settings: number, unit and form, said once in the type of a setting."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints


@dataclass(frozen=True)
class Unit:
    """What a number counts."""

    name: str


@dataclass(frozen=True)
class Form:
    """What is allowed, in words, where the type alone does not say it."""

    words: str


def check_addresses(written: str) -> str:
    """The same, when it is HOST:PORT, or several of them separated by commas. Raises ValueError."""
    for address in written.split(","):
        host, _, port = address.strip().rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        if not host or "/" in host or (":" in host and not bracketed) or not _is_port(port):
            raise ValueError(f"{address.strip()!r} is not HOST:PORT")
    return written


def _is_port(written: str) -> bool:
    return written.isascii() and written.isdecimal() and 1 <= int(written) <= 65_535


Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False), Unit("seconds")]
SecondsOrNone = Annotated[float, Field(ge=0, allow_inf_nan=False), Unit("seconds")]
Records = Annotated[int, Field(ge=1), Unit("records")]
Port = Annotated[int, Field(ge=0, le=65_535)]
Addresses = Annotated[str, AfterValidator(check_addresses), Form("HOST:PORT, several separated by commas")]
TopicName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,200}$"),
    Form("up to 200 letters, digits, . _ -"),
]
Folder = Form("the path of a folder")
FileOrNone = Form("the path of a file; may be left out")
