"""Network: what sequence models have in common, as modules from windows of items to what comes next."""

import torch
from torch import Tensor, nn

DEVIATION = 0.02


class Network(nn.Module):
    """Items as vectors, which are also what the state after each item is compared with.

    count: of items. width: of the vectors. drop: the share of values that are dropped in fitting.
    """

    def __init__(self, count: int, width: int, drop: float) -> None:
        super().__init__()
        self.count = count
        self.items = nn.Embedding(count + 1, width, padding_idx=count)
        self.bias = nn.Parameter(torch.zeros(count))
        self.drop = nn.Dropout(drop)
        nn.init.normal_(self.items.weight, std=DEVIATION)

    def vectors(self, inputs: Tensor) -> Tensor:
        """The vectors of items, about as long as states (b, l, width); -1 is none."""
        return self.items(torch.where(inputs < 0, self.count, inputs)) * self.items.embedding_dim**0.5

    def logits(self, states: Tensor) -> Tensor:
        """How likely each item comes after each of these states (b, width): (b, n), up to a constant."""
        return states @ self.items.weight[: self.count].T + self.bias

    def forward(self, inputs: Tensor) -> Tensor:
        """The state after each of the items (b, l) int64, -1 for none: (b, l, width)."""
        raise NotImplementedError
