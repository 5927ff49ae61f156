"""Softmax: the cross-entropy of what came next, among the items that the user had not had."""

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from models.evaluation.rivals.network import Network
from models.evaluation.rivals.windows import NONE

ROWS = 128


def next_loss(network: Network, inputs: Tensor, targets: Tensor, drawn: int) -> Tensor:
    """The mean cross-entropy of the targets (b, l) after inputs (b, l), both int64 with -1 for none.

    The right item competes with all but those of its window until then, and is no target when it is one of them; in a
    catalog of more than `drawn` items, it competes with so many that are drawn for the batch and stand for all others.
    """
    window, place = (targets != NONE).nonzero(as_tuple=True)
    had = torch.where(torch.arange(inputs.shape[1]) <= place[:, None], inputs[window], network.count)
    new = (had != targets[window, place, None]).all(1)
    window, place, had = window[new], place[new], had[new]
    states, right = network(inputs)[window, place], targets[window, place]
    if network.count > drawn:
        return _drawn_loss(network, states, right, drawn)
    loss: Tensor = _Full.apply(states, network.items.weight, network.bias, right, had)
    return loss


def _drawn_loss(network: Network, states: Tensor, right: Tensor, drawn: int) -> Tensor:
    others = torch.randint(network.count, (drawn,))
    own = (states * network.items(right)).sum(1) + network.bias[right]
    against = states @ network.items(others).T + network.bias[others] + math.log((network.count - 1) / drawn)
    against = against.masked_fill(others == right[:, None], -torch.inf)
    logits = torch.cat([own[:, None], against], 1)
    return functional.cross_entropy(logits, torch.zeros_like(right), reduction="sum") / max(len(right), 1)


class _Full(torch.autograd.Function):
    """Against all items, a few states at a time, so that what is computed of all items stays in the processor's cache.

    Twice as fast as functional.cross_entropy of all logits, and the same.
    """

    @staticmethod
    def forward(ctx: Any, states: Tensor, vectors: Tensor, bias: Tensor, right: Tensor, had: Tensor) -> Tensor:
        """The loss; vectors (n + 1, d), bias (n + 1,): those of no item are last. had (t, l): left out, n for none."""
        slopes = torch.empty_like(states), torch.zeros_like(vectors), torch.zeros_like(bias)
        loss = states.new_zeros(())
        for start in range(0, len(states), ROWS):
            rows = slice(start, start + ROWS)
            logits = torch.addmm(bias, states[rows], vectors.T).scatter_(1, had[rows], -torch.inf)
            logits[:, -1] = -torch.inf
            chances = logits.softmax(1)
            own = right[rows, None]
            loss += functional.cross_entropy(logits, right[rows], reduction="sum")
            chances.scatter_add_(1, own, chances.new_full(own.shape, -1.0))
            torch.mm(chances, vectors, out=slopes[0][rows])
            slopes[1].addmm_(chances.T, states[rows])
            slopes[2].add_(chances.sum(0))
        count = max(len(states), 1)
        ctx.save_for_backward(*(slope / count for slope in slopes))
        return loss / count

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        """The slopes by states, vectors and bias."""
        return (*(slope * part for part in ctx.saved_tensors), None, None)
