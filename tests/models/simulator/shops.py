"""Shops that the simulator's tests look at, each simulated once."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from math import sqrt

from hypothesis import strategies as st

from models.simulator.options import SimulatorOptions
from models.simulator.simulator import Labeled, Simulator

START = 1_750_000_000.0
DAY = 86_400.0
PAUSE = 240.0

share = st.floats(0, 1)
any_lifelike = st.builds(
    SimulatorOptions,
    users=st.integers(1, 12),
    items=st.integers(20, 60),
    seed=st.integers(0, 1000),
    start=st.floats(1e9, 2e9),
    rate=st.floats(0.1, 100),
    noise=share,
    drift=share,
    drift_span=st.floats(1, 100),
    days=st.sampled_from((0.0, 0.5, 3.0)),
    fading=share,
    seasons=share,
    contexts=share,
    choosers=share,
    shown=st.integers(0, 8),
    refusals=share,
    bots=share,
    burst=st.integers(1, 30),
    requests=share,
    mutes=share,
    anonymous=share,
    cold=st.floats(0, 0.9),
)


@lru_cache(maxsize=2)
def simulated(options: SimulatorOptions, most: int | None = None) -> tuple[Simulator, Sequence[Labeled]]:
    """A shop and what happens in it, labeled; most: of so many behaviors."""
    simulator = Simulator(options)
    return simulator, list(islice(simulator.labeled(), most))


def within(found: float, planted: float, n: int, deviations: float = 5.0) -> bool:
    """Whether a share of n independent ones looks like the planted one."""
    return abs(found - planted) < deviations * sqrt(planted * (1 - planted) / n) + 1e-9


def visits_of(labeled: Sequence[Labeled]) -> dict[str, list[list[Labeled]]]:
    """Each user's visits in a calendar: what happens with less than PAUSE between, beside bots and words."""
    visits: dict[str, list[list[Labeled]]] = {}
    for one in labeled:
        if one.cause in ("interest", "noise", "refusal"):
            own = visits.setdefault(one.behavior.owner, [])
            if not own or one.behavior.at - own[-1][-1].behavior.at > PAUSE:
                own.append([])
            own[-1].append(one)
    return visits


def main_topic(visit: Sequence[Labeled]) -> str | None:
    """The interest that a visit is for; None for one of noise alone."""
    return next((one.topic for one in visit if one.cause == "interest"), None)
