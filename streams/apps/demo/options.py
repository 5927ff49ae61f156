"""Demo options: what the command's flags choose, and what is replayed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from models.samples.retail import CREDIT, retail_behaviors, retail_items
from schemas.behaviors import Behavior
from schemas.items import Item


@dataclass(frozen=True)
class DemoOptions:
    """How to run the demo.

    events: only so many of the sample's purchases, the earliest. fake_encoder: vectors without a model. keep_data:
    leave the state and the logs. keep_running: go on after the summary until interrupted. broker: the address of a real
    Kafka, None for one in memory.
    """

    events: int | None = None
    fake_encoder: bool = False
    keep_data: bool = False
    keep_running: bool = False
    broker: str | None = None


@dataclass(frozen=True)
class Sample:
    """What is replayed: a shop's items, and purchases in event-time order."""

    items: Sequence[Item]
    behaviors: Sequence[Behavior]

    @cached_property
    def customers(self) -> int:
        """How many customers bought."""
        return len({behavior.owner for behavior in self.behaviors})

    @property
    def title(self) -> str:
        """What the sample is, and whose."""
        return f"{len(self.behaviors):,} real purchases of {self.customers:,} customers ({CREDIT})"


def shipped_sample(events: int | None) -> Sample:
    """The sample that comes with Penchant, with its first purchases only where events is given."""
    return Sample(list(retail_items()), list(islice(retail_behaviors(), events)))
