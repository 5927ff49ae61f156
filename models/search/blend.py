"""Blend: what is found for a text by someone with interests, and why."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.background import background
from models.interests.update import captured, laws_of
from models.search.attention import attend
from models.search.interests import NONE, Interests
from models.search.options import SearchOptions


class Found(NamedTuple):
    """The k best rows, best first, and the parts of their scores: scores = text + liked - disliked, all (k,) float64.

    rows (k,) int64. text: cosine to the query. liked, disliked: for and against by interests, times the weight.
    liked_by, disliked_by (k,) int64: the interest with the greatest part in it, by place; -1 for none.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    text: NDArray[np.float64]
    liked: NDArray[np.float64]
    disliked: NDArray[np.float64]
    liked_by: NDArray[np.int64]
    disliked_by: NDArray[np.int64]


class _Parts(NamedTuple):
    """What interests say of n rows: (n,) float64 amounts before their weight, and (n,) int64 places of interests."""

    liked: NDArray[np.float64]
    liked_by: NDArray[np.int64]
    disliked: NDArray[np.float64]
    disliked_by: NDArray[np.int64]


def search(
    query: NDArray[np.float32],
    vectors: NDArray[np.float32],
    interests: Interests = NONE,
    options: SearchOptions | None = None,
    count: int = 10,
    turned_away: NDArray[np.float64] | None = None,
) -> Found:
    """The best rows for a text: by the text alone, and by the user's interests where they are given.

    score = cosine(query, row) + weight * (sum of attention * cosine(interest, row) - what speaks against the row).
    Attention is that of the query over the interests. Against a row speaks its cosine to an interest that was turned
    away, times how much it was, or that the row itself or its category was, whichever is more. Rows as near to a muted
    interest as its own are left out at any weight. Equal scores come in order of rows.

    Args: query (128,) and vectors (n, 128) float32 of unit length; turned_away (n,), 0 to 1, None for nothing.
    """
    chosen = options or SearchOptions()
    text = (vectors @ query).astype(np.float64)
    parts = _parts(query, vectors, interests, chosen, turned_away)
    liked, disliked = chosen.weight * parts.liked, chosen.weight * parts.disliked
    scores = text + liked - disliked
    allowed = np.flatnonzero(~silenced(vectors, interests, chosen))
    rows = allowed[np.argsort(-scores[allowed], kind="stable")[:count]]
    return Found(
        rows, scores[rows], text[rows], liked[rows], disliked[rows], parts.liked_by[rows], parts.disliked_by[rows]
    )


def best_passage(
    question: NDArray[np.float32],
    passages: NDArray[np.float32],
    interests: Interests = NONE,
    options: SearchOptions | None = None,
) -> int | None:
    """The row of the passage that answers the question best for someone with these interests; None without any.

    Args: question (128,) and passages (n, 128) float32 of unit length, of the same encoder.
    """
    found = search(question, passages, interests, options, 1)
    return int(found.rows[0]) if len(found.rows) else None


def places(query: NDArray[np.float32], vectors: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of these rows in the plain search over all vectors, the best being 1, in the shape of rows."""
    text = (vectors @ query).astype(np.float64)
    place = np.empty(len(vectors), np.int64)
    place[np.argsort(-text, kind="stable")] = np.arange(1, len(vectors) + 1)
    return place[rows]


def silenced(vectors: NDArray[np.float32], interests: Interests, options: SearchOptions) -> NDArray[np.bool_]:
    """Which rows (n,) are as near to a muted interest as its own are, told from unrelated rows of these vectors."""
    if not interests.muted.any():
        return np.zeros(len(vectors), np.bool_)
    laws = captured(laws_of(options.interests, ()), options.interests, *background(vectors))
    nearest: NDArray[np.float32] = (vectors @ interests.units[interests.muted].T).max(1)
    return nearest >= laws.rules.capture


def _parts(
    query: NDArray[np.float32],
    vectors: NDArray[np.float32],
    interests: Interests,
    options: SearchOptions,
    turned_away: NDArray[np.float64] | None,
) -> _Parts:
    named = np.zeros(len(vectors)) if turned_away is None else turned_away
    nobody = np.full(len(vectors), -1, np.int64)
    if not len(interests.units):
        return _Parts(np.zeros(len(vectors)), nobody, named, nobody)
    cosines = (vectors @ interests.units.T).astype(np.float64)
    liked = cosines * attend(query, interests, options.temperature)
    disliked = np.maximum(cosines * interests.against, 0.0)
    most = disliked.max(1)
    return _Parts(
        liked.sum(1),
        np.where(liked.max(1) > 0.0, liked.argmax(1), -1),
        np.maximum(most, named),
        np.where((most > 0.0) & (most >= named), disliked.argmax(1), -1),
    )
