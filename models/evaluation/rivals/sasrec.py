"""SASRec: causal self-attention over the user's last items."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.evaluation.rivals.fitting import Fit, Fitted
from models.evaluation.rivals.network import Network
from models.evaluation.rivals.rival import Axes

LAYERS, HEADS = 2, 2
DEVIATION = 0.02
DEFAULTS = Fit()
AXES: Axes = (("epochs", (20,)), ("drop", (0.2,)))


def sasrec(fit: Fit = DEFAULTS, axes: Axes = AXES) -> Fitted:
    """The rival; fit: how it is fitted, but for what is tuned."""
    return Fitted(lambda count, fit: SASRec(count, fit.width, fit.drop, fit.length), fit, axes)


class SASRec(Network):
    """Causal self-attention over the items. Source: Kang and McAuley 2018, normalized before each part."""

    def __init__(self, count: int, width: int, drop: float, length: int) -> None:
        super().__init__(count, width, drop, DEVIATION)
        self.positions = nn.Parameter(DEVIATION * torch.randn(length, width))
        self.layers = nn.ModuleList(Layer(width, HEADS, drop) for _ in range(LAYERS))
        self.last = nn.LayerNorm(width)

    def forward(self, inputs: Tensor) -> Tensor:
        """As in Network."""
        states = self.items.embedding_dim**0.5 * self.vectors(inputs) + self.positions[: inputs.shape[1]]
        states = self.drop(states)
        for layer in self.layers:
            states = layer(states)
        return self.last(states)


class Layer(nn.Module):
    """Attention of each item to those before, then a small network for each."""

    def __init__(self, width: int, heads: int, drop: float) -> None:
        super().__init__()
        self.heads = heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attend, self.join = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(drop), nn.Linear(2 * width, width))
        self.drop = nn.Dropout(drop)

    def forward(self, states: Tensor) -> Tensor:
        """States (b, l, width) to states."""
        batch, length, width = states.shape
        parts = self.attend(self.before(states)).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        drop = self.drop.p if self.training else 0.0
        seen = functional.scaled_dot_product_attention(query, key, value, dropout_p=drop, is_causal=True)
        states = states + self.drop(self.join(seen.transpose(1, 2).reshape(batch, length, width)))
        return states + self.drop(self.wide(self.between(states)))
