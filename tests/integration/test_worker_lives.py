"""Workers that stop and start again: on their disk, on an empty one, and where the log has lost what was not read."""

import re
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.rows.keys import POSITIONS_KEY
from streams.kafka.transactions import TransactionalProducer
from streams.settings import WorkerSettings
from streams.state.store import LocalStore
from tests.chaos.deployment import PARTITIONS, Deployment
from tests.chaos.evidence import gather
from tests.chaos.processes import Member
from tests.integration.conftest import Open
from tests.integration.shop import NOON, Shop, behavior, served
from tests.kafka.waiting import wait_until

pytestmark = pytest.mark.kafka

ITEMS = ("lamp", "lantern", "candle", "clock", "bird", "heart")


def test_a_behavior_waits_for_its_item_also_across_a_restart(open_shop: Open) -> None:
    shop = open_shop()
    worker = started(shop)
    shop.send(behavior("ann", "a1", "view", "novelty"), behavior("ann", "a2", "view", "lamp"))
    assert shop.record("ann").behaviors == 1
    assert worker.leave() == 0
    assert len(gather(shop.deployment).waiting) == 1
    worker.start()
    served(shop.deployment, worker)
    shop.stock({"novelty": "glass novelty"})
    record = shop.record("ann", 2)
    assert record.new_behaviors == 1
    assert gather(shop.deployment).waiting == []


def test_a_partition_is_not_served_while_a_transaction_is_open_in_its_changelog(open_shop: Open) -> None:
    """The next commit of its owner would also commit what hangs there."""
    shop = open_shop()
    deployment = shop.deployment
    changelog = deployment.settings.users_changelog
    other = TransactionalProducer(deployment.settings.kafka, f"{deployment.settings.app}.stranger", 60.0)
    other.fence()
    other.begin()
    other.produce(changelog, 0, b"row", b"of a transaction that has not ended")
    wait_until(lambda: deployment.glimpse(changelog, "read_uncommitted"), 30, "the row has reached the changelog")
    worker = deployment.worker("a")
    worker.start()
    served(deployment, worker, PARTITIONS - 1)
    assert not [line for line in worker.running.events("recovered") if "store=users partition=0" in line]
    other.abort()
    served(deployment, worker)


def test_a_worker_that_is_asked_to_stop_drains_and_one_on_its_disk_replays_nothing(open_shop: Open) -> None:
    shop = open_shop()
    worker = started(shop)
    send_many(shop, 2_000)
    shop.deployment.wait(lambda: shop.deployment.glimpse(shop.topics.interests), 30, "records come")
    assert worker.leave() == 0
    worker.start()
    served(shop.deployment, worker)
    assert replayed(worker) == 0
    shop.settled()
    assert sum(int(head["behaviors"]) for head in gather(shop.deployment).heads.values()) == 2_000


@pytest.mark.parametrize("disk", ["lost", "written too long ago"])
def test_what_a_disk_no_longer_tells_comes_back_from_the_changelog(open_shop: Open, disk: str) -> None:
    """A disk older than half the time for which tombstones are kept may hold rows that were deleted since."""
    shop = open_shop({"topics": {"tombstone_retention": 1.0 if disk != "lost" else 1000.0}})
    worker = started(shop)
    send_many(shop, 2_000)
    shop.settled()
    assert worker.leave() == 0
    before = rows_on_disk(shop.deployment.data_of("a"))
    if disk == "lost":
        shop.deployment.wipe("a")
    worker.start()
    served(shop.deployment, worker)
    assert replayed(worker) >= len(before)
    assert worker.leave() == 0
    assert len(before) > 300
    assert rows_on_disk(shop.deployment.data_of("a")) == before


def test_a_second_worker_on_the_same_data_folder_is_refused(open_shop: Open) -> None:
    shop = open_shop()
    first = started(shop)
    second = shop.deployment.worker("b")
    second.environment = first.environment
    second.start()
    second.wanted = False
    wait_until(lambda: second.running.exit_code is not None, 60, "the second worker ends")
    assert second.running.exit_code != 0
    assert "in use by another process: give each worker its own" in second.tail(20)
    shop.send(behavior("ann", "a1", "view", "lamp"))
    assert shop.record("ann").behaviors == 1


