"""The dashboard holds together: Grafana finds it and its data, panels do not overlap and say what they show."""

from itertools import combinations
from typing import Any

import pytest

from tests.deploy.dashboard import Query, board, panels, queries
from tests.deploy.files import GRAFANA, PROMETHEUS, compose, load

UNITS = {"s", "bytes", "ops", "short", "percentunit"}


def test_the_dashboard_asks_the_data_source_that_is_provisioned() -> None:
    (source,) = load(GRAFANA / "provisioning" / "datasources" / "prometheus.yml")["datasources"]
    askers = [*panels(), *board()["templating"]["list"], *(t for panel in panels() for t in panel["targets"])]
    assert {asker["datasource"]["uid"] for asker in askers} == {source["uid"]}
    assert source["url"] == "http://prometheus:9090"
    assert source["jsonData"]["timeInterval"] == load(PROMETHEUS)["global"]["scrape_interval"]


def test_grafana_finds_the_dashboard_where_compose_mounts_it() -> None:
    (provider,) = load(GRAFANA / "provisioning" / "dashboards" / "penchant.yml")["providers"]
    grafana = compose()["services"]["grafana"]
    mounts = [volume.split(":") for volume in grafana["volumes"]]
    assert ["./deploy/grafana/dashboards", provider["options"]["path"], "ro"] in mounts
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{provider['options']['path']}/penchant.json"


def test_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    everything = board()["panels"]
    assert len({panel["id"] for panel in everything}) == len(everything)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in everything)
    overlapping = [(a["title"], b["title"]) for a, b in combinations(everything, 2) if overlap(a, b)]
    assert overlapping == []


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two panels cover the same place."""
    a, b = one["gridPos"], other["gridPos"]
    return (
        a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]
    )


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_says_what_it_shows_and_in_which_unit(panel: dict[str, Any]) -> None:
    assert panel["description"]
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


@pytest.mark.parametrize("query", queries(), ids=str)
def test_a_query_has_a_legend_and_follows_the_variables(query: Query) -> None:
    assert query.legend
    assert query.expression.count('job=~"$job"') == query.expression.count('instance=~"$instance"') > 0
