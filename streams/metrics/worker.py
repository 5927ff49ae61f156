"""Worker metrics: behaviors, flushes, stages, freshness, state and recovery."""

from prometheus_client import Counter, Gauge, Histogram

from streams.metrics.common import SECONDS, SIZES, CommonMetrics
from streams.metrics.kinds import Distribution, Snapshot
from streams.metrics.quality import QualityMetrics

AGES = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600, 86_400, 604_800)
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


class WorkerMetrics(CommonMetrics):
    """What a worker counts and times."""

    def __init__(self) -> None:
        super().__init__("worker")
        self._of_input()
        self._of_flushes()
        self._of_state()
        self.quality = QualityMetrics(self.registry)

    def _of_input(self) -> None:
        registry = self.registry
        self.behaviors = Counter(
            "penchant_behaviors", "Records taken from a source of behaviors.", ["source"], registry=registry
        )
        self.duplicates = Counter(
            "penchant_duplicates", "Behaviors whose event_id was received before.", registry=registry
        )
        self.batch_records = Histogram(
            "penchant_batch_records", "Records of one fetched batch.", ["source"], buckets=SIZES, registry=registry
        )
        self.rules = Gauge("penchant_rules", "Business rules in force.", registry=registry)
        self.rules_refused = Counter(
            "penchant_rules_refused",
            "Changes of the rules file that could not be used, so that the rules before stayed in force.",
            registry=registry,
        )
        self.waiting = Gauge(
            "penchant_waiting_behaviors", "Behaviors parked until their item comes.", registry=registry
        )
        self.catalog_items = Gauge("penchant_catalog_items", "Items in the catalog.", registry=registry)
        self.catalog_records = Counter(
            "penchant_catalog_records",
            "Records taken from a topic that every worker follows.",
            ["source"],
            registry=registry,
        )

    def _of_flushes(self) -> None:
        registry = self.registry
        self.flush_records = Histogram(
            "penchant_flush_records", "Source records of one flush.", ["store"], buckets=SIZES, registry=registry
        )
        self.flush_rows = Histogram(
            "penchant_flush_rows", "Changed rows of one flush.", ["store"], buckets=SIZES, registry=registry
        )
        self.outputs = Counter("penchant_outputs", "Records committed to a topic.", ["topic"], registry=registry)
        self.stage_seconds = Histogram(
            "penchant_stage_seconds", "One stage of a batch or a flush.", ["stage"], buckets=SECONDS, registry=registry
        )
        self.freshness = Distribution(
            registry,
            "penchant_freshness_seconds",
            "Age of a behavior at the commit of its output, since it occurred or was appended; none if it waited.",
            "since",
            AGES,
        )
        self.user_signals = Distribution(
            registry,
            "penchant_user_signals",
            "What each record says of its user: the share of behaviors' weight that was withheld as that of a bot"
            " (anomaly), and how far what is wanted now is from what always was (drift).",
            "signal",
            SHARES,
        )
        self.drift_changes = Counter(
            "penchant_drift_changes", "Times that the users' mean drift changed for good.", registry=registry
        )
        self.averagings = Counter(
            "penchant_mixer_averagings",
            "Times that a partition averaged what it learned of ranking with what others did.",
            ["variant"],
            registry=registry,
        )
        self.mixer_distances = Snapshot(
            registry,
            "penchant_mixer_distance",
            "How far a partition's weights of ranking were from the average that it took last, root mean square.",
            ["variant", "partition"],
        )

    def _of_state(self) -> None:
        registry = self.registry
        self.partitions = Snapshot(registry, "penchant_partitions", "Partitions owned.", ["store"])
        self.store_rows = Snapshot(registry, "penchant_store_rows", "Rows on disk, about.", ["store"])
        self.store_bytes = Snapshot(registry, "penchant_store_bytes", "Bytes on disk, about.", ["store"])
        self.arena_users = Gauge("penchant_arena_users", "Users in memory.", registry=registry)
        self.arena_bytes = Gauge("penchant_arena_bytes", "Memory that users in memory take.", registry=registry)
        self.arena_lookups = Counter(
            "penchant_arena_lookups",
            "Users asked for: hit (in memory), loaded (from disk), new, refused (of another partition).",
            ["result"],
            registry=registry,
        )
        self.arena_evictions = Counter("penchant_arena_evictions", "Users moved out of memory.", registry=registry)
        self.recovering = Gauge(
            "penchant_recovering_partitions", "Partitions owned that are not recovered yet.", registry=registry
        )
        self.recovered_records = Counter(
            "penchant_recovered_records", "Changelog records replayed.", ["store"], registry=registry
        )
        self.recovery_left = Gauge(
            "penchant_recovery_left_records",
            "Changelog offsets that a recovery has still to replay.",
            ["store", "partition"],
            registry=registry,
        )
        self.recovery_seconds = Histogram(
            "penchant_recovery_seconds", "Recovery of one partition.", ["store"], buckets=SECONDS, registry=registry
        )
