"""All settings in one object: flags win over the environment, the environment over penchant.toml."""

import json
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from models.interests.options import InterestOptions
from models.ranking.options import RankingOptions
from models.ranking.variants import Variant
from streams.settings.kinds import Form, TopicName
from streams.settings.sections import (
    EncoderSettings,
    KafkaSettings,
    MetricsSettings,
    TopicSettings,
    TrendsSettings,
    WorkerSettings,
)
from streams.settings.variants import VariantSettings, others_than

PREFIX = "PENCHANT_"
DELIMITER = "__"
FILE = "penchant.toml"


class Settings(BaseSettings):
    """All settings: PENCHANT_KAFKA__BOOTSTRAP sets kafka.bootstrap; a penchant.toml beside you is read too."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=DELIMITER, toml_file=FILE, frozen=True, extra="forbid"
    )

    app: TopicName = Field("penchant", description="The consumer group, and the prefix of changelogs and transactions.")
    kafka: KafkaSettings = KafkaSettings()
    topics: TopicSettings = TopicSettings()
    metrics: MetricsSettings = MetricsSettings()
    worker: WorkerSettings = WorkerSettings()
    encoder: EncoderSettings = EncoderSettings()
    trends: TrendsSettings = TrendsSettings()
    interests: InterestOptions = InterestOptions()
    ranking: RankingOptions = RankingOptions()
    variants: Annotated[
        dict[str, VariantSettings], Form("a table by name of a share from 0 to 1 and of settings of ranking")
    ] = Field(
        {},
        description="Variants of ranking that shares of the users get, to be compared; put new ones behind the others.",
    )

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

    @field_validator("interests", "ranking", "variants", mode="before")
    @classmethod
    def _decode_json(cls, given: object) -> object:
        """Lists and tables of these sections too may be JSON; pydantic-settings decodes it in its own models only."""
        return _from_json(given) if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        if self.trends.flush_interval >= self.worker.transaction_timeout:
            raise ValueError("trends.flush_interval is below worker.transaction_timeout")
        return self

    @model_validator(mode="after")
    def _check_variants(self) -> Self:
        others_than(self.ranking, self.variants)
        return self

    @cached_property
    def ranking_variants(self) -> tuple[Variant, ...]:
        """The variants of ranking beside the base, which is the section ranking itself."""
        return others_than(self.ranking, self.variants)

    @cached_property
    def shortest_list(self) -> int:
        """How long the lists of the variant with the shortest ones are."""
        return min(options.length for options in (self.ranking, *(one.options for one in self.ranking_variants)))

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


def _from_json(given: object) -> object:
    if isinstance(given, dict):
        return {name: _from_json(value) for name, value in given.items()}
    if not isinstance(given, str) or not given.lstrip().startswith(("{", "[")):
        return given
    try:
        return json.loads(given)
    except ValueError:
        return given
