"""Trends agent: signals of one partition's items in; their decayed popularity out."""

from models.interests.options import InterestOptions
from models.trends.popularity import ItemPopularity, TrendOptions
from schemas.content_types import MSGPACK_HEADERS
from schemas.errors import SchemaError
from schemas.rows.partition import PositionsRow
from schemas.trends import decode_signal_block, encode_item_trend
from streams.agents.dead_letters import DeadLetters
from streams.kafka.transport import Batch
from streams.metrics import WorkerMetrics
from streams.settings import TopicSettings
from streams.state.processor import Facts, Flush, Output
from streams.state.store import LocalStore


class TrendsProcessor:
    """The items of one partition of item.signals."""

    def __init__(
        self,
        topics: TopicSettings,
        interests: InterestOptions,
        options: TrendOptions,
        partition: int,
        metrics: WorkerMetrics,
    ) -> None:
        self._topics = topics
        self._weights = interests.weights()
        self._options = options
        self._partition = partition
        self._popularity = ItemPopularity()
        self._letters = DeadLetters(partition, metrics)
        self._watermark = 0.0
        self._events = 0

    def load(self, store: LocalStore, positions: PositionsRow | None) -> None:
        """Begins from the recovered store; all items are kept in memory."""
        for key, row in store.scan(b""):
            self._popularity.load(key, row)
        if positions:
            self._watermark, self._events = positions.watermark, positions.events

    def apply(self, batch: Batch) -> None:
        """Adds every block of the batch to the popularity of its items."""
        for record in batch.records:
            try:
                block = decode_signal_block(record.value or b"")
            except SchemaError as error:
                self._letters.add(batch.topic, record, "SchemaError", str(error))
                continue
            self._popularity.apply(block, self._weights, self._options)
            self._events += len(block.items)
            if block.items:
                self._watermark = max(self._watermark, float(block.time_column().max()))

    def take(self) -> Flush:
        """Changed rows, and a trend per changed item."""
        trends = self._popularity.trends(self._options)
        outputs = list(self._letters.take())
        if trends:
            records = [(trend.item_id.encode(), encode_item_trend(trend)) for trend in trends]
            outputs.append(Output(self._topics.item_trends, self._partition, records, MSGPACK_HEADERS))
        return Flush(self._popularity.take_rows(), outputs)

    def facts(self) -> Facts:
        """What the positions row is to say."""
        return Facts(watermark=self._watermark, events=self._events)

    def committed(self) -> None:
        """Nothing to give up: all items stay in memory."""

    def tick(self) -> bool:
        """Nothing that time alone changes: decay is in closed form."""
        return False