def test_users_that_do_not_fit_into_memory_fare_as_those_that_do(open_shop: Open, kafka: str, tmp_path: Path) -> None:
    small = open_shop({"worker": {"arena_bytes": 1 << 24}})
    with Deployment(kafka, tmp_path / "large") as roomy:
        large = Shop(roomy)
        shops = (small, large)
        large.stock({"lamp": "red tin lamp", "bird": "paper bird"})
        workers = [started(shop) for shop in shops]
        for round_number in range(3):
            for shop in shops:
                send_round(shop, 4_000, round_number)
            for shop in shops:
                shop.settled()
        assert [worker.leave() for worker in workers] == [0, 0]
        heads = [gather(shop.deployment).heads for shop in shops]
    assert len(heads[0]) == 4_000
    assert {name: head.tobytes() for name, head in heads[0].items()} == {
        name: head.tobytes() for name, head in heads[1].items()
    }


def test_a_worker_refuses_to_pass_over_what_was_deleted_unread_until_told_to(open_shop: Open) -> None:
    shop = open_shop()
    worker = started(shop)
    shop.send(behavior("ann", "a1", "view", "lamp"))
    shop.record("ann")
    shop.settled()
    assert worker.leave() == 0
    send_many(shop, 400)
    delete_records(shop)
    worker.start()
    worker.wanted = False
    wait_until(lambda: worker.running.exit_code is not None, 60, "the worker stops")
    assert worker.running.exit_code == 70
    assert re.search(r"up to \d+ behaviors were deleted by retention before they were read", worker.tail(20))
    accept_loss(shop, worker)
    worker.start()
    served(shop.deployment, worker)
    shop.send(behavior("ann", "a2", "view", "bird"))
    assert shop.record("ann", 2).new_behaviors == 1


# -- helpers


def started(shop: Shop) -> Member:
    """Worker `a` of the shop, serving all partitions."""
    worker = shop.deployment.worker("a")
    worker.start()
    served(shop.deployment, worker)
    return worker


def send_many(shop: Shop, count: int) -> None:
    """Sends that many behaviors of 100 users."""
    shop.send(
        *(
            behavior(f"user-{n % 100}", f"many-{n}", "view", ITEMS[n % len(ITEMS)], occurred_at=NOON + n)
            for n in range(count)
        )
    )


def send_round(shop: Shop, users: int, number: int) -> None:
    """Sends one behavior of each of many users."""
    item = ("lamp", "bird", "lamp")[number]
    shop.send(*(behavior(f"user-{n}", f"{n}-{number}", "view", item, occurred_at=NOON + number) for n in range(users)))


def replayed(worker: Member) -> int:
    """How many records of the users' changelog the worker has replayed at its last start."""
    lines = [line for line in worker.running.events("recovered") if "store=users" in line]
    return sum(int(re.search(r"replayed=(\d+)", line)[1]) for line in lines)  # type: ignore[index]


def rows_on_disk(data: Path) -> dict[tuple[int, bytes], bytes]:
    """All rows of the users store, save the positions, which count flushes."""
    rows = {}
    for partition in range(PARTITIONS):
        store = LocalStore(data / "users" / str(partition))
        rows |= {(partition, key): row for key, row in store.scan(b"") if key != POSITIONS_KEY}
        store.close()
    return rows


def delete_records(shop: Shop) -> None:
    """Deletes all that the clickstream holds, as retention would."""
    ends = shop.deployment.ends([shop.topics.clickstream])
    admin = AdminClient({"bootstrap.servers": shop.bootstrap})
    for future in admin.delete_records([TopicPartition(*place, end) for place, end in ends.items()]).values():
        future.result(30)


def accept_loss(shop: Shop, worker: Member) -> None:
    """Tells the worker that the loss is accepted."""
    settings = shop.deployment.settings.worker
    accepted = WorkerSettings(**(settings.model_dump() | {"data": shop.deployment.data_of("a"), "accept_loss": True}))
    worker.environment = {**worker.environment, "PENCHANT_WORKER": accepted.model_dump_json()}
