"""Processor: what an owner asks of the state it keeps; agents implement it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from schemas.dead_letters import Headers
from schemas.rows.partition import PositionsRow
from streams.kafka.transport import Batch
from streams.state.store import LocalStore, Row


class Output(NamedTuple):
    """Records for one partition of one topic, all with the same headers."""

    topic: str
    partition: int
    records: Sequence[tuple[bytes | None, bytes | None]]
    headers: Headers


@dataclass
class Flush:
    """What one transaction carries: changed rows (None deletes) and outputs."""

    rows: list[Row] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)


class Facts(NamedTuple):
    """What the positions row says beside the positions."""

    partitioners: tuple[str, ...] = ()
    watermark: float = 0.0
    events: int = 0
    next_waiting: int = 0
    signals: int = 0


class Processor(Protocol):
    """The state of one partition, changed by batches in the owner's task alone."""

    def load(self, store: LocalStore, positions: PositionsRow | None) -> None:
        """Begins from the recovered store; called in a thread, before any batch."""

    def apply(self, batch: Batch) -> None:
        """Applies every record of the batch, or raises and ends the process uncommitted."""

    def take(self) -> Flush:
        """What changed since the last call, serialized."""

    def facts(self) -> Facts:
        """What the positions row is to say, as of the last take."""

    def committed(self) -> None:
        """The rows last taken are in the store now; what the memory cap asks for may be evicted."""

    def tick(self) -> bool:
        """Looks after what time changes, and says whether that changed anything."""
