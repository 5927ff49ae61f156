"""Batch: one fetched run of records of one partition, which Faust handles like a single message."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from faust.types import TP
from faust.types.tuples import ConsumerMessage


class Record(Protocol):
    """A record as aiokafka's parser makes it: timestamp in milliseconds, headers as pairs."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Batch(ConsumerMessage):
    """Every offset in [start, next_offset) of one partition; holes (markers, compaction) hold no record."""

    __slots__ = ("next_offset", "records", "start")

    def __init__(self, tp: TP, records: Sequence[Record], start: int, next_offset: int, generation: int) -> None:
        last = records[-1]
        super().__init__(
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp * 1e-3,
            0,
            (),
            None,
            None,
            None,
            0,
            0,
            tp,
            generation_id=generation,
        )
        self.records = records
        self.start = start
        self.next_offset = next_offset


class Reach(NamedTuple):
    """How far the consumer is: [delivered, position) held no record, but markers, aborted or compacted-away ones.

    end: the offset behind the partition's last record, as of the last fetch.
    """

    tp: TP
    delivered: int
    position: int
    end: int


class AssignmentToken(NamedTuple):
    """Names one assignment: the group's generation, and how many rebalances this process had seen by then."""

    generation: int
    rebalances: int


class Host(Protocol):
    """Who owns the state behind the partitions: it alone knows where each source is to be read from."""

    def position_of(self, tp: TP) -> int | None:
        """The next offset to apply, or None while nobody here owns the partition."""

    def durable_positions(self) -> dict[TP, int]:
        """The next offsets as of the last commit, for tools that show the group's lag."""

    async def revoke(self) -> None:
        """Flushes and closes everything owned; the partitions may belong to others next."""

    async def assign(self, tps: set[TP], token: AssignmentToken) -> None:
        """Recovers every partition of these, or abandons that when the token is no longer current."""
