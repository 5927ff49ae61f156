"""Sections: the settings of one subject each, with what they mean."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.encoder.options import Device, Model
from models.trends.options import MOST_NEIGHBORS, TrendOptions
from streams.settings.kinds import (
    Addresses,
    FileOrNone,
    Folder,
    Form,
    Port,
    Records,
    Seconds,
    SecondsOrNone,
    TopicName,
    Unit,
)


class Section(BaseModel):
    """A group of settings; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class KafkaSettings(Section):
    """How to reach Kafka."""

    bootstrap: Addresses = Field("127.0.0.1:9092", description="Where Kafka is.")
    client: Annotated[dict[str, str], Form("a table of texts under librdkafka's names")] = Field(
        {},
        repr=False,
        description="Further properties of every Kafka client of ours: security.protocol, sasl.*, ssl.* and more.",
    )
    embedded: bool = Field(False, description="Do without what the broker in memory of the demo cannot do.")


class TopicSettings(Section):
    """Names of the topics, and what `penchant topics create` gives them."""

    clickstream: TopicName = Field("clickstream", description="Behaviors, as services produce them; read.")
    items: TopicName = Field("items", description="Items, as services produce them; read.")
    items_encoded: TopicName = Field("items.encoded", description="Items with their vectors; written by encoders.")
    encode_requests: TopicName = Field("encode.requests", description="Behaviors whose text needs a vector.")
    behaviors_encoded: TopicName = Field("behaviors.encoded", description="The same behaviors with their vectors.")
    handoffs: TopicName = Field("handoffs", description="Histories of visitors who became users, between workers.")
    interests: TopicName = Field("interests.vectors", description="Interest records, one per user; a product.")
    recommendations: TopicName = Field("recommendations.topk", description="Ranked lists; a product.")
    item_signals: TopicName = Field("item.signals", description="What behaviors say of items, between workers.")
    item_trends: TopicName = Field("item.trends", description="What users do with items, between workers.")
    ranking_mixers: TopicName = Field(
        "ranking.mixers", description="What each partition learned of ranking, between workers."
    )
    partitions: Annotated[int, Unit("partitions")] = Field(
        12, ge=1, le=1024, description="Partitions of each topic; have many more of them than workers."
    )
    replication: Annotated[int, Unit("replicas")] = Field(1, ge=1, description="Copies of each partition.")
    retention: Seconds = Field(7 * 86_400, description="How long topics that are not compacted keep their records.")
    tombstone_retention: Seconds = Field(
        86_400,
        description="How long compacted topics keep deletions; a disk left for half of it is rebuilt from Kafka.",
    )

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        places: dict[str, str] = {}
        for setting in type(self).model_fields:
            topic = getattr(self, setting)
            if isinstance(topic, str) and topic in places:
                raise ValueError(f"topics.{places[topic]} and topics.{setting} are two topics, so their names differ")
            places[str(topic)] = setting
        return self


class MetricsSettings(Section):
    """Where each process serves /metrics, /healthz and /readyz; the ports are in the sections of the processes."""

    host: Annotated[str, Form("the address of a network interface")] = Field(
        "127.0.0.1", min_length=1, description="The interface to listen on; 0.0.0.0 for all of them."
    )


