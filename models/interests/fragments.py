"""Fragments: texts that many records repeat (labels, keywords, ids, categories), packed as msgpack once."""

import msgspec
import numpy as np
from numpy.typing import NDArray

Text = str | tuple[str, ...] | None
KEPT = 1 << 17

_pack = msgspec.msgpack.Encoder().encode


class Fragments(dict[Text, int]):
    """From a text to the number of its fragment; a text that is new is packed when it is first asked for.

    kept: how many make them full. cleared: how often they were forgotten.

    data (b,) uint8: all fragments one after the other; fragment n lies between starts[n] and starts[n + 1] (int64).
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self.cleared = 0
        self.clear()

    def __missing__(self, text: Text) -> int:
        packed = _pack(text)
        number, start = len(self), int(self.starts[len(self)])
        end = start + len(packed)
        if number + 2 > len(self.starts):
            self.starts = _grown(self.starts, number + 2)
        if end > len(self.data):
            self.data = _grown(self.data, end)
        self.data[start:end] = np.frombuffer(packed, np.uint8)
        self.starts[number + 1] = end
        self[text] = number
        return number

    @property
    def full(self) -> bool:
        """Whether it is time to clear them."""
        return len(self) > self._kept

    def text(self, number: int) -> Text:
        """What a fragment says; a tuple as a list."""
        start, end = self.starts[number : number + 2].tolist()
        return msgspec.msgpack.decode(self.data[start:end].tobytes())

    def clear(self) -> None:
        """Forgets all fragments; numbers given before mean nothing from then on."""
        super().clear()
        self.cleared += 1
        self.data = np.zeros(1 << 12, np.uint8)
        self.starts = np.zeros(1 << 8, np.int64)


def _grown(old: NDArray, least: int) -> NDArray:
    grown = np.zeros(max(2 * len(old), least), old.dtype)
    grown[: len(old)] = old
    return grown
