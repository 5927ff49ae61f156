"""Demo setup: the settings that make a demo of it, for this process, for its children and for whoever looks on."""

import json
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.apps.demo.options import DemoOptions
from streams.settings import Settings, TopicSettings, load_settings

EMBEDDED_PARTITIONS = 16
REAL_PARTITIONS = 4
LOOPBACK = "127.0.0.1"

Flags = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class DemoSetup:
    """Settings of a demo. environment: the same as variables for its processes.

    client_environment: the variables that other commands need to find the demo's Kafka and topics.
    """

    settings: Settings
    environment: Mapping[str, str]
    client_environment: Mapping[str, str]


def embedded_setup(options: DemoOptions, folder: Path, bootstrap: str) -> DemoSetup:
    """A demo on the embedded broker, with the topics' usual names."""
    kafka = {"bootstrap": bootstrap, "embedded": True, "client": {"security.protocol": "plaintext"}}
    return _setup(options, folder, {"kafka": kafka}, {"partitions": EMBEDDED_PARTITIONS, "replication": 1}, None)


def real_setup(options: DemoOptions, folder: Path, bootstrap: str, app: str) -> DemoSetup:
    """A demo on a real Kafka: the names of topics, groups and transactional ids all begin with `app`."""
    topics = {name: f"{app}.{topic}" for name, topic in TopicSettings().model_dump().items() if isinstance(topic, str)}
    kafka = {"bootstrap": bootstrap, "embedded": False}
    return _setup(options, folder, {"kafka": kafka, "topics": topics}, {"partitions": REAL_PARTITIONS}, app)


def _setup(options: DemoOptions, folder: Path, where: Flags, made: dict[str, int], app: str | None) -> DemoSetup:
    """The setup. Args: where: how to find Kafka and the topics. made: how the topics are made."""
    worker_port, encoder_port = _free_ports(2)
    flags: Flags = {
        **where,
        "topics": {**where.get("topics", {}), **made},
        "metrics": {"host": LOOPBACK},
        "worker": {"data": str(folder / "worker"), "metrics_port": worker_port},
        "encoder": {
            "data": str(folder / "encoder"),
            "model": "fake" if options.fake_encoder else "minilm",
            "metrics_port": encoder_port,
        },
    }
    settings = load_settings(**flags)
    named = {} if app is None else {"PENCHANT_APP": app}
    if app is not None:
        settings = settings.model_copy(update={"app": app})
    looking = environment_of(where) | named
    if not load_settings().kafka.client:
        looking.pop("PENCHANT_KAFKA__CLIENT", None)
    return DemoSetup(settings, environment_of(flags) | named, looking)


def environment_of(flags: Flags) -> dict[str, str]:
    """Settings as environment variables."""
    return {
        f"PENCHANT_{section}__{name}".upper(): value if isinstance(value, str) else json.dumps(value)
        for section, values in flags.items()
        for name, value in values.items()
    }


def _free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody listens on now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
