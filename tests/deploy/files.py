"""Files that are deployed, as tests read them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
PROMETHEUS = ROOT / "deploy" / "prometheus" / "prometheus.yml"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
GRAFANA = ROOT / "deploy" / "grafana"
DASHBOARD = GRAFANA / "dashboards" / "penchant.json"
RULES = ROOT / "deploy" / "rules" / "rules.yml"
DOCKERFILES = tuple(sorted((ROOT / "deploy" / "docker").glob("*.Dockerfile")))


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile, its lines joined."""

    name: str
    rest: str


def compose() -> dict[str, Any]:
    """The compose file, its anchors and merges resolved."""
    return load(COMPOSE)


def load(path: Path) -> dict[str, Any]:
    """A YAML file."""
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def alert_expressions() -> dict[str, str]:
    """The expression of each alert, by its name."""
    return {rule["alert"]: rule["expr"] for group in load(ALERTS)["groups"] for rule in group["rules"]}


def instructions(dockerfile: Path) -> list[Instruction]:
    """The instructions of a Dockerfile, comments left out."""
    text = "\n".join(line for line in dockerfile.read_text().splitlines() if not line.startswith("#"))
    lines = text.replace("\\\n", "").splitlines()
    return [Instruction(*re.split(r"\s+", line, maxsplit=1)) for line in lines if line]
