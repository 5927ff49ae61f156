"""Prometheus' own tool finds the configuration sound, and the alerts firing when they should."""

import subprocess
from pathlib import Path

import pytest

from tests.deploy import prometheus
from tests.deploy.files import ALERTS, PROMETHEUS, alert_expressions
from tests.deploy.prometheus import NoPrometheusError, tool

CASES = Path(__file__).with_name("alerts.yml")


@pytest.mark.parametrize(
    "command",
    [("check", "config", PROMETHEUS), ("check", "rules", ALERTS), ("test", "rules", CASES)],
    ids=["the configuration", "the rules", "what the alerts do"],
)
def test_promtool_finds_no_fault_with(command: tuple[str, str, Path]) -> None:
    done = subprocess.run([tool("promtool"), *map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_has_a_case_in_which_it_fires() -> None:
    cases = CASES.read_text()
    for alert in alert_expressions():
        assert f"alertname: {alert}\n        exp_alerts:\n" in cases


def test_a_machine_without_prometheus_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(prometheus, "CACHE", tmp_path / "cache")
    with pytest.raises(NoPrometheusError, match=r"apt-get install prometheus.*brew install prometheus"):
        tool("prometheus")
