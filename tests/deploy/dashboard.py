"""Dashboard: the panels of Grafana's file and what each asks of Prometheus."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.deploy.files import DASHBOARD

NAME = re.compile(r"\b(?:(?:penchant|process|python)_\w+|up\b)")
VARIABLE = re.compile(r"\$\w+|\$\{[^}]*\}")


@dataclass(frozen=True)
class Query:
    """One expression of a panel, its variables still in it; legend: the template of its series' names."""

    panel: str
    expression: str
    legend: str

    def __str__(self) -> str:
        return f"{self.panel}: {self.expression}"

    def asked(self, interval: str) -> str:
        """The expression as Grafana would ask it with all processes chosen."""
        values = {"$job": ".*", "$instance": ".*", "$__rate_interval": interval, "$__range": "5m"}
        return VARIABLE.sub(lambda found: values[found[0]], self.expression)

    def legend_labels(self) -> set[str]:
        """The labels that the legend shows."""
        return set(re.findall(r"\{\{(\w+)\}\}", self.legend))


def board() -> dict[str, Any]:
    """The dashboard as it lies in the file."""
    found: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return found


def panels() -> list[dict[str, Any]]:
    """The panels that show data."""
    return [panel for panel in board()["panels"] if panel["type"] != "row"]


def queries() -> list[Query]:
    """Every expression of every panel."""
    return [
        Query(panel["title"], target["expr"], target["legendFormat"])
        for panel in panels()
        for target in panel["targets"]
    ]


def metric_names(expression: str) -> set[str]:
    """The metrics that an expression reads."""
    return set(NAME.findall(expression))
