"""The shipped sample: what it holds, that it may be shipped, and that its maker makes it."""

import csv
import gzip
import json
from collections import Counter
from pathlib import Path

from models.samples.make import Purchase, draw_users, make
from models.samples.recording import read_behaviors, read_items
from models.samples.retail import EVENTS, ITEMS, retail_behaviors, retail_items


def test_the_sample_has_about_20_000_purchases_of_whole_histories() -> None:
    behaviors = list(retail_behaviors())
    per_user = Counter(behavior.user_id for behavior in behaviors)
    assert 19_000 <= len(behaviors) <= 20_000
    assert {behavior.type for behavior in behaviors} == {"purchase"}
    assert len({behavior.event_id for behavior in behaviors}) == len(behaviors)
    assert sum(count >= 6 for count in per_user.values()) > 0.9 * len(per_user)


def test_the_sample_lies_in_event_time_order_in_its_file() -> None:
    with gzip.open(EVENTS, "rt", encoding="utf-8") as file:
        times = [row["occurred_at"] for row in csv.DictReader(file)]
    assert times == sorted(times)


def test_every_purchase_is_of_an_item_of_the_shop_and_items_have_titles() -> None:
    items = list(retail_items())
    assert len(items) == len({item.id for item in items}) == 3_659
    assert all(item.title for item in items)
    assert {behavior.item_id for behavior in retail_behaviors()} <= {item.id for item in items}


def test_the_sample_is_attributed_with_author_source_license_and_changes() -> None:
    text = EVENTS.with_name("ATTRIBUTION.md").read_text("utf-8")
    for needed in (EVENTS.name, ITEMS.name, "Chen, Daqing", "UCI", "10.24432/C5BW33", "CC BY 4.0", "What was changed"):
        assert needed in text
    purchases = list(retail_behaviors())
    facts = f"{len(purchases):,} purchases of {len({p.item_id for p in purchases}):,} items"
    assert f"{facts} by {len({p.user_id for p in purchases})} customers" in text


def whole_data_set(folder: Path) -> None:
    events = "".join(
        f"{user},{(user + n) % 3},{1000 + 10 * n + user}.000,{n + 1}.000\n" for user in range(4) for n in range(3)
    )
    (folder / "events.csv.gz").write_bytes(gzip.compress(f"user,item,ts,value\n{events}".encode()))
    items = ({"item": n, "id": f"A{n}", "text": f"Thing {n}", "cats": []} for n in range(3))
    (folder / "items.jsonl").write_text("".join(f"{json.dumps(item)}\n" for item in items), "utf-8")


def test_the_maker_writes_what_the_readers_read_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    whole_data_set(tmp_path)
    once, again = tmp_path / "once", tmp_path / "again"
    for target in (once, again):
        target.mkdir()
        make(tmp_path, target)
    behaviors = read_behaviors(once / EVENTS.name)
    assert Counter(b.user_id for b in behaviors) == {f"customer-{user}": 3 for user in range(4)}
    assert behaviors[0].item_id == "A0"
    assert (behaviors[0].occurred_at, behaviors[0].value) == (1_000_000, 1.0)
    assert [(item.id, item.title) for item in read_items(once / ITEMS.name)] == [
        (f"A{n}", f"Thing {n}") for n in range(3)
    ]
    for name in (EVENTS.name, ITEMS.name):
        assert (once / name).read_bytes() == (again / name).read_bytes()


def test_the_maker_keeps_whole_customers_within_the_limit() -> None:
    purchases = [Purchase(user, item, 0.0, 1.0) for user in range(20) for item in range(user + 1)]
    kept = draw_users(purchases, limit=100)
    total = sum(user + 1 for user in kept)
    assert 0 < total <= 100
    assert total > 80
