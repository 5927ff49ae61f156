"""Encoder metrics: texts, batches of the model, and what waits for them."""

from prometheus_client import Counter, Histogram

from streams.metrics.common import SECONDS, CommonMetrics
from streams.metrics.kinds import Snapshot

RATIOS = tuple(tenth / 10 for tenth in range(1, 11))


class EncoderMetrics(CommonMetrics):
    """What an encoder counts and times."""

    def __init__(self) -> None:
        super().__init__("encoder")
        registry = self.registry
        self.texts = Counter(
            "penchant_texts", "Texts that got a vector, encoded or from the cache.", ["result"], registry=registry
        )
        self.encode_seconds = Histogram(
            "penchant_encode_seconds", "One call of the model.", buckets=SECONDS, registry=registry
        )
        self.batch_fill = Histogram(
            "penchant_batch_fill_ratio",
            "Texts of one call over encoder.batch_texts.",
            buckets=RATIOS,
            registry=registry,
        )
        self.queue = Snapshot(
            registry, "penchant_queue_records", "Records not answered yet, live requests or bulk items.", ["priority"]
        )
        self.answers = Counter("penchant_answers", "Records committed to a topic.", ["topic"], registry=registry)
