"""Prometheus, as deployed, watches a real worker and a real encoder: every panel has data, every alert is answered."""

import json
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.chaos.deployment import Deployment
from tests.deploy.dashboard import Query, board, metric_names, queries
from tests.deploy.files import alert_expressions
from tests.deploy.prometheus import Prometheus, Series
from tests.http import get
from tests.kafka.broker import free_port
from tests.kafka.topics import produce

pytestmark = pytest.mark.kafka

LIMIT = 60.0
START = 180.0  # for processes that may have to compile their kernels, on a machine that is busy with other things
INTERVAL = "10s"
SINCE = 5  # an item is seen so many rounds after it came, when it is in the catalog
USERS = ("ada", "bea", "cleo", "dora")


class Watched:
    """A worker, an encoder, a shop's traffic, and the Prometheus that watches them."""

    def __init__(self, deployment: Deployment, prometheus: Prometheus) -> None:
        self.deployment = deployment
        self.prometheus = prometheus
        self.topics = deployment.settings.topics
        self.sent = 0

    def wait(self, condition: Callable[[], Any], deadline: float, what: str) -> Any:
        """The first true value of the condition, while behaviors flow."""

        def flowing() -> Any:
            self.flow()
            return condition()

        return self.deployment.wait(flowing, deadline, what, 0.5)

    def flow(self) -> None:
        """A new item, views of one a little older, one of them sent twice, a search by text, and no behavior at all."""
        self.sent += 1
        item = {"id": f"item-{self.sent}", "title": f"red tin lamp number {self.sent}"}
        seen = f"item-{max(1, self.sent - SINCE)}"
        views = [behavior(user, f"view-{user}-{self.sent}", "view", item_id=seen) for user in USERS]
        search = behavior("ada", f"search-{self.sent}", "search", text=f"lamp for room {self.sent}")
        self.produce(self.topics.items, (item["id"], item))
        self.produce(self.topics.clickstream, *views, views[0], search)
        produce(self.deployment.settings.kafka.bootstrap, self.topics.clickstream, [(b"ada", b"{no JSON")])

    def produce(self, topic: str, *records: tuple[str, dict[str, Any]]) -> None:
        """Sends records as JSON."""
        found = [(key.encode(), json.dumps(value).encode()) for key, value in records]
        produce(self.deployment.settings.kafka.bootstrap, topic, found)


def behavior(user: str, event_id: str, kind: str, **more: str) -> tuple[str, dict[str, Any]]:
    """A behavior that happens now, with its key."""
    moment = int(time.time() * 1000)
    return user, {"event_id": event_id, "user_id": user, "type": kind, "occurred_at": moment} | more


@pytest.fixture(scope="module")
def watched(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Both processes, ready, and seen to be so by Prometheus."""
    folder: Path = tmp_path_factory.mktemp("watched")
    ports = {"worker": free_port(), "encoder": free_port()}
    more = {name: {"metrics_port": port} for name, port in ports.items()}
    targets = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    with Deployment(kafka, folder / "shop", more) as deployment:
        deployment.worker("worker").start()
        deployment.encoder().start()
        with Prometheus(folder, targets) as prometheus:
            watched = Watched(deployment, prometheus)
            watched.wait(lambda: both_ready(prometheus), START, "Prometheus sees a ready worker and encoder")
            yield watched
        assert deployment.deaths() == {}


def both_ready(prometheus: Prometheus) -> bool:
    """Whether a worker and an encoder say that they are ready."""
    return {one.labels["job"] for one in prometheus.query("penchant_ready == 1")} == {"worker", "encoder"}


def test_every_query_of_the_dashboard_returns_data_with_the_labels_of_its_legend(watched: Watched) -> None:
    lacking = queries()
    assert lacking

    def all_answered() -> bool:
        lacking[:] = [query for query in lacking if not answers(watched.prometheus, query)]
        return not lacking

    try:
        watched.wait(all_answered, LIMIT, "every query returns data")
    except AssertionError as error:
        error.add_note("no data for\n" + "\n".join(str(query) for query in lacking))
        raise


def answers(prometheus: Prometheus, query: Query) -> bool:
    """Whether a query returns numbers, each under every label that the legend shows."""
    series: list[Series] = prometheus.query(query.asked(INTERVAL))
    labelled = all(query.legend_labels() <= one.labels.keys() for one in series)
    return labelled and any(math.isfinite(one.value) for one in series)


def test_the_variables_of_the_dashboard_offer_both_processes(watched: Watched) -> None:
    offered = {
        variable["name"]: {one.labels[variable["name"]] for one in watched.prometheus.query("penchant_build_info")}
        for variable in board()["templating"]["list"]
    }
    assert offered["job"] == {"worker", "encoder"}
    assert len(offered["instance"]) == 2


def test_every_alert_is_evaluated_and_only_that_of_dead_letters_fires(watched: Watched) -> None:
    for expression in alert_expressions().values():
        watched.prometheus.query(expression)

    def firing() -> set[str]:
        rules = [rule for group in watched.prometheus.ask("rules")["groups"] for rule in group["rules"]]
        assert {rule["name"] for rule in rules} == alert_expressions().keys()
        assert [rule["lastError"] for rule in rules if rule["health"] == "err"] == []
        return {rule["name"] for rule in rules if rule["state"] == "firing"}

    watched.wait(firing, LIMIT, "the alert of dead letters fires")
    assert firing() == {"PenchantDeadLetters"}


def test_every_metric_of_dashboard_and_alerts_is_served(watched: Watched) -> None:
    expressions = [*(query.expression for query in queries()), *alert_expressions().values()]
    wanted = set().union(*(metric_names(expression) for expression in expressions))
    targets = [target["scrapeUrl"] for target in watched.prometheus.ask("targets")["activeTargets"]]
    served = set().union(*(served_names(get(target)[1]) for target in targets), {"up"})
    assert wanted - served == set()


def served_names(page: str) -> set[str]:
    """The metrics that a page of a process declares, whether or not they have values yet."""
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    return {
        family.name + ending
        for family in text_string_to_metric_families(page)
        for ending in endings.get(family.type, ("",))
    }
