"""Populations: users who live through behaviors just as the worker would have them, without a broker."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.evaluation.catalogs import Encode
from models.interests.arena import UserArena
from models.interests.attention import Attention, Context, attend
from models.requests.clauses import clauses_of
from models.step import SPOKEN, StepOptions, receive, receive_asked, receive_encoded
from schemas.behaviors import Behavior
from schemas.vectors import DIMENSIONS

BATCH = 4096


class Population:
    """The users of one arena, all of them known from the start.

    slots (u,) int64: where each user is, in the order of `owners`.
    """

    def __init__(self, owners: Sequence[str], catalog: Catalog, options: StepOptions, encode: Encode) -> None:
        self.catalog = catalog
        self.options = options
        self.arena = UserArena(max(len(owners), 1))
        self.slots = self.arena.add(owners)
        self._encode = encode

    def live(self, behaviors: Sequence[Behavior]) -> None:
        """Applies behaviors in their order; a batch's texts come back from the encoder after its other behaviors."""
        for start in range(0, len(behaviors), BATCH):
            part = behaviors[start : start + BATCH]
            slots = np.array([self.arena.slots[behavior.owner] for behavior in part], np.int64)
            at = np.array([behavior.at for behavior in part], np.float64)
            asked = receive(self.arena, self.catalog, slots, part, at, self.options).texts
            for spoken, group in groupby(asked.tolist(), key=lambda place: part[place].type in SPOKEN):
                (self._answer if spoken else self._apply_texts)(part, slots, at, list(group))

    def _apply_texts(
        self, behaviors: Sequence[Behavior], slots: NDArray[np.int64], at: NDArray[np.float64], places: list[int]
    ) -> None:
        texts = [behaviors[place] for place in places]
        vectors = self._encode([behavior.text or "" for behavior in texts])
        known = np.ones(len(texts), np.bool_)
        receive_encoded(self.arena, self.catalog, slots[places], texts, at[places], vectors, known, self.options)

    def _answer(
        self, behaviors: Sequence[Behavior], slots: NDArray[np.int64], at: NDArray[np.float64], places: list[int]
    ) -> None:
        for place in places:
            wishes = clauses_of(behaviors[place])
            vectors = self._encode([clause.text for clause in wishes])
            polarities = [clause.polarity for clause in wishes]
            slot, moment = int(slots[place]), float(at[place])
            receive_asked(self.arena, self.catalog, slot, behaviors[place], moment, polarities, vectors, self.options)

    def attention(self, slots: NDArray[np.int64], context: Context | None = None) -> Attention:
        """The attention of these users, in the context of their latest behavior or in another one."""
        return attend(self.arena, slots, self.options.interests, self.options.laws_in(self.catalog).rules, context)


def no_texts(texts: Sequence[str]) -> NDArray[np.float32]:
    """The encoder of a log without texts."""
    if len(texts):
        raise ValueError(f"the behavior with the text {texts[0]!r} needs an encoder")
    return np.zeros((0, DIMENSIONS), np.float32)
