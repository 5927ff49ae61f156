"""Averaging: what partitions learn of ranking apart comes together, and no step of it counts twice.

Federated averaging (McMahan et al. 2017, Communication-Efficient Learning of Deep Networks from Decentralized Data),
without a server: time is cut into rounds that are the same for all partitions. In the first flush of a round a
partition tells its mixers, as they are from its own learning; a little later it takes the average of its own and of
those that others told anew, each by the steps it has learned lately. So

- one that has learned little counts little, and a new one takes over what the others know;
- a row is mixed in once: what a quiet partition told does not hold the others back round after round;
- what was mixed in is not told before the partition has learned more, so that nothing goes in circles;
- a step counts half as much at each later averaging, not nothing: else a partition that learned much and then fell
  silent would give that up for what another learned of three behaviors.

All parameters are averaged alike: weights, hidden units (which begin the same everywhere, so that each stays the same
unit in all partitions), attention (logarithms, so its factors' geometric mean), and Adagrad's sums of squares, so that
all go on at the same pace. Steps stay each partition's own.
"""

from collections.abc import Mapping, Sequence
from math import floor
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.mixers import PARAMETERS, MixerRecord

KEPT: Final = 0.5  # of the steps of earlier averagings
SETTLING: Final = 0.1  # of a round, in which all tell before the first of them averages
SILENCE: Final = 3_600.0  # seconds


class Told(NamedTuple):
    """What a partition told last of one variant: when, epoch seconds by the broker, and its mixer (1,) MIXER."""

    at: float
    mixer: NDArray[np.void]


class MixerBoard:
    """What all partitions told last, by variant of ranking; can be read in any thread while one writes."""

    def __init__(self) -> None:
        self._told: dict[str, dict[int, Told]] = {}

    def put(self, record: MixerRecord, at: float) -> None:
        """Takes in a record that was checked. at: when it was told, epoch seconds by the broker."""
        told = self._told.get(record.variant, {})
        self._told[record.variant] = {**told, record.partition: Told(at, record.mixer())}

    def told(self, variant: str) -> Mapping[int, Told]:
        """By partition, without those that were silent for SILENCE when the last one told something."""
        found = self._told.get(variant, {})
        newest = max((one.at for one in found.values()), default=0.0)
        return {partition: one for partition, one in found.items() if one.at >= newest - SILENCE}


class Averaged(NamedTuple):
    """One averaging. place: of the variant; distance: root mean square of what its weights moved."""

    place: int
    distance: float


class Averager:
    """When one of `partitions` tells its mixers and what it takes of others'. interval: seconds of a round, 0 is never.

    Times are epoch seconds. Mixers are (variants,) MIXER, in the order of the names.
    """

    def __init__(self, partition: int, partitions: int, variants: Sequence[str], interval: float) -> None:
        self._partition, self._partitions, self._interval = partition, partitions, interval
        self._variants = tuple(variants)
        self._steps = [0] * len(variants)
        self._tally = [_Tally() for _ in variants]
        self._mixed: list[Mapping[int, Told]] = [{} for _ in variants]
        self._told_in: int | None = None
        self._averaged_in: int | None = None

    def begin(self, mixers: NDArray[np.void], board: MixerBoard) -> None:
        """Begins with mixers as they were left.

        What they have learned was told, and what others have told was mixed into those that have learned anything.
        """
        self._steps = mixers["steps"].tolist()
        for place, name in enumerate(self._variants):
            if self._steps[place]:
                told = self._mixed[place] = board.told(name)
                others = self._others(told)
                steps = [int(told[partition].mixer["steps"][0]) for partition in others]
                self._tally[place].count([self._partition, *others], [self._steps[place], *steps])

    def to_tell(self, mixers: NDArray[np.void], now: float) -> list[int]:
        """The places of variants that are to be told now: once a round, those that have learned since."""
        this = self._round(now)
        if this is None or this == self._told_in:
            return []
        steps: list[int] = mixers["steps"].tolist()
        places = [place for place, before in enumerate(self._steps) if steps[place] != before]
        if places:
            self._told_in, self._steps = this, steps
        return places

    def average(self, mixers: NDArray[np.void], board: MixerBoard, now: float) -> list[Averaged]:
        """Averages mixers in place with what others told anew, once a round and after they told."""
        this = self._round(now, SETTLING)
        if this is None or this == self._averaged_in:
            return []
        found = [self._average_one(place, mixers, board.told(name)) for place, name in enumerate(self._variants)]
        done = [one for one in found if one is not None]
        if done:
            self._averaged_in = this
        return done

    def _round(self, now: float, behind: float = 0.0) -> int | None:
        return floor(now / self._interval - behind) if self._interval else None

    def _average_one(self, place: int, mixers: NDArray[np.void], told: Mapping[int, Told]) -> Averaged | None:
        known = self._mixed[place]
        others = [partition for partition in self._others(told) if told[partition] is not known.get(partition)]
        if not others:
            return None
        self._mixed[place] = told
        own = mixers[place : place + 1]
        every = np.concatenate([own, *(told[partition].mixer for partition in others)])
        lately = self._tally[place].count([self._partition, *others], every["steps"].tolist())
        if not lately[1:].any():
            return None
        result = averaged(every, lately)
        distance = float(np.sqrt(np.square(result["weights"] - own["weights"]).mean()))
        mixers[place] = result
        return Averaged(place, distance)

    def _others(self, told: Mapping[int, Told]) -> list[int]:
        return sorted(partition for partition in told if partition != self._partition and partition < self._partitions)


def averaged(mixers: NDArray[np.void], weights: NDArray[np.float64]) -> np.void:
    """The first of the mixers (n,) MIXER, with the weighted mean of everybody's parameters.

    Each is between the least and the greatest of them, and as it was where all are equal. weights: (n,), not below 0,
    and some above it.
    """
    result = mixers[0].copy()
    shares = weights / weights.sum()
    for name in PARAMETERS:
        every = mixers[name].astype(np.float64)
        mean = every[0] + np.tensordot(shares, every - every[0], 1)
        result[name] = np.clip(mean, every.min(axis=0), every.max(axis=0))
    return result


class _Tally:
    """Steps that partitions learned lately: what counted at an averaging counts KEPT of it at the next."""

    def __init__(self) -> None:
        self._steps: dict[int, int] = {}
        self._lately: dict[int, float] = {}

    def count(self, partitions: Sequence[int], steps: Sequence[int]) -> NDArray[np.float64]:
        """Per partition (n,). steps: of each since it began; fewer than before are those of one that began anew."""
        for partition, now in zip(partitions, steps, strict=True):
            before = self._steps.get(partition, 0)
            new = now - before if now >= before else now
            self._lately[partition] = KEPT * self._lately.get(partition, 0.0) + new
            self._steps[partition] = now
        return np.array([self._lately[partition] for partition in partitions])
