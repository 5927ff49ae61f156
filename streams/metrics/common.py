"""Common metrics: what worker and encoder both tell, on a registry of their own."""

from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from streams.metrics.kinds import Snapshot

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SIZES = (1, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)


class CommonMetrics:
    """Metrics of any process. Labels name topics, partitions, stores and reasons, never a user or an item."""

    def __init__(self, process: str) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        build = Gauge("penchant_build_info", "Which version runs here.", ["version", "process"], registry=registry)
        build.labels(version("penchant"), process).set(1)
        self.ready = Gauge("penchant_ready", "Whether /readyz says so.", registry=registry)
        self.lag = Snapshot(
            registry, "penchant_lag_records", "Records of a source not applied yet.", ["source", "partition"]
        )
        self.rebalances = Counter("penchant_rebalances", "Assignments taken from the group.", registry=registry)
        self.fenced = Counter("penchant_fenced", "Partitions that another process took over.", registry=registry)
        self.rejected = Counter(
            "penchant_rejected", "Records that became dead letters.", ["source", "reason"], registry=registry
        )
        self.commit_seconds = Histogram(
            "penchant_commit_seconds", "One Kafka transaction.", ["store"], buckets=SECONDS, registry=registry
        )
