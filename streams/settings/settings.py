"""Settings: every knob in one typed place, from the environment (PENCHANT_…) and a TOML file."""

from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from models.encoder.options import Device, Model
from models.interests.options import InterestOptions
from models.ranking.options import RankingOptions


class Section(BaseModel):
    """A group of settings; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class KafkaSettings(Section):
    """How to reach Kafka.

    client holds any further librdkafka properties (security.protocol, sasl.*, ssl.*), used by every client of ours and
    mapped for aiokafka. embedded relaxes what the in-memory demo broker cannot do.
    """

    bootstrap: str = "127.0.0.1:9092"
    client: dict[str, str] = {}
    embedded: bool = False


class TopicSettings(Section):
    """Names of the topics, and what `penchant topics create` gives them. Times in seconds."""

    clickstream: str = "clickstream"
    items: str = "items"
    items_encoded: str = "items.encoded"
    encode_requests: str = "encode.requests"
    behaviors_encoded: str = "behaviors.encoded"
    interests: str = "interests.vectors"
    recommendations: str = "recommendations.topk"
    item_signals: str = "item.signals"
    item_trends: str = "item.trends"
    partitions: int = Field(12, ge=1, le=1024)
    replication: int = Field(1, ge=1)
    retention: float = Field(7 * 86_400, gt=0)
    tombstone_retention: float = Field(86_400, gt=0)


class MetricsSettings(Section):
    """Where each process serves /metrics, /healthz and /readyz; the ports are in the sections of the processes."""

    host: str = "127.0.0.1"


class WorkerSettings(Section):
    """The worker. Times in seconds, sizes in bytes.

    flush_interval: how long changes wait for their transaction. flush_records: so many records start a flush early.
    arena_bytes: memory for users' states per worker. waiting_limit: behaviors per partition that may wait for their
    item. waiting_age: event time after which a waiting behavior is a dead letter. future_limit: how far event time may
    lie after the broker's append time. partitioner: name one (murmur2, crc32, fnv1a) instead of recognizing it.
    accept_loss: start although the sources no longer hold what was not read yet. metrics_port: 0 serves no metrics.
    """

    data: Path = Path("penchant-data/worker")
    flush_interval: float = Field(0.1, gt=0)
    flush_records: int = Field(20_000, ge=1)
    trends_interval: float = Field(1.0, gt=0)
    position_interval: float = Field(60.0, gt=0)
    arena_bytes: int = Field(2 << 30, ge=1 << 24)
    waiting_limit: int = Field(100_000, ge=0)
    waiting_age: float = Field(86_400.0, gt=0)
    future_limit: float = Field(300.0, ge=0)
    partitioner: str | None = None
    accept_loss: bool = False
    lists: bool = True
    poll_records: int = Field(2000, ge=1)
    metrics_port: int = Field(9464, ge=0, le=65_535)
    session_timeout: float = Field(10.0, gt=0)
    heartbeat_interval: float = Field(3.0, gt=0)
    transaction_timeout: float = Field(15.0, gt=0)
    fenced_grace: float = Field(10.0, gt=0)


class EncoderSettings(Section):
    """The encoder. Times in seconds.

    model: minilm or fake. device: auto, cuda, mps or cpu. batch_texts and batch_tokens bound one batch. threads: of the
    CPU, 0 leaves torch's choice. flush_interval: how long vectors of items may wait for their transaction; those of
    live behaviors never wait. fenced_grace: how long a partition taken by another encoder may still be assigned to
    this one. accept_loss: start although the topics no longer hold what was not read yet. metrics_port: 0 serves no
    metrics.
    """

    data: Path = Path("penchant-data/encoder")
    model: Model = "minilm"
    device: Device = "auto"
    batch_texts: int = Field(256, ge=1)
    batch_tokens: int = Field(16_384, ge=64)
    flush_interval: float = Field(0.05, gt=0)
    transaction_timeout: float = Field(10.0, gt=0)
    session_timeout: float = Field(10.0, gt=0)
    threads: int = Field(0, ge=0)
    metrics_port: int = Field(9465, ge=0, le=65_535)
    fenced_grace: float = Field(10.0, gt=0)
    accept_loss: bool = False


class Settings(BaseSettings):
    """All settings: PENCHANT_KAFKA__BOOTSTRAP sets kafka.bootstrap; a penchant.toml beside you is read too."""

    model_config = SettingsConfigDict(
        env_prefix="PENCHANT_", env_nested_delimiter="__", toml_file="penchant.toml", frozen=True, extra="forbid"
    )

    app: str = "penchant"
    kafka: KafkaSettings = KafkaSettings()
    topics: TopicSettings = TopicSettings()
    metrics: MetricsSettings = MetricsSettings()
    worker: WorkerSettings = WorkerSettings()
    encoder: EncoderSettings = EncoderSettings()
    interests: InterestOptions = InterestOptions()
    ranking: RankingOptions = RankingOptions()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags win over the environment, the environment over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @cached_property
    def users_changelog(self) -> str:
        """The changelog of the users store."""
        return f"{self.app}.users.changelog"

    @cached_property
    def items_changelog(self) -> str:
        """The changelog of the items store."""
        return f"{self.app}.items.changelog"


def dead_letters_of(topic: str) -> str:
    """The topic that keeps what could not be applied from this one."""
    return f"{topic}.dead-letters"
