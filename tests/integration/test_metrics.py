"""Metrics and readiness of real processes: the numbers agree with the topics, and ready means that it serves."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from schemas.behaviors import encode_behavior
from schemas.items import Item, encode_item
from schemas.recommendations import decode_recommendations
from streams.kafka.transactions import TransactionalProducer
from streams.settings import dead_letters_of
from tests.chaos.deployment import PARTITIONS, Deployment
from tests.http import Scrape, get, scrape
from tests.integration.shop import LIMIT, TITLES, Shop, behavior
from tests.kafka.broker import free_port
from tests.kafka.topics import produce

pytestmark = pytest.mark.kafka

USERS = ("ann", "bob", "cleo", "dora")
BRIEF = 1
LABELS = {
    *("source", "partition", "reason", "store", "stage", "since", "topic", "result", "priority", "process", "version"),
    *("le", "signal", "variant", "implementation", "major", "minor", "patchlevel", "generation"),
}


class Told(NamedTuple):
    """A shop after a few behaviors of every kind, and what its worker and its encoder told."""

    shop: Shop
    worker: Scrape
    encoder: Scrape


@pytest.fixture(scope="module")
def told(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    ports = {"worker": free_port(), "encoder": free_port()}
    more: dict[str, dict[str, Any]] = {name: {"metrics_port": port} for name, port in ports.items()}
    more["variants"] = {"brief": {"share": 0.5, "length": BRIEF}}
    with Deployment(kafka, tmp_path_factory.mktemp("shop"), more) as deployment:
        shop = Shop(deployment)
        shop.stock(TITLES)
        good = [behavior(user, f"{user} {turn}", "view", "lamp") for user in USERS for turn in range(3)]
        shop.send(*good, good[0], behavior("ann", "no item", "view", "not here yet"))
        shop.send(
            behavior("bob", "search", "search", text="red lamp"), behavior("ann", "again", "search", text="red lamp")
        )
        clicks, items = shop.topics.clickstream, shop.topics.items
        produce(kafka, clicks, [(b"ann", b"{"), (b"bob", encode_behavior(good[3])[:-9])])
        produce(kafka, items, [(b"mug", encode_item(Item(id="mug", title="enamel mug"))), (b"bad", b"{")])
        deployment.encoder().start()
        deployment.worker("a").start()

        def everything() -> bool:
            worker, encoder = scraped(ports["worker"]), scraped(ports["encoder"])
            return (
                worker.value("penchant_behaviors_total", source=shop.topics.behaviors_encoded) == 2
                and encoder.value("penchant_answers_total", topic=shop.topics.items_encoded) == 1
                and settled(worker)
                and settled(encoder)
            )

        deployment.wait(everything, LIMIT, "everything is applied and answered", 0.5)
        yield Told(shop, scrape(ports["worker"]), scrape(ports["encoder"]))
        assert deployment.deaths() == {}


def test_what_went_in_is_counted_by_its_source_and_what_was_refused_by_its_reason(told: Told) -> None:
    worker, topics = told.worker, told.shop.topics
    assert worker.value("penchant_behaviors_total", source=topics.clickstream) == 18
    assert worker.value("penchant_duplicates_total") == 1
    assert worker.value("penchant_rejected_total", source=topics.clickstream, reason="SchemaError") == 2
    assert worker.value("penchant_waiting_behaviors") == 1
    assert worker.value("penchant_catalog_items") == len(TITLES) + 1
    assert worker.value("penchant_catalog_records_total", source=topics.items_encoded) == len(TITLES) + 1
    assert worker.value("penchant_batch_records_sum", source=topics.clickstream) == 18


def test_what_came_out_is_counted_as_often_as_it_is_in_the_topics(told: Told) -> None:
    topics = told.shop.topics
    for topic in (topics.interests, topics.recommendations, topics.encode_requests, topics.item_signals):
        assert told.worker.value("penchant_outputs_total", topic=topic) == len(told.shop.deployment.read(topic)) > 0
    for topic in (topics.behaviors_encoded, dead_letters_of(topics.items)):
        assert told.encoder.value("penchant_answers_total", topic=topic) == len(told.shop.deployment.read(topic)) > 0


def test_lists_are_counted_under_the_variant_that_is_on_them(told: Told) -> None:
    topic = told.shop.topics.recommendations
    lists = [decode_recommendations(record.value or b"") for record in told.shop.deployment.read(topic)]
    assert {one.variant for one in lists} == {"default", "brief"}
    for variant, longest in (("default", len(TITLES)), ("brief", BRIEF)):
        own = [one for one in lists if one.variant == variant]
        assert max(len(one.items) for one in own) <= longest
        assert told.worker.value("penchant_shown_lists_total", variant=variant) == len(own)
        assert told.worker.value("penchant_shown_items_total", variant=variant) == sum(len(one.items) for one in own)
        assert told.worker.value("penchant_quality_targets_total", variant=variant) == 0


def test_every_applied_behavior_has_an_age_at_its_commit(told: Told) -> None:
    applied = 3 * len(USERS) + 2
    for since in ("occurred", "appended"):
        assert told.worker.value("penchant_freshness_seconds_count", since=since) == applied
    occurred = told.worker.value("penchant_freshness_seconds_sum", since="occurred")
    appended = told.worker.value("penchant_freshness_seconds_sum", since="appended")
    assert occurred is not None and appended is not None
    assert occurred / applied > 86_400 * 365 > 300 > appended / applied > 0  # they say that they occurred in 2023


def test_state_recovery_and_flushes_are_told_by_store(told: Told) -> None:
    worker = told.worker
    assert worker.value("penchant_arena_users") == len(USERS)
    assert worker.value("penchant_arena_lookups_total", result="new") == len(USERS)
    assert worker.value("penchant_arena_evictions_total") == 0
    assert worker.value("penchant_rebalances_total") == 1
    assert worker.value("penchant_fenced_total") == 0
    assert worker.value("penchant_recovering_partitions") == 0
    for store in ("users", "items"):
        flushes = worker.value("penchant_commit_seconds_count", store=store)
        assert flushes is not None and flushes > 0
        assert worker.value("penchant_flush_rows_count", store=store) == flushes
        assert worker.value("penchant_recovery_seconds_count", store=store) == PARTITIONS
        assert worker.value("penchant_recovery_left_records", store=store, partition="0") == 0
        assert worker.value("penchant_partitions", store=store) == PARTITIONS
        assert (worker.value("penchant_store_rows", store=store) or 0) > 0
        assert (worker.value("penchant_store_bytes", store=store) or 0) > 0
    for stage in ("decode", "apply", "rank", "pack", "commit", "store"):
        assert (worker.value("penchant_stage_seconds_count", stage=stage) or 0) > 0


def test_the_encoder_tells_what_it_encoded_and_what_it_refused(told: Told) -> None:
    encoder, topics = told.encoder, told.shop.topics
    assert encoder.value("penchant_texts_total", result="encoded") == 2
    assert encoder.value("penchant_encode_seconds_count") == encoder.value("penchant_batch_fill_ratio_count")
    assert encoder.value("penchant_rejected_total", source=topics.items, reason="SchemaError") == 1
    assert encoder.value("penchant_queue_records", priority="live") == 0
    assert encoder.value("penchant_queue_records", priority="bulk") == 0


def test_labels_name_no_user_and_no_item(told: Told) -> None:
    for told_by in (told.worker, told.encoder):
        for sample in told_by.samples:
            assert sample.labels.keys() <= LABELS
            assert not {*USERS, *TITLES, "mug", "bad", "not here yet"} & set(sample.labels.values())


def test_a_worker_that_lost_a_partition_is_not_ready_until_it_serves_all_it_has(kafka: str, open_shop) -> None:
    port = free_port()
    shop: Shop = open_shop({"worker": {"metrics_port": port, "fenced_grace": 3.0}})
    deployment = shop.deployment
    worker = deployment.worker("a")
    worker.start()
    seen: list[str] = []

    def ready() -> bool:
        seen.append(page(port))
        return seen[-1] == "ready\n"

    deployment.wait(ready, LIMIT, "the worker is ready", 0.02)
    assert any("not yet" in text for text in seen)
    assert len(worker.running.events("recovered")) == 2 * PARTITIONS
    other = TransactionalProducer(shop.deployment.settings.kafka, f"{deployment.settings.app}.users.0", 10.0)
    other.fence()
    shop.send(behavior("zoe", "z", "view", "lamp"), partition=0)
    lost = "not yet: the group's partitions are recovered\n"
    deployment.wait(lambda: page(port) == lost, LIMIT, "the worker knows that it was fenced", 0.02)
    assert scrape(port).value("penchant_fenced_total") == 1
    deployment.wait(lambda: deployment.deaths() and ready(), LIMIT, "it has started anew and serves again", 0.1)
    assert deployment.deaths() == {"a": {70: 1}}


def settled(told_by: Scrape) -> bool:
    """Whether it reads all its sources' partitions, and has nothing left to read."""
    lags = [sample.value for sample in told_by.samples if sample.name == "penchant_lag_records"]
    return len(lags) >= 2 * PARTITIONS and not any(lags)


def scraped(port: int) -> Scrape:
    """What the process tells, nothing while it does not serve yet."""
    try:
        return scrape(port)
    except OSError:
        return Scrape("")


def page(port: int) -> str:
    """What /readyz says, or that nobody answers."""
    try:
        return get(f"http://127.0.0.1:{port}/readyz")[1]
    except OSError:
        return "no answer"
