"""The benchmark measures what it says: all variants do the same work, and the table has every number."""

from collections.abc import Iterator
from typing import get_args

import numpy as np
import pytest

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.kernels import Columns
from models.interests.options import InterestOptions
from models.interests.records import interest_records
from models.interests.update import admit_and_apply, rules_of
from models.ranking.options import RankingOptions
from schemas.behaviors import TYPE_CODES, Behavior, BehaviorType, encode_behavior
from schemas.ids import fingerprint
from schemas.interests import decode_interest_record
from schemas.items import ItemVector
from schemas.rows.keys import owner_prefix
from schemas.vectors import to_bytes
from tests.bench.__main__ import VARIANTS
from tests.bench.one_user import OneUser
from tests.bench.plan import settings_of
from tests.bench.report import report, stage_table
from tests.bench.session import Session
from tests.bench.workload import ENCODER, behaviors, unit_vectors
from tests.kafka.topics import read_all

EVENTS = 400


@pytest.mark.kafka
def test_all_variants_apply_each_behavior_once_and_the_table_has_every_number(kafka: str) -> None:
    session = Session(kafka, EVENTS)
    session.prepare()
    results, counts = [], []
    for variant in VARIANTS:
        plan = session.plan(variant, EVENTS, profile=variant == "worker")
        results.append(session.run(plan))
        counts.append(behaviors_by_user(kafka, settings_of(plan).topics.interests))
        session.drop(plan)
    assert [result.behaviors for result in results] == [EVENTS] * len(VARIANTS)
    assert sum(counts[0].values()) == EVENTS
    assert all(count == counts[0] for count in counts)
    assert all(result.cpu > 0 and result.wall > 0 and result.written for result in results)

    recoveries = session.recover(200, 2)
    assert recoveries.users == 200 and recoveries.rows > 200 and len(recoveries.walls) == 2

    table = report(results, recoveries)
    for name in ("behaviors/s", "CPU per behavior", "stock Faust's over", "the bare loop's", "changelog bytes", "RSS"):
        assert sum(name in line for line in table.splitlines() if line.startswith("|")) == 1, name
    assert "recovery of 200 users" in table and "Target, CPU at most 1/20" in table
    assert "update kernel" in stage_table(results)


def behaviors_by_user(bootstrap: str, topic: str) -> dict[str, int]:
    """How many behaviors the records of each user say were new, which is what the last one says in all."""
    counts: dict[str, int] = {}
    for record in map(decode_interest_record, (found.value or b"" for found in read_all(bootstrap, topic))):
        counts[record.user_id] = counts.get(record.user_id, 0) + record.new_behaviors
        assert counts[record.user_id] == record.behaviors
    return counts


def test_the_stock_agent_writes_the_same_row_and_record_as_the_product() -> None:
    catalog = Catalog()
    for number, vector in enumerate(unit_vectors(300)):
        catalog.put(ItemVector(item_id=f"item-{number:05d}", encoder=ENCODER, vector=to_bytes(vector)))
    options = InterestOptions()
    rules = rules_of(options, RankingOptions().had)
    one = OneUser(catalog, rules, options)
    kept: dict[str, bytes] = {}
    stored: dict[str, dict[bytes, bytes]] = {}
    for behavior in mixed(catalog, 600):
        owner = behavior.owner
        kept[owner], record = one.apply(kept.get(owner, b""), behavior)
        rows = stored.setdefault(owner, {})
        arena = UserArena(1)
        slots = np.array([arena.load(owner, rows.items())]) if rows else arena.add([owner])
        admit_and_apply(arena, columns_of(catalog, slots, behavior), np.ones(1, np.bool_), rules)
        assert decode_interest_record(record) == decode_interest_record(
            interest_records(arena, slots, catalog.encoder, options)[0]
        )
        for key, row in arena.take_rows(slots):
            if row is None:
                del rows[key]
            else:
                rows[key] = row
        start = len(owner_prefix(owner))
        assert kept[owner] == b"".join(rows[key] for key in sorted(rows, key=lambda key: key[start:]))


def mixed(catalog: Catalog, count: int) -> Iterator[Behavior]:
    """Behaviors of all types, some late, of five users."""
    rng = np.random.default_rng(4)
    types = rng.choice(get_args(BehaviorType), count).tolist()
    for number, name in enumerate(types):
        yield Behavior(
            event_id=f"e{number}",
            type=name,
            occurred_at=1_700_000_000_000 + int(number * 60_000 - rng.integers(0, 10) * 600_000),
            user_id=f"u{rng.integers(0, 5)}",
            item_id=catalog.ids[rng.integers(0, len(catalog.ids))],
        )


def columns_of(catalog: Catalog, slots: np.ndarray, behavior: Behavior) -> Columns:
    """One behavior as columns."""
    row = catalog.rows[behavior.item_id or ""]
    return Columns(
        slots,
        np.array([TYPE_CODES[behavior.type]], np.uint8),
        np.array([behavior.at]),
        np.array([fingerprint(behavior.event_id)], np.uint64),
        catalog.prints[row : row + 1],
        catalog.vectors,
        np.array([row]),
    )


def test_behaviors_have_240_bytes_of_json_and_ids_of_their_own() -> None:
    found = list(behaviors(2_000, 1_800_000_000_000))
    assert round(float(np.mean([len(encode_behavior(one)) for one in found]))) == 240
    assert len({one.event_id for one in found}) == len(found)
    assert len({one.owner for one in found}) < len(found)
