"""Settings of the tests: every topic under a name that no other test has."""

from streams.settings import KafkaSettings, Settings, TopicSettings
from tests.kafka.topics import unique

NAMES = (
    "clickstream",
    "items",
    "items_encoded",
    "encode_requests",
    "behaviors_encoded",
    "handoffs",
    "interests",
    "recommendations",
    "item_signals",
    "item_trends",
    "ranking_mixers",
)


def unique_settings(bootstrap: str, partitions: int = 2, **more: object) -> Settings:
    """Settings for a broker with an app name and topic names of their own. more: further sections."""
    app = unique("app")
    names = {name: f"{app}.{name.replace('_', '.')}" for name in NAMES}
    topics = TopicSettings(**names, partitions=partitions)
    return Settings(**{"app": app, "kafka": KafkaSettings(bootstrap=bootstrap), "topics": topics} | more)
