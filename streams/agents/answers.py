"""Answers: what the encoder says of behaviors changes their users, in the order in which it came."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.step import StepOptions, receive_asked, receive_encoded
from schemas.behaviors import Behavior
from schemas.encoding import EncodeAnswer
from schemas.vectors import DIMENSIONS, from_bytes


def receive_answers(
    arena: UserArena,
    catalog: Catalog,
    slots: np.ndarray,
    behaviors: Sequence[Behavior],
    at: np.ndarray,
    answers: Sequence[EncodeAnswer],
    step: StepOptions,
) -> None:
    """Applies behaviors that came back with their vectors, and requests that came back with their wishes.

    Args: slots, at (n,) of the behaviors, at in epoch seconds; answers: one for each.
    """
    for start, end in _runs([answer.kind == "request" for answer in answers]):
        if answers[start].kind == "behavior":
            vectors = [answer.vector for answer in answers[start:end]]
            known = np.array([vector is not None for vector in vectors])
            some = slots[start:end], behaviors[start:end], at[start:end]
            receive_encoded(arena, catalog, *some, _matrix(vectors), known, step)
        else:
            for place in range(start, end):
                one, clauses = (int(slots[place]), behaviors[place], float(at[place])), answers[place].clauses
                wished = _matrix([clause.vector for clause in clauses])
                receive_asked(arena, catalog, *one, [clause.polarity for clause in clauses], wished, step)


def _runs(kinds: Sequence[bool]) -> list[tuple[int, int]]:
    """Where each run of equal kinds starts and ends."""
    runs, start = [], 0
    for _, run in groupby(kinds):
        end = start + len(list(run))
        runs.append((start, end))
        start = end
    return runs


def _matrix(vectors: Sequence[bytes | None]) -> np.ndarray:
    """The vectors (n, 128) float32, zero where there is none."""
    matrix = np.zeros((len(vectors), DIMENSIONS), np.float32)
    for row, vector in enumerate(vectors):
        if vector is not None:
            matrix[row] = from_bytes(vector)
    return matrix
