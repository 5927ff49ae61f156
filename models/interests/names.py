"""Names: what the prints and codes in users' rows stand for, ready to be written into records."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.prints import PrintIndex
from models.interests.finding import finder_of, rows_of
from models.interests.fragments import Fragments, Text
from models.interests.readout import STATES
from models.interests.record_columns import Bytes
from schemas.behaviors import BEHAVIOR_TYPES

JOINED = " > "


class Names:
    """Numbers of the fragments by which records name things; they hold until the next `begin`.

    types (17,) int64: of behavior types by code, -1 in the last place. states (4,) int64: of readout.STATES.
    """

    types: NDArray[np.int64]
    states: NDArray[np.int64]

    def __init__(self, catalog: Catalog, fragments: Fragments) -> None:
        self._catalog = catalog
        self._fragments = fragments
        self._items = np.zeros(0, np.int64)
        self._forget()

    def begin(self) -> None:
        """Makes room where too many names have come together, and learns the catalog's new categories."""
        if self._fragments.full:
            self._forget()
        known = self._catalog.facet_names.categories
        if len(known) >= len(self._paths):
            self._learn_categories(list(known.items())[len(self._paths) - 1 :])

    @property
    def packed(self) -> Bytes:
        """The fragments."""
        return Bytes(self._fragments.data, self._fragments.starts)

    def texts(self, texts: Sequence[Text]) -> NDArray[np.int64]:
        """Fragments of texts (n,)."""
        return np.array(list(map(self._fragments.__getitem__, texts)), np.int64)

    def items(self, rows: NDArray[np.int32]) -> NDArray[np.int64]:
        """Fragments of items' ids by catalog row, in the same shape; that of None for -1."""
        if len(self._items) < len(self._catalog.ids) + 1:
            grown = np.full(2 * len(self._catalog.ids) + 1, -1, np.int64)
            grown[: len(self._items)] = self._items
            self._items = grown
        found = self._items[rows + 1]
        if (found < 0).any():
            ids = self._catalog.ids
            new = np.unique(rows[found < 0])
            self._items[new + 1] = self.texts([None if row < 0 else ids[row] for row in new.tolist()])
            found = self._items[rows + 1]
        return found

    def categories(self, prints: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Fragments of category paths by print, in the same shape; -1 for 0 and for unknown ones."""
        return self._paths[rows_of(prints, finder_of(self._path_index, len(self._paths) - 1))]

    def turned(self, prints: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Fragments of "item" or "category" and of its name, by print and in the same shape; -1 for unknown ones."""
        if not prints.any():
            kinds, names = np.full((2, *prints.shape), -1, np.int64)
            return kinds, names
        paths = rows_of(prints, finder_of(self._path_index, len(self._paths) - 1))
        rows = rows_of(prints, finder_of(self._catalog.print_index, len(self._catalog.ids)))
        of_category, of_item = paths >= 0, (paths < 0) & (rows >= 0)
        item, category = self.texts(["item", "category"]).tolist()
        kinds = np.where(of_category, category, np.where(of_item, item, -1))
        names = np.where(of_category, self._joined[paths], np.where(of_item, self.items(rows), -1))
        return kinds, names

    def _forget(self) -> None:
        self._fragments.clear()
        self._items = np.zeros(0, np.int64)
        self._paths = self._joined = np.full(1, -1, np.int64)
        self._path_index = PrintIndex(1)
        self.types = np.append(self.texts(BEHAVIOR_TYPES), -1)
        self.states = self.texts(STATES)

    def _learn_categories(self, new: Sequence[tuple[int, tuple[str, ...]]]) -> None:
        start = len(self._paths) - 1
        self._paths = np.concatenate((self._paths[:-1], self.texts([path for _, path in new]), self._paths[-1:]))
        joined = self.texts([JOINED.join(path) for _, path in new])
        self._joined = np.concatenate((self._joined[:-1], joined, self._joined[-1:]))
        self._path_index.grow(2 * len(self._paths))
        for row, (value, _) in enumerate(new, start):
            self._path_index.add(row, value)
