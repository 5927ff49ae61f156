"""Calibrated: an intensity of so much comes true so often."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.calibration import calibration_of
from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import Shop, simulated
from models.evaluation.population import Population
from models.interests.intensity import intensity, later
from models.interests.options import DAY
from models.interests.records import rates_of
from schemas.behaviors import TYPE_CODES

LEARNED_DAYS, DAYS, EVERY = 20, 60, 4
ERROR = 0.05


@dataclass(frozen=True, eq=False)
class Foretold:
    """Interests at some moments (p,): how intense each was said to be, its plain decayed mass, and if it came again."""

    chances: NDArray[np.float64]
    masses: NDArray[np.float64]
    came: NDArray[np.bool_]


def calibrated(setup: Setup) -> Iterator[Line]:
    """Every interest of every user at many moments, against whether the user came back to it within the horizon."""
    shop = Shop(simulated(setup, users=100, days=DAYS, visits=0.5, fading=0.3, noise=0.1), setup)
    foretold = _foretold(shop)
    found = calibration_of(foretold.chances, foretold.came)
    bins = " ".join(f"{told:.2f}:{true:.2f}" for told, true in zip(found.told, found.true, strict=True))
    yield Line("intensity's calibration error", found.error, at_most=ERROR, note=f"told:true {bins}")
    plain = foretold.masses / (1.0 + foretold.masses)
    yield Line("intensity's mean absolute error", found.distance)
    yield Line("  of the plain decayed mean", calibration_of(plain, foretold.came).distance)


def _foretold(shop: Shop) -> Foretold:
    population = shop.population()
    start, horizon = shop.simulator.options.start, shop.setup.options.interests.horizon
    parts = []
    done = 0
    for day in range(LEARNED_DAYS, DAYS - round(horizon / DAY) + 1, EVERY):
        now = start + day * DAY
        end = int(np.searchsorted(shop.log.at, now))
        population.live(shop.log.behaviors[done:end])
        done = end
        parts.append(_at(shop, population, now, end, int(np.searchsorted(shop.log.at, now + horizon))))
    return Foretold(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("chances", "masses", "came"))
    )


def _at(shop: Shop, population: Population, now: float, start: int, end: int) -> Foretold:
    """All interests at one moment, and what came of them between two places in the log."""
    arena, slots, options = population.arena, population.slots, population.options
    attention = population.attention(slots)
    ages = np.maximum(now - arena.head["at"][slots], 0.0)[:, None]
    half_lives = np.where(attention.used, arena.meta["half_life"][slots], 1.0).astype(np.float64)
    masses = later(attention.masses, half_lives, ages)
    shorts = later(attention.shorts, options.interests.short_half_life, ages)
    rates = rates_of(arena, options.interests)
    known = attention.used & (masses > 0.0)
    chances = intensity(masses[known], half_lives[known], shorts[known], rates)
    return Foretold(chances, masses[known], _came(shop, population, attention.units, known, start, end)[known])


def _came(
    shop: Shop, population: Population, units: NDArray[np.float32], known: NDArray[np.bool_], start: int, end: int
) -> NDArray[np.bool_]:
    """Which interests (u, 8) something wanted was near enough to that happened between two places in the log."""
    log, capture = shop.log, population.options.laws_in(shop.catalog).rules.capture
    speaks = population.options.wanted
    came = np.zeros(known.shape, np.bool_)
    number_of = {owner: number for number, owner in enumerate(population.arena.owners)}
    for place in range(start, end):
        behavior = log.behaviors[place]
        if log.items[place] < 0 or not speaks[TYPE_CODES[behavior.type]]:
            continue
        number = number_of[behavior.owner]
        cosines = np.where(known[number], units[number] @ shop.catalog.vectors[log.items[place]], -1.0)
        best = int(np.argmax(cosines))
        came[number, best] |= cosines[best] >= capture
    return came
