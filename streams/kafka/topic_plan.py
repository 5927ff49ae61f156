"""The topic plan: every topic Penchant reads or writes, and what it must be like."""

from dataclasses import dataclass

from streams.kafka.client import MESSAGE_BYTES
from streams.settings import Settings, dead_letters_of

DAY = 86_400.0
CHANGELOG_SEGMENT_BYTES = 128 << 20
COMPACT = "compact"
DELETE = "delete"


@dataclass(frozen=True)
class TopicPlan:
    """One topic.

    group: topics of one group have equally many partitions, since what concerns a key stays in its partition number.
    policies: cleanup policies that will do, the one for a new topic first. retention: seconds a record is kept where
    the policy is delete. tombstones: seconds a tombstone is kept where the policy is compact.
    """

    name: str
    group: str
    policies: tuple[str, ...]
    retention: float
    tombstones: float

    def config(self) -> dict[str, str]:
        """The topic's configuration, under Kafka's names.

        Segments end after a day at most, so that erased and expired records are gone soon after their time.
        """
        common = {
            "cleanup.policy": self.policies[0],
            "message.timestamp.type": "LogAppendTime",
            "max.message.bytes": str(MESSAGE_BYTES),
        }
        if self.policies[0] == COMPACT:
            return common | {
                "segment.ms": milliseconds(DAY),
                "segment.bytes": str(CHANGELOG_SEGMENT_BYTES),
                "delete.retention.ms": milliseconds(self.tombstones),
                "max.compaction.lag.ms": milliseconds(DAY),
                "min.cleanable.dirty.ratio": "0.3",
            }
        return common | {
            "retention.ms": milliseconds(self.retention),
            "segment.ms": milliseconds(min(DAY, self.retention)),
        }


def topic_plan(settings: Settings) -> tuple[TopicPlan, ...]:
    """The plan that follows from the settings."""
    topics = settings.topics

    def flowing(name: str, group: str) -> TopicPlan:
        return TopicPlan(name, group, (DELETE,), topics.retention, topics.tombstone_retention)

    def compacted(name: str, group: str, *others: str) -> TopicPlan:
        return TopicPlan(name, group, (COMPACT, *others), topics.retention, topics.tombstone_retention)

    return (
        flowing(topics.clickstream, "users"),
        flowing(topics.encode_requests, "users"),
        flowing(topics.behaviors_encoded, "users"),
        flowing(topics.handoffs, "users"),
        compacted(topics.interests, "users"),
        flowing(topics.recommendations, "users"),
        compacted(topics.ranking_mixers, "users"),
        compacted(settings.users_changelog, "users"),
        flowing(topics.item_signals, "signals"),
        compacted(topics.item_trends, "signals"),
        compacted(settings.items_changelog, "signals"),
        compacted(topics.items, "items", DELETE),
        compacted(topics.items_encoded, "items"),
        flowing(dead_letters_of(topics.clickstream), "users"),
        flowing(dead_letters_of(topics.encode_requests), "users"),
        flowing(dead_letters_of(topics.behaviors_encoded), "users"),
        flowing(dead_letters_of(topics.handoffs), "users"),
        flowing(dead_letters_of(topics.item_signals), "signals"),
        flowing(dead_letters_of(topics.items), "items"),
    )


def milliseconds(seconds: float) -> str:
    """Seconds as Kafka writes times."""
    return str(round(seconds * 1000))
