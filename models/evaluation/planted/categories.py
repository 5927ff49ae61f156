"""Categories: which department and topic a user will turn to, by the category view against a plain decayed mean."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.evaluation.clusters import macro_f1
from models.evaluation.comparison import plain_means
from models.evaluation.planted.attention import trial_of
from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import Shop, simulated
from models.evaluation.population import Population
from models.interests.hierarchy import CategoryTree, category_shares, category_tree
from models.simulator.topics import TOPICS

TARGETS = 1500
LEVELS = ("department", "topic")


def categories(setup: Setup) -> Iterator[Line]:
    """Macro-F1 over planted classes, of the strongest category right before what was wanted next."""
    shop = Shop(simulated(setup, users=100, days=40), setup)
    trial = trial_of(shop, setup.many(TARGETS))
    population = shop.population()
    tree = category_tree(path for path in shop.catalog.categories if path)
    plain = plain_means(trial, setup.options.interests)
    guesses: list[list[tuple[str, ...]]] = []
    done = 0
    for event in trial.targets.events.tolist():
        population.live(trial.log.behaviors[done:event])
        done = event
        slot = population.arena.slots[trial.log.behaviors[event].owner]
        guesses.append(_strongest(tree, _shares(tree, population, slot)))
    truth = [shop.catalog.categories[row] for row in trial.log.items[trial.targets.events].tolist()]
    nearest = [TOPICS[place].path for place in shop.topics_of(plain).tolist()]
    for level, name in enumerate(LEVELS):
        planted = [path[level] for path in truth]
        value = macro_f1([guess[level][-1] for guess in guesses], planted)
        other = macro_f1([path[level] for path in nearest], planted)
        yield Line(f"macro-F1 of the next {name}", value, note=f"plain decayed mean {other:.3f}")


def _shares(tree: CategoryTree, population: Population, slot: int) -> NDArray[np.float64]:
    head = population.arena.head[[slot]]
    return category_shares(tree, tree.nodes_of(head["categories"]), head["category_mass"])[0]


def _strongest(tree: CategoryTree, shares: NDArray[np.float64]) -> list[tuple[str, ...]]:
    """The strongest category of each level; () where none is known."""
    found: list[tuple[str, ...]] = []
    for level in range(len(LEVELS)):
        nodes = np.flatnonzero(tree.levels == level)
        best = int(nodes[np.argmax(shares[nodes])])
        found.append(tree.paths[best] if shares[best] > 0.0 else ("",))
    return found
