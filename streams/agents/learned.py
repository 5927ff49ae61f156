"""Learned: what a partition learned of all its users together, between the arena and the stored rows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.interests.arena import UserArena
from schemas.rows.factors import read_factors
from schemas.rows.keys import FACTORS_PREFIX, LEARNED_KEY, MIXER_PREFIX, factors_key, factors_place, mixer_key
from schemas.rows.learned import read_learned
from schemas.rows.mixer import read_mixer
from streams.state.store import LocalStore, Row


class Learned:
    """The arena's learned row, and its mixers and factors under the names of their variants of ranking, the base first.

    A variant that is new begins as the base is at that moment, since that has learned from the same log: from the
    weights of the first behavior it would be worse than the base for long. A base that is new begins as whatever has
    learned most. The rows of a variant that is named no longer are deleted: all learn from one log, so one that comes
    back does better as the base than as it was.
    """

    def __init__(self, arena: UserArena, variants: Sequence[str]) -> None:
        self._arena = arena
        self._variants = tuple(variants)
        self._keys = [mixer_key(name) for name in variants]
        self._written: dict[bytes, bytes] = {}
        self._left: list[bytes] = []

    def load(self, store: LocalStore) -> None:
        """Begins from the recovered store. Raises SchemaError or UnknownVersionError for a row that is none."""
        learned = store.get_many([LEARNED_KEY])[0]
        self._written = dict(store.scan(MIXER_PREFIX))
        mixers = {key: read_mixer(row)[0] for key, row in self._written.items()}
        if learned is not None:
            self._written[LEARNED_KEY] = learned
            self._arena.learned[:] = read_learned(learned)
        if mixers:
            most = max(mixers, key=lambda key: int(mixers[key]["steps"]))
            base = self._keys[0] if self._keys[0] in mixers else most
            self._arena.mixers[:] = np.array([mixers.get(key, mixers[base]) for key in self._keys])
            self._load_factors(store, base.removeprefix(MIXER_PREFIX).decode())

    def take(self) -> list[Row]:
        """The rows that changed since the last call; None for those to delete."""
        now = dict(zip(self._keys, (mixer.tobytes() for mixer in self._arena.mixers), strict=True))
        now[LEARNED_KEY] = self._arena.learned.tobytes()
        rows: list[Row] = [(key, row) for key, row in now.items() if row != self._written.get(key)]
        rows += [(key, None) for key in self._written if key not in now]
        rows += [(key, None) for key in self._left]
        rows += [(factors_key(item, self._variants[place]), row) for place, item, row in self._arena.factors.take()]
        self._written, self._left = now, []
        return rows

    def _load_factors(self, store: LocalStore, base: str) -> None:
        """base: the variant that those begin as which are new."""
        found: dict[str, list[bytes]] = {base: []}
        for key, row in store.scan(FACTORS_PREFIX):
            variant = factors_place(key)[1]
            found.setdefault(variant, []).append(row)
            if variant not in self._variants:
                self._left.append(key)
        tables: dict[str, NDArray[np.void]] = {name: read_factors(rows) for name, rows in found.items()}
        is_new = [key not in self._written for key in self._keys]
        begun = [base if new else name for name, new in zip(self._variants, is_new, strict=True)]
        self._arena.factors.load([tables.get(name, tables[base][:0]) for name in begun], is_new)
