"""Recent: everybody is shown what many behaviors were on lately."""

from collections.abc import Callable
from functools import partial

from models.evaluation.comparison import Trial
from models.evaluation.rivals.popularity import Fading, FadingCounts
from models.evaluation.rivals.rival import Axes, Said


class Recent:
    """Counts behaviors, which fade with the half-life that is best on dev."""

    first = Fading(1_000.0)
    axes: Axes = (("half_life", (50.0, 200.0, 500.0, 2_000.0, 5_000.0, 20_000.0, 100_000.0)),)

    def prepared(self, trial: Trial, said: Said) -> Callable[[Fading], FadingCounts]:
        """Passes begin with no counts."""
        return partial(FadingCounts, trial.log.items, len(trial.catalog))
