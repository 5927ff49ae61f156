"""Fitting: a sequence model is fitted to all that came before dev, and again to all before test, and then only used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models.evaluation.comparison import Trial
from models.evaluation.metrics import gain
from models.evaluation.protocol import DEV_FROM, HISTORY, TEST_FROM
from models.evaluation.ranks import joined, ranked
from models.evaluation.rivals.courses import courses_of
from models.evaluation.rivals.network import Network
from models.evaluation.rivals.rival import Axes, Said
from models.evaluation.rivals.windows import NONE, latest, windows_before

HELD_OUT = 0.1
WATCHED = 2_000
BLOCK = 256
SEED = 1
Make = Callable[[int, "Fit"], Network]


class Fit(NamedTuple):
    """How a network is fitted, by Adam and the cross-entropy of what came next.

    width, drop: as of Network. length: of windows, as many items as it ever sees. rate: of learning. batch: windows in
    a step. epochs: at most; fewer when `patience` of them bring nothing on the last tenth of what came before dev.
    drawn: items that the right one competes with in a step, drawn anew for each; all of a smaller catalog. threads:
    of torch; with more than one, a machine that has other work to do is slower by far.
    """

    width: int = 64
    drop: float = 0.3
    length: int = 50
    rate: float = 0.002
    batch: int = 16
    epochs: int = 40
    patience: int = 3
    drawn: int = 1_024
    threads: int = 1


class Fitted:
    """A rival that is a network."""

    axes: Axes = ()

    def __init__(self, make: Make, first: Fit) -> None:
        self.first = first
        self._make = make

    def prepared(self, trial: Trial, said: Said) -> Callable[[Fit], "Refitted"]:
        """Passes begin with nothing fitted."""
        return partial(Refitted, trial, self._make, said)


class Refitted:
    """A network that is fitted when the first behavior of dev is asked for, and anew at the first of test."""

    def __init__(self, trial: Trial, make: Make, said: Said, fit: Fit) -> None:
        self._trial, self._make, self._said, self._fit = trial, make, said, fit
        self._courses = courses_of(trial.histories)
        self._test_from = int(TEST_FROM * len(trial.log))
        self._epochs = 0
        self._until = -1
        self._network: Network

    def scores(self, events: NDArray[np.int64]) -> NDArray[np.float32]:
        """What the network takes for the logarithm of each item's chance, up to a constant (b, n)."""
        with _torch_alone(self._fit.threads):
            return self._of_parts(events)

    def _of_parts(self, events: NDArray[np.int64]) -> NDArray[np.float32]:
        split = int(np.searchsorted(events, self._test_from))
        dev_from = int(DEV_FROM * len(self._trial.log))
        parts = [(events[:split], dev_from), (events[split:], self._test_from)]
        return np.vstack([self._of_part(part, begin) for part, begin in parts if len(part)])

    def _of_part(self, events: NDArray[np.int64], begin: int) -> NDArray[np.float32]:
        if self._until != begin:
            self._epochs = self._epochs or self._enough()
            self._said(f"fitted to {begin:,} behaviors, {self._epochs} epochs")
            self._network = self._fitted(begin, self._epochs)
            self._until = begin
        return self._scores(self._network, events)

    def _enough(self) -> int:
        """After how many epochs it foretells the last tenth before dev best."""
        end = int(DEV_FROM * len(self._trial.log))
        begin = int((1.0 - HELD_OUT) * end)
        watched = self._targets(begin, end)
        reached: list[float] = []

        def watch(network: Network) -> bool:
            reached.append(self._gain(network, watched))
            self._said(f"epoch {len(reached)}: {reached[-1]:.4f} on the last tenth before dev")
            return len(reached) - int(np.argmax(reached)) <= self._fit.patience

        self._fitted(begin, self._fit.epochs, watch)
        return int(np.argmax(reached)) + 1

    def _fitted(self, until: int, epochs: int, watch: Callable[[Network], bool] = lambda network: True) -> Network:
        """A new network after so many epochs of what came before `until`, or when watch says that it is enough."""
        torch.manual_seed(SEED)
        chance = np.random.default_rng(SEED)
        network = self._make(len(self._trial.catalog), self._fit)
        adam = torch.optim.Adam(network.parameters(), lr=self._fit.rate)
        for _ in range(epochs):
            network.train()
            windows = windows_before(self._courses, until, self._fit.length, chance)
            order = chance.permutation(len(windows.inputs))
            for start in range(0, len(order), self._fit.batch):
                chosen = order[start : start + self._fit.batch]
                inputs, targets = (torch.from_numpy(part[chosen]) for part in windows)
                adam.zero_grad()
                _loss(network, inputs, targets, self._fit.drawn).backward()
                adam.step()
            if not watch(network):
                break
        return network

    def _targets(self, begin: int, end: int) -> NDArray[np.int64]:
        """Some of the behaviors from begin to end that the protocol would take."""
        log, courses = self._trial.log, self._courses
        wanted = courses.known[begin:end] & (courses.places - courses.begins >= HISTORY)[begin:end]
        pairs = log.users * (len(self._trial.catalog) + 1) + log.items
        new = ~np.isin(pairs[begin:end], pairs[:begin])
        events = begin + np.flatnonzero(wanted & new)
        return events[:: max(1, -(-len(events) // WATCHED))]

    def _gain(self, network: Network, events: NDArray[np.int64]) -> float:
        blocks = np.array_split(events, -(-len(events) // BLOCK) or 1)
        log, histories = self._trial.log, self._trial.histories
        parts = [ranked(self._scores(network, block), log, histories, block) for block in blocks]
        return float(gain(joined(parts).ranks).sum() / max(len(events), 1))

    def _scores(self, network: Network, events: NDArray[np.int64]) -> NDArray[np.float32]:
        network.eval()
        inputs = torch.from_numpy(latest(self._courses, events, self._fit.length))
        last = (inputs != NONE).sum(1) - 1
        with torch.inference_mode():
            states = network(inputs)[torch.arange(len(inputs)), last]
            return network.logits(states).numpy()


def _loss(network: Network, inputs: torch.Tensor, targets: torch.Tensor, drawn: int) -> torch.Tensor:
    """The cross-entropy of the targets, against all items or against some that stand for all."""
    learned = targets != NONE
    states, right = network(inputs)[learned], targets[learned]
    if network.count <= drawn:
        return functional.cross_entropy(network.logits(states), right)
    others = torch.randint(network.count, (drawn,))
    own = (states * network.items(right)).sum(1) + network.bias[right]
    against = states @ network.items(others).T + network.bias[others] + float(np.log((network.count - 1) / drawn))
    against = against.masked_fill(others == right[:, None], -torch.inf)
    logits = torch.cat([own[:, None], against], 1)
    return functional.cross_entropy(logits, torch.zeros_like(right))


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
