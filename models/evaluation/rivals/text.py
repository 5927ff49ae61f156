"""Text: each user is shown what is said in much the same words as what the user had last."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.evaluation.comparison import Trial
from models.evaluation.rivals.courses import Courses, courses_of
from models.evaluation.rivals.rival import Axes, Said

LONGEST = 200


class Fade(NamedTuple):
    """keep: how much an item weighs beside the next one of the same user; 0 for the last alone, 1 for the mean."""

    keep: float = 0.8


class Text:
    """The likeness of texts to the fading mean of the user's last 200, with the fading that is best on dev."""

    first = Fade()
    axes: Axes = (("keep", (0.0, 0.5, 0.7, 0.9, 0.95, 0.98, 1.0)),)

    def prepared(self, trial: Trial, said: Said) -> Callable[[Fade], "Likeness"]:
        """Nothing is learned but each user's history."""
        return partial(Likeness, trial.vectors, courses_of(trial.histories))


class Likeness:
    """The likeness of items to fading means of each user's items."""

    def __init__(self, vectors: NDArray[np.float32], courses: Courses, fade: Fade) -> None:
        self._vectors, self._courses, self._keep = vectors, courses, fade.keep

    def scores(self, events: NDArray[np.int64]) -> NDArray[np.float32]:
        """Inner products of vectors (b, n); of items without a text 0."""
        courses = self._courses
        queries = np.zeros((len(events), self._vectors.shape[1]), np.float32)
        _means(courses.items, courses.begins[events], courses.places[events], self._keep, self._vectors, queries)
        return queries @ self._vectors.T


@kernel
def _means(
    items: NDArray[np.int64],
    begins: NDArray[np.int64],
    places: NDArray[np.int64],
    keep: float,
    vectors: NDArray[np.float32],
    queries: NDArray[np.float32],
) -> None:
    """Fills queries (b, d) with sums of the vectors of items[begins:places], the last one's weight being 1."""
    for q in range(places.shape[0]):
        for place in range(max(begins[q], places[q] - LONGEST), places[q]):
            for d in range(vectors.shape[1]):
                queries[q, d] = keep * queries[q, d] + vectors[items[place], d]
