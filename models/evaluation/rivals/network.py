"""Network: what sequence models have in common, as modules from windows of items to what comes next."""

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """Items as vectors, which are also what the state after each item is compared with.

    count: of items; one more vector, and one more bias, are those of none. width: of the vectors. drop: the share of
    values that are dropped in fitting. deviation: of the vectors' values at first.
    """

    def __init__(self, count: int, width: int, drop: float, deviation: float) -> None:
        super().__init__()
        self.count = count
        self.items = nn.Embedding(count + 1, width, padding_idx=count)
        self.bias = nn.Parameter(torch.zeros(count + 1))
        self.drop = nn.Dropout(drop)
        nn.init.normal_(self.items.weight, std=deviation)

    def vectors(self, inputs: Tensor) -> Tensor:
        """The vectors of items (b, l, width); -1 is none."""
        return self.items(torch.where(inputs < 0, self.count, inputs))

    def logits(self, states: Tensor) -> Tensor:
        """How likely each item comes after each of these states (b, width): (b, n), up to a constant."""
        return states @ self.items.weight[: self.count].T + self.bias[: self.count]

    def forward(self, inputs: Tensor) -> Tensor:
        """The state after each of the items (b, l) int64, -1 for none: (b, l, width)."""
        raise NotImplementedError
