"""Nearest items: the catalog item nearest to a vector, for who needs its words."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.search import top

_KEPT: Final = 1 << 13
_STALE: Final = 64


class NearestItems:
    """Exact search that remembers vectors; it forgets once the catalog has grown by one item in 64."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[bytes, int] = {}
        self._items = 0

    def worded(self, vectors: NDArray[np.float32]) -> NDArray[np.int32]:
        """The row (n,) of the item with words whose direction is nearest to each vector (n, 128), -1 without one."""
        if len(self._known) > _KEPT or (len(self._catalog) - self._items) * _STALE > self._items:
            self._known.clear()
            self._items = len(self._catalog)
        keys = [vector.tobytes() for vector in vectors]
        new = {key: place for place, key in enumerate(keys) if key not in self._known}
        if new:
            rows = self._search(vectors[list(new.values())], self._worded())
            self._known.update(zip(new, rows.tolist(), strict=True))
        return np.array([self._known[key] for key in keys], np.int32)

    def _worded(self) -> NDArray[np.bool_]:
        catalog = self._catalog
        count = len(catalog.ids)
        return catalog.has_vector[:count] & ~catalog.deleted[:count] & catalog.terms.worded()[:count]

    def of_any_kind(self, vectors: NDArray[np.float32]) -> NDArray[np.int32]:
        """The row (n,) of the item, with or without words, that is nearest to each vector (n, 128), -1 without one."""
        return self._search(vectors, self._catalog.has_vector[: len(self._catalog.ids)])

    def _search(self, vectors: NDArray[np.float32], allowed: NDArray[np.bool_]) -> NDArray[np.int32]:
        if not allowed.any():
            return np.full(len(vectors), -1, np.int32)
        rows, _ = top(self._catalog.vectors[: len(allowed)], vectors.astype(np.float32), allowed, 1)
        return rows[:, 0]
