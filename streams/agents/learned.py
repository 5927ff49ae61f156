"""Learned: what a partition learned of all its users together, between the arena and the stored rows."""

from collections.abc import Sequence

import numpy as np

from models.interests.arena import UserArena
from schemas.rows.keys import LEARNED_KEY, MIXER_PREFIX, mixer_key
from schemas.rows.learned import read_learned
from schemas.rows.mixer import read_mixer
from streams.state.store import LocalStore, Row


class Learned:
    """The arena's learned row, and its mixers under the names of their variants of ranking, the base first.

    A variant that is new begins as the base is at that moment, since that has learned from the same log: from the
    weights of the first behavior it would be worse than the base for long. A base that is new begins as whatever has
    learned most. The row of a variant that is named no longer is deleted: all learn from one log, so one that comes
    back does better as the base than as it was.
    """

    def __init__(self, arena: UserArena, variants: Sequence[str]) -> None:
        self._arena = arena
        self._keys = [mixer_key(name) for name in variants]
        self._written: dict[bytes, bytes] = {}

    def load(self, store: LocalStore) -> None:
        """Begins from the recovered store. Raises SchemaError or UnknownVersionError for a row that is none."""
        learned = store.get_many([LEARNED_KEY])[0]
        self._written = dict(store.scan(MIXER_PREFIX))
        mixers = {key: read_mixer(row)[0] for key, row in self._written.items()}
        if learned is not None:
            self._written[LEARNED_KEY] = learned
            self._arena.learned[:] = read_learned(learned)
        if mixers:
            most = max(mixers.values(), key=lambda mixer: int(mixer["steps"]))
            base = mixers.get(self._keys[0], most)
            self._arena.mixers[:] = np.array([mixers.get(key, base) for key in self._keys])

    def take(self) -> list[Row]:
        """The rows that changed since the last call; None for those to delete."""
        now = dict(zip(self._keys, (mixer.tobytes() for mixer in self._arena.mixers), strict=True))
        now[LEARNED_KEY] = self._arena.learned.tobytes()
        rows: list[Row] = [(key, row) for key, row in now.items() if row != self._written.get(key)]
        rows += [(key, None) for key in self._written if key not in now]
        self._written = now
        return rows