class WorkerSettings(Section):
    """The worker, which keeps users and items and publishes interests and lists."""

    data: Annotated[Path, Folder] = Field(
        Path("penchant-data/worker"), description="Where it keeps its state; each worker has a folder of its own."
    )
    flush_interval: Seconds = Field(0.1, description="How long changes wait for their transaction.")
    flush_records: Records = Field(20_000, description="So many records start a transaction early.")
    position_interval: Seconds = Field(
        60.0, description="How often positions of quiet topics move on over what is not to be read."
    )
    arena_bytes: Annotated[int, Unit("bytes")] = Field(
        2 << 30, ge=1 << 24, description="Memory for users' states, shared among the partitions."
    )
    waiting_limit: Annotated[int, Unit("behaviors")] = Field(
        100_000, ge=0, description="Behaviors per partition that may wait for an item that is not there yet."
    )
    waiting_age: Seconds = Field(86_400.0, description="Event time after which a waiting behavior is a dead letter.")
    future_limit: SecondsOrNone = Field(
        300.0, description="How far a behavior's time may lie after the broker's, else it is a dead letter."
    )
    partitioner: Literal["murmur2", "crc32", "fnv1a"] | None = Field(
        None, description="How producers choose partitions; recognized from the traffic where it is not set."
    )
    accept_loss: bool = Field(False, description="Start although topics no longer hold what was not read yet.")
    lists: bool = Field(True, description="Publish ranked lists, and learn what they need, not only interest records.")
    averaging_interval: SecondsOrNone = Field(
        1.0, description="How often partitions average what they learned of ranking; 0 keeps it apart."
    )
    rules: Annotated[Path | None, FileOrNone] = Field(
        None, description="Business rules of all lists, in YAML: what is pinned, excluded, capped, boosted."
    )
    poll_records: Records = Field(
        10_000,
        description="Records that one fetch brings at most: more make a backlog cheaper, each step longer.",
    )
    metrics_port: Port = Field(9464, description="The port of its metrics and health; 0 serves none.")
    session_timeout: Seconds = Field(10.0, description="After so much silence its partitions go to other workers.")
    heartbeat_interval: Seconds = Field(3.0, description="How often it tells Kafka that it is alive.")
    transaction_timeout: Seconds = Field(15.0, description="When Kafka aborts a transaction that was left open.")
    fenced_grace: Seconds = Field(
        10.0, description="How long a partition taken by another worker may stay assigned before this one ends."
    )

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        _require_below("worker", self, "heartbeat_interval", "session_timeout")
        _require_below("worker", self, "flush_interval", "transaction_timeout")
        return self


class TrendsSettings(Section):
    """The trends, which are what all users do with each item."""

    flush_interval: Seconds = Field(
        1.0, description="How long changes wait for their transaction, which writes the changed items whole."
    )
    neighbors: Annotated[int, Unit("items")] = Field(
        128,
        ge=1,
        le=MOST_NEIGHBORS,
        description="Items from which users came to an item that are counted, the most frequent; 12 bytes each.",
    )
    halving: Annotated[float, Unit("behaviors")] = Field(
        30_000.0,
        gt=0,
        allow_inf_nan=False,
        description="So many behaviors of all users later, coming from one item to another counts half.",
    )

    @property
    def options(self) -> TrendOptions:
        """What the trends agent needs to know of them."""
        return TrendOptions(self.neighbors, self.halving)


class EncoderSettings(Section):
    """The encoder, which turns texts into vectors."""

    data: Annotated[Path, Folder] = Field(
        Path("penchant-data/encoder"), description="Where it keeps vectors, so that no text is encoded twice."
    )
    model: Model = Field("minilm", description="Which encoder; fake hashes words, needs no torch and knows little.")
    device: Device = Field("auto", description="Where the model runs; auto takes CUDA, else MPS, else the CPU.")
    batch_texts: Annotated[int, Unit("texts")] = Field(
        256, ge=1, description="The most texts in one call of the model."
    )
    batch_tokens: Annotated[int, Unit("tokens")] = Field(
        16_384, ge=64, description="The most tokens in one call of the model, padding counted."
    )
    flush_interval: Seconds = Field(
        0.05, description="How long items' vectors wait for their transaction; those of live behaviors never do."
    )
    transaction_timeout: Seconds = Field(10.0, description="When Kafka aborts a transaction that was left open.")
    session_timeout: Seconds = Field(10.0, description="After so much silence its partitions go to other encoders.")
    threads: Annotated[int, Unit("threads")] = Field(0, ge=0, description="Threads of the CPU; 0 is torch's choice.")
    metrics_port: Port = Field(9465, description="The port of its metrics and health; 0 serves none.")
    fenced_grace: Seconds = Field(
        10.0, description="How long a partition taken by another encoder may stay assigned before this one ends."
    )
    accept_loss: bool = Field(False, description="Start although topics no longer hold what was not read yet.")

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        _require_below("encoder", self, "flush_interval", "transaction_timeout")
        return self


def _require_below(section: str, settings: Section, low: str, high: str) -> None:
    if getattr(settings, low) >= getattr(settings, high):
        raise ValueError(f"{section}.{low} is below {section}.{high}")
