"""GRU4Rec: a recurrent network over the user's last items."""

from torch import Tensor, nn

from models.evaluation.rivals.fitting import Fit, Fitted
from models.evaluation.rivals.network import Network
from models.evaluation.rivals.rival import Axes

DEFAULTS = Fit(rate=0.008, epochs=12)
AXES: Axes = (("epochs", (20,)), ("drop", (0.2,)))
UNITS = 2
DEVIATION = 0.1


def gru4rec(fit: Fit = DEFAULTS, axes: Axes = AXES) -> Fitted:
    """The rival; fit: how it is fitted, but for what is tuned."""
    return Fitted(lambda count, fit: GRU4Rec(count, fit.width, fit.drop), fit, axes)


class GRU4Rec(Network):
    """One layer of gated recurrent units over the items. Source: Hidasi et al. 2016, with a full softmax.

    There are twice as many units as an item's vector has numbers.
    """

    def __init__(self, count: int, width: int, drop: float) -> None:
        super().__init__(count, width, drop, DEVIATION)
        self.units = nn.GRU(width, UNITS * width, batch_first=True)
        self.out = nn.Linear(UNITS * width, width)

    def forward(self, inputs: Tensor) -> Tensor:
        """As in Network."""
        states, _ = self.units(self.drop(self.vectors(inputs)))
        return self.out(self.drop(states))
