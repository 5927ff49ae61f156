"""Plans: what one process is to measure, handed over on its command line, and the settings that follow."""

from pathlib import Path
from typing import Literal

import msgspec

from streams.settings import KafkaSettings, Settings, TopicSettings, WorkerSettings

Variant = Literal["stock", "worker", "lists", "bare", "recovery", "kernel"]
PARTITIONS = 4
USERS = 20_000
ITEMS = 10_000


class Plan(msgspec.Struct, frozen=True):
    """One measurement.

    run: a name of its own, for the group, the changelogs and the outputs. source: prefix of the topics that all runs
    read. size: behaviors to apply; for recovery, users in the changelog. data: a folder that is not there yet.
    profile: also measure the CPU of each stage. repeats: of the recovery from one changelog, and of the kernels.
    """

    variant: Variant
    bootstrap: str
    run: str
    source: str
    size: int
    data: str
    profile: bool = False
    repeats: int = 1


def settings_of(plan: Plan) -> Settings:
    """The worker's settings, defaults but for names, partitions and lists."""
    run = plan.run
    topics = TopicSettings(
        clickstream=f"{plan.source}.clickstream",
        items_encoded=f"{plan.source}.items.encoded",
        items=f"{plan.source}.items",
        encode_requests=f"{run}.encode.requests",
        behaviors_encoded=f"{run}.behaviors.encoded",
        handoffs=f"{run}.handoffs",
        interests=f"{run}.interests",
        recommendations=f"{run}.topk",
        item_signals=f"{run}.signals",
        item_trends=f"{run}.trends",
        ranking_mixers=f"{run}.mixers",
        partitions=PARTITIONS,
    )
    worker = WorkerSettings(data=Path(plan.data), lists=plan.variant == "lists", metrics_port=0)
    return Settings(app=run, kafka=KafkaSettings(bootstrap=plan.bootstrap), topics=topics, worker=worker)
