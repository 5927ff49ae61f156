"""penchant doctor: looks at everything that Penchant needs, and says what to do about what is wrong."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

from streams.apps.doctor import behaviors, broker, groups, letters, machine, rights, rules, topics, transactions
from streams.apps.doctor.cluster import Cluster, UntoldError
from streams.apps.doctor.finding import Finding
from streams.apps.operators import explanation
from streams.kafka.client import reason
from streams.settings import Settings

Check = tuple[str, Callable[[Any], Finding]]

HERE: tuple[Check, ...] = (
    ("programs", machine.programs),
    ("encoder model", machine.encoder_model),
    ("worker.data", machine.worker_data),
    ("encoder.data", machine.encoder_data),
    ("memory", machine.memory),
    ("worker.rules", rules.rules),
)
THERE: tuple[Check, ...] = (
    ("broker", broker.broker),
    ("versions", broker.reader),
    ("topics", topics.topics),
    ("partitions", topics.partitions),
    ("cleanup policies", topics.cleanup),
    ("topic settings", topics.configuration),
    ("worker's rights", rights.worker_rights),
    ("encoder's rights", rights.encoder_rights),
    ("transactions", transactions.transactions),
    ("clocks", transactions.clocks),
    ("behaviors", behaviors.readable),
    ("partitioner", behaviors.partitioner),
    ("event times", behaviors.event_times),
    ("workers", groups.workers),
    ("encoders", groups.encoders),
    ("encoder version", groups.encoder_versions),
    ("dead letters", letters.dead_letters),
)
COLORS = {"ok": "green", "warn": "yellow", "FAIL": "red", "skip": "bright_black"}


def run(read_settings: Callable[[], Settings]) -> int:
    """Prints a line for each check; returns 1 when one fails, else 0."""
    logging.getLogger().addHandler(logging.NullHandler())
    found = [shown(finding) for finding in findings(read_settings)]
    failed = sum(finding.state == "FAIL" for finding in found)
    warned = sum(finding.state == "warn" for finding in found)
    typer.echo(f"{failed} of {len(found)} checks failed, {warned} warned")
    return 1 if failed else 0


def findings(read_settings: Callable[[], Settings]) -> Iterator[Finding]:
    """What the checks find, one after the other; one that cannot be made is a failure, and the others go on."""
    try:
        settings = read_settings()
    except Exception as error:
        yield failure("settings", error)
        return
    yield told(settings)
    for name, check in HERE:
        yield examined(name, check, settings)
    try:
        cluster = Cluster(settings)
    except Exception as error:
        yield failure("broker", error)
        yield Finding(
            "the rest", "skip", f"not asked, since Kafka does not answer: {', '.join(n for n, _ in THERE[1:])}"
        )
        return
    for name, check in THERE:
        yield examined(name, check, cluster)


def examined(name: str, check: Callable[[Any], Finding], subject: Any) -> Finding:
    """What a check finds; a failure with the error named where it cannot be made."""
    try:
        return check(subject)
    except UntoldError as error:
        return Finding(name, "skip", str(error))
    except Exception as error:
        return failure(name, error)


def failure(name: str, error: Exception) -> Finding:
    """The finding for an error: our own say what to do."""
    line = explanation(error)
    if line is not None:
        return Finding(name, "FAIL", line)
    return Finding(name, "FAIL", f"cannot be told ({type(error).__name__}: {reason(error)})")


def told(settings: Settings) -> Finding:
    """Where the settings come from."""
    file = Path(str(Settings.model_config.get("toml_file")))
    read = f"{file} is read" if file.exists() else f"no {file} here"
    kind = ", embedded" if settings.kafka.embedded else ""
    return Finding("settings", "ok", f"app {settings.app}, Kafka at {settings.kafka.bootstrap}{kind}; {read}")


def shown(finding: Finding) -> Finding:
    """Prints a finding, and hands it on."""
    typer.secho(f"{finding.state:4}", fg=COLORS[finding.state], nl=False)
    typer.echo(f"  {finding.line()}")
    return finding
