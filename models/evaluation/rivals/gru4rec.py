"""GRU4Rec: a recurrent network over the user's last items."""

from torch import Tensor, nn

from models.evaluation.rivals.fitting import Fit, Fitted
from models.evaluation.rivals.network import Network

DEFAULTS = Fit(rate=0.004)


def gru4rec(fit: Fit = DEFAULTS) -> Fitted:
    """The rival; fit: how it is fitted, the same for every log but for the number of epochs."""
    return Fitted(lambda count, fit: GRU4Rec(count, fit.width, fit.drop), fit)


class GRU4Rec(Network):
    """One layer of gated recurrent units over the items. Source: Hidasi et al. 2016, with a full softmax."""

    def __init__(self, count: int, width: int, drop: float) -> None:
        super().__init__(count, width, drop)
        self.units = nn.GRU(width, width, batch_first=True)
        self.out = nn.Linear(width, width)

    def forward(self, inputs: Tensor) -> Tensor:
        """As in Network."""
        states, _ = self.units(self.drop(self.vectors(inputs)))
        return self.out(self.drop(states))
