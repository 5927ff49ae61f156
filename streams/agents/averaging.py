"""Averaging: a partition's mixers go out to the others, and theirs are mixed in, within the transaction of a flush.

What was mixed in is in the changelog, as all that changed, so that recovery gives exactly the same. A replay of the
behaviors from scratch may differ: it mixes in what others have told by then, at other moments than the first time.
"""

from collections.abc import Sequence

from models.interests.arena import UserArena
from models.ranking.averaging import Averager, MixerBoard
from schemas.content_types import MSGPACK_HEADERS
from schemas.mixers import MixerRecord, encode_mixer_record, mixer_record_key
from streams.metrics import WorkerMetrics
from streams.state.processor import Output


class Averaging:
    """For one of `partitions`.

    variants: names, in the order of the arena's mixers. interval: seconds, 0 for never. board: what others tell.
    """

    def __init__(
        self,
        arena: UserArena,
        variants: Sequence[str],
        partition: int,
        partitions: int,
        interval: float,
        board: MixerBoard,
        metrics: WorkerMetrics,
    ) -> None:
        self._arena, self._variants, self._partition, self._board = arena, tuple(variants), partition, board
        self._averager = Averager(partition, partitions, variants, interval)
        self._averagings = [metrics.averagings.labels(name) for name in variants]
        self.distances: dict[str, float] = {}

    def load(self) -> None:
        """Begins with the arena's mixers, once they are those of the recovered store."""
        self._averager.begin(self._arena.mixers, self._board)

    def take(self, topic: str, now: float) -> list[Output]:
        """What others are to know, for the topic; after that mixes in what they told. now: epoch seconds."""
        mixers = self._arena.mixers
        records = [self._record(place) for place in self._averager.to_tell(mixers, now)]
        for place, distance in self._averager.average(mixers, self._board, now):
            self._averagings[place].inc()
            self.distances[self._variants[place]] = distance
        return [Output(topic, self._partition, records, MSGPACK_HEADERS)] if records else []

    def _record(self, place: int) -> tuple[bytes, bytes]:
        variant, row = self._variants[place], self._arena.mixers[place].tobytes()
        record = MixerRecord(variant=variant, partition=self._partition, row=row)
        return mixer_record_key(variant, self._partition), encode_mixer_record(record)
