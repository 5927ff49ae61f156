"""Singles: numbers as four bytes hold them."""

from struct import pack, unpack
from typing import Any


def round_fields(value: Any, *names: str) -> None:
    """Rounds these fields of a frozen value that is being made."""
    for name in names:
        object.__setattr__(value, name, _rounded(getattr(value, name)))


def single(number: float) -> float:
    """The nearest number that four bytes hold."""
    return float(unpack("<f", pack("<f", number))[0])


def _rounded(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_rounded(one) for one in value)
    return single(value) if isinstance(value, float) else value
