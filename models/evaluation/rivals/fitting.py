"""Fitting: a sequence model is fitted to all that came before dev, and again to all before test, and then only used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from models.evaluation.comparison import Trial
from models.evaluation.protocol import DEV_FROM, TEST_FROM
from models.evaluation.rivals.courses import courses_of
from models.evaluation.rivals.network import Network
from models.evaluation.rivals.rival import Axes, Said
from models.evaluation.rivals.softmax import next_loss
from models.evaluation.rivals.windows import NONE, batches_of, latest, windows_before

WARMING = 0.05
SEED = 1
Make = Callable[[int, "Fit"], Network]


class Fit(NamedTuple):
    """How a network is fitted, by Adam and the cross-entropy of what came next among what the user had not had.

    width, drop: as of Network. length: of windows, as many items as it ever sees. rate: of learning, at its greatest,
    which is after a twentieth of the steps; from there on it falls, to nothing at the end. batch: windows in a step.
    epochs: times that it goes through all windows. drawn: in a catalog of more items, the right one competes in a step
    with so many that are drawn. threads: of torch; with more than one, a machine that has other work is slower by far.
    """

    width: int = 64
    drop: float = 0.3
    length: int = 50
    rate: float = 0.006
    batch: int = 32
    epochs: int = 10
    drawn: int = 8_192
    threads: int = 1


class Fitted:
    """A rival that is a network; axes: of its settings, as of Rival."""

    def __init__(self, make: Make, first: Fit, axes: Axes) -> None:
        self.first, self.axes = first, axes
        self._make = make

    def prepared(self, trial: Trial, said: Said) -> Callable[[Fit], "Refitted"]:
        """Passes begin with nothing fitted, but for one with settings that were tried before."""
        return cache(partial(Refitted, trial, self._make, said))


class Refitted:
    """A network that is fitted when the first behavior of dev is asked for, and anew at the first of test."""

    def __init__(self, trial: Trial, make: Make, said: Said, fit: Fit) -> None:
        self._make, self._said, self._fit = make, said, fit
        self._count = len(trial.catalog)
        self._courses = courses_of(trial.histories)
        self._dev_from, self._test_from = (int(part * len(trial.log)) for part in (DEV_FROM, TEST_FROM))
        self._until = -1
        self._network: Network

    def scores(self, events: NDArray[np.int64]) -> NDArray[np.float32]:
        """What the network takes for the logarithm of each item's chance, up to a constant (b, n)."""
        with _torch_alone(self._fit.threads):
            split = int(np.searchsorted(events, self._test_from))
            parts = [(events[:split], self._dev_from), (events[split:], self._test_from)]
            return np.vstack([self._of_part(part, begin) for part, begin in parts if len(part)])

    def _of_part(self, events: NDArray[np.int64], begin: int) -> NDArray[np.float32]:
        if self._until != begin:
            self._network = self._fitted(begin)
            self._until = begin
        inputs = torch.from_numpy(latest(self._courses, events, self._fit.length))
        last = (inputs != NONE).sum(1) - 1
        with torch.inference_mode():
            states = self._network(inputs)[torch.arange(len(inputs)), last]
            return self._network.logits(states).numpy()

    def _fitted(self, until: int) -> Network:
        """A new network, fitted to what came before `until`, in the mode of use."""
        torch.manual_seed(SEED)
        chance = np.random.default_rng(SEED)
        fit = self._fit
        network = self._make(self._count, fit)
        adam = torch.optim.Adam(network.parameters(), lr=fit.rate)
        for epoch in range(fit.epochs):
            self._said(f"fitting to {until:,} behaviors, epoch {epoch + 1} of {fit.epochs}")
            windows = windows_before(self._courses, until, fit.length, chance)
            batches = batches_of(windows, fit.batch, chance)
            for step, batch in enumerate(batches):
                inputs, targets = (torch.from_numpy(part) for part in batch)
                adam.param_groups[0]["lr"] = fit.rate * _speed((epoch + step / len(batches)) / fit.epochs)
                adam.zero_grad()
                next_loss(network, inputs, targets, fit.drawn).backward()
                adam.step()
        return network.eval()


def _speed(done: float) -> float:
    """The share of the greatest rate, when such a share of the fitting is done."""
    return min(done / WARMING, (1.0 - done) / (1.0 - WARMING))


@contextmanager
def _torch_alone(threads: int) -> Iterator[None]:
    """Torch with so many threads and seeds of its own, and then as it was."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_num_threads(before)
