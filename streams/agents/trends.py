"""Trends agent: signals of one partition's items in; their trends out."""

from models.trends.options import TrendOptions
from models.trends.statistics import TrendStatistics
from schemas.errors import SchemaError
from schemas.rows.factors import factors_key, factors_name
from schemas.rows.partition import PositionsRow
from schemas.rows.trend import trend_key, trend_name
from schemas.trends import decode_signal_block
from streams.agents.dead_letters import DeadLetters
from streams.kafka.transport import Batch
from streams.metrics import WorkerMetrics
from streams.settings import TopicSettings
from streams.state.processor import Facts, Flush, Output
from streams.state.store import LocalStore


class TrendsProcessor:
    """The items of one partition of item.signals."""

    def __init__(self, topics: TopicSettings, options: TrendOptions, partition: int, metrics: WorkerMetrics) -> None:
        self._topics = topics
        self._partition = partition
        self._statistics = TrendStatistics(options)
        self._letters = DeadLetters(partition, metrics)
        self._watermark = 0.0

    def load(self, store: LocalStore, positions: PositionsRow | None) -> None:
        """Begins from the recovered store; all items are kept in memory."""
        self._statistics.load(list(store.scan(b"")))
        if positions:
            self._watermark = positions.watermark

    def apply(self, batch: Batch) -> None:
        """Counts what every block of the batch tells, and moves the items' factors as it says."""
        for record in batch.records:
            try:
                block = decode_signal_block(record.value or b"")
            except SchemaError as error:
                self._letters.add(batch.topic, record, "SchemaError", str(error))
                continue
            self._statistics.apply(block)
            if block.types:
                self._watermark = max(self._watermark, float(block.time_column().max()))

    def take(self) -> Flush:
        """Changed rows, each of which is published as it is."""
        trends, factors = self._statistics.take(), self._statistics.take_factors()
        outputs = list(self._letters.take())
        records = [(trend_name(value).encode(), row) for value, row in trends]
        records += [(factors_name(value).encode(), row) for value, row in factors]
        if records:
            outputs.append(Output(self._topics.item_trends, self._partition, records, []))
        rows = [(trend_key(value), row) for value, row in trends]
        rows += [(factors_key(value), row) for value, row in factors]
        return Flush([*rows, *self._statistics.take_sources()], outputs)

    def facts(self) -> Facts:
        """What the positions row is to say; its events are those that all sources told."""
        return Facts(watermark=self._watermark, events=self._statistics.events)

    def committed(self) -> None:
        """Nothing to give up: all items stay in memory."""

    def tick(self) -> bool:
        """Nothing that time alone changes: decay is in closed form."""
        return False
