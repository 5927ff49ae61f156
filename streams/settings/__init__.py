"""Settings: every knob in one typed place, from flags, the environment (PENCHANT_…) and a TOML file."""

from streams.settings.loading import SettingsProblem, load_settings
from streams.settings.sections import (
    EncoderSettings,
    KafkaSettings,
    MetricsSettings,
    Section,
    TopicSettings,
    WorkerSettings,
)
from streams.settings.settings import Settings, dead_letters_of

__all__ = [
    "EncoderSettings",
    "KafkaSettings",
    "MetricsSettings",
    "Section",
    "Settings",
    "SettingsProblem",
    "TopicSettings",
    "WorkerSettings",
    "dead_letters_of",
    "load_settings",
]
