"""Tables of factors: gradients on the side of users, and on that of items what they have made of each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.factors.kernels import Gradients, clear, climb_each
from schemas.rows.factors import FACTORS, GRADIENT, read_factors

FIRST_CAPACITY = 1_024


class GradientTable:
    """What the behaviors of a partition's users since the last flush say of items' factors."""

    def __init__(self) -> None:
        self.arrays = _empty(FIRST_CAPACITY)

    def reserve(self, new: int) -> None:
        """Makes room for so many items that are not here yet."""
        count = int(self.arrays.counts[0])
        if 2 * (count + new) > len(self.arrays.rows):
            kept = self._rows()
            self.arrays = _empty(1 << (2 * (count + new)).bit_length())
            _enter(kept, self.arrays)

    def take(self) -> NDArray[np.void]:
        """The gradients (n,) GRADIENT since the last call."""
        found = self._rows()
        clear(self.arrays)
        return found

    def _rows(self) -> NDArray[np.void]:
        return self.arrays.rows[self.arrays.places[: int(self.arrays.counts[0])]]


class ItemFactors:
    """The factors of a partition's items, by print."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._rows = np.zeros(FIRST_CAPACITY, FACTORS)
        self._changed: set[int] = set()

    def apply(self, gradients: NDArray[np.void], rate: float) -> None:
        """One step for each of these (n,) GRADIENT."""
        places = self._places_of(gradients["print"].tolist())
        climb_each(self._rows, np.array(places, np.int64), gradients, rate)
        self._changed.update(places)

    def load(self, rows: Sequence[bytes]) -> None:
        """Puts stored rows. Raises SchemaError or UnknownVersionError for one that cannot be read."""
        found = read_factors(rows)
        self._rows[self._places_of(found["print"].tolist())] = found

    def take(self) -> list[tuple[int, bytes]]:
        """Print and row of each item that changed since the last call."""
        rows = self._rows[sorted(self._changed)]
        self._changed = set()
        return [(int(row["print"]), row.tobytes()) for row in rows]

    def _places_of(self, prints: Sequence[int]) -> list[int]:
        known = self._places
        places = [known.setdefault(value, len(known)) for value in prints]
        if len(known) > len(self._rows):
            grown = np.zeros(2 * len(known), FACTORS)
            grown[: len(self._rows)] = self._rows
            self._rows = grown
        return places


def _empty(capacity: int) -> Gradients:
    return Gradients(np.zeros(capacity, GRADIENT), np.zeros(capacity, np.int32), np.zeros(1, np.int64))


def _enter(rows: NDArray[np.void], arrays: Gradients) -> None:
    mask = len(arrays.rows) - 1
    for number, row in enumerate(rows):
        place = int(row["print"]) & mask
        while arrays.rows["print"][place]:
            place = (place + 1) & mask
        arrays.rows[place], arrays.places[number] = row, place
    arrays.counts[0] = len(rows)
