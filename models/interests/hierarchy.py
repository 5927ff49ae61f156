"""Hierarchy: one state seen as a tree of categories and as the attributes that matter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.catalog.facets import Path, category_print
from models.compiled import kernel

DEFAULT_RATES = (1.0, 0.7, 0.5)


@dataclass(frozen=True)
class CategoryTree:
    """Categories with all that they lie in, wider ones first.

    paths: by node. parents (n,) int32: -1 for a first level. levels (n,) int64: from 0. nodes: from print to node.
    """

    paths: tuple[Path, ...]
    parents: NDArray[np.int32]
    levels: NDArray[np.int64]
    nodes: Mapping[int, int]

    def nodes_of(self, prints: NDArray[np.uint32]) -> NDArray[np.int32]:
        """Nodes of categories by print, in the same shape; -1 for 0 and for unknown ones."""
        known, places = np.unique(prints, return_inverse=True)
        nodes = np.array([self.nodes.get(one, -1) for one in known.tolist()], np.int32)
        return nodes[places].reshape(prints.shape)


def category_tree(paths: Iterable[Path]) -> CategoryTree:
    """The tree of these categories."""
    every = {path[:depth] for path in paths for depth in range(1, len(path) + 1)}
    ordered = tuple(sorted(every, key=lambda path: (len(path), path)))
    node_of = {path: node for node, path in enumerate(ordered)}
    return CategoryTree(
        ordered,
        np.array([node_of.get(path[:-1], -1) for path in ordered], np.int32),
        np.array([len(path) - 1 for path in ordered], np.int64),
        {category_print(path): node for path, node in node_of.items()},
    )


def category_shares(tree: CategoryTree, leaves: NDArray[np.int32], masses: NDArray[np.floating]) -> NDArray[np.float64]:
    """Each user's share of every node (m, n): what its own and all narrower categories have; first levels sum to 1.

    Args: leaves (m, k): nodes, -1 for none; masses (m, k).
    """
    shares = np.zeros((len(leaves), len(tree.paths)))
    _sum_up(leaves, masses.astype(np.float64), tree.parents, shares)
    return shares


def category_scores(
    tree: CategoryTree, shares: NDArray[np.float64], rates: Sequence[float] = DEFAULT_RATES
) -> NDArray[np.float64]:
    """How much each user (m,) likes the items of every node (n,), in [0, 1]: its share, shrunk towards its parent.

    score(node) = score(parent) + rate * (share(node) - score(parent)), from 0 above the first level: so a category of
    which little is known is liked nearly as its parent is.

    Args: rates: by level, each in [0, 1], the last for all that are deeper.
    """
    by_level = np.array(rates, np.float64)
    scores = np.empty_like(shares)
    _score_down(shares, tree.parents, by_level[np.minimum(tree.levels, len(by_level) - 1)], scores)
    return scores


def first_levels(tree: CategoryTree, shares: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Each user's shares (m,) of the widest categories, by name; they sum to 1."""
    return {tree.paths[node][0]: shares[:, node] for node in np.flatnonzero(tree.parents < 0).tolist()}


def blended(by_interest: NDArray[np.floating], by_category: NDArray[np.floating], alpha: float) -> NDArray[np.floating]:
    """(1 - alpha) * by_interest + alpha * by_category: moves with alpha from one score to the other, and never back."""
    return by_interest + alpha * (by_category - by_interest)


def dimension_shares(weights: NDArray[np.floating]) -> NDArray[np.float64]:
    """Which attributes matter (..., 4): learned weights as shares that sum to 1.

    All 0 when no weight is above 0, and when all are the same, as they are before the first choice.
    """
    positive = np.maximum(weights.astype(np.float64), 0.0)
    totals = positive.sum(-1, keepdims=True)
    told = (totals > 0.0) & (positive != positive[..., :1]).any(-1, keepdims=True)
    return np.divide(positive, totals, out=np.zeros_like(positive), where=told)


@kernel
def _sum_up(
    leaves: NDArray[np.int32], masses: NDArray[np.float64], parents: NDArray[np.int32], shares: NDArray[np.float64]
) -> None:
    for j in range(leaves.shape[0]):
        total = 0.0
        for k in range(leaves.shape[1]):
            node = leaves[j, k]
            if node >= 0:
                total += masses[j, k]
            while node >= 0:
                shares[j, node] += masses[j, k]
                node = parents[node]
        if total > 0.0:
            for node in range(shares.shape[1]):
                shares[j, node] /= total


@kernel
def _score_down(
    shares: NDArray[np.float64], parents: NDArray[np.int32], rates: NDArray[np.float64], scores: NDArray[np.float64]
) -> None:
    for j in range(shares.shape[0]):
        for node in range(shares.shape[1]):
            above = scores[j, parents[node]] if parents[node] >= 0 else 0.0
            scores[j, node] = above + rates[node] * (shares[j, node] - above)
