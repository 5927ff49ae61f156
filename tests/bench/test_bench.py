"""The benchmark measures what it says: all variants do the same work, and the table has every number."""

from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import numpy as np
import pytest

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.records import RecordWriter
from models.interests.update import admit_and_apply
from models.step import StepOptions, receive
from schemas.behaviors import Behavior, BehaviorType, Context, encode_behavior
from schemas.interests import decode_interest_record
from schemas.rows import keys
from schemas.rows.keys import owner_prefix
from tests.bench.__main__ import VARIANTS
from tests.bench.kernel import acts, crowd, kernel_laws, slow_steps, slow_users
from tests.bench.one_user import OneUser
from tests.bench.plan import settings_of
from tests.bench.report import report, stage_table
from tests.bench.session import Session
from tests.bench.workload import behaviors, catalog_items
from tests.kafka.topics import read_all

EVENTS = 400
ORDER = [keys.HEAD, keys.FEEDBACK, keys.RING, keys.INTEREST, keys.SEEN]
CONTEXTS = (None, Context(device="mobile", time_zone="America/Lima"), Context(device="desktop"), Context(device="tv"))


@pytest.mark.kafka
@pytest.mark.timeout(900)
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

    costs = session.costs(EVENTS, 2)
    assert len(costs.kernel) == len(costs.slow) == len(costs.step) == 2
    assert 0 < costs.state <= costs.largest_state <= 4096

    table = report(results, recoveries, costs)
    names = ["behaviors/s", "CPU per behavior", "stock Faust's over", "the bare loop's", "changelog bytes", "RSS"]
    for name in [
        *names,
        "interest kernels",
        "plain numpy",
        "step to rows, without Kafka",
        "publishing a record",
        "bytes of state",
    ]:
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


def test_the_stock_agent_writes_the_same_rows_and_record_as_the_product() -> None:
    catalog, options = Catalog(), StepOptions()
    for item in catalog_items(300):
        catalog.put(item)
    one, writer, arena = OneUser(catalog, options), RecordWriter(catalog, options.interests), UserArena(1)
    kept: dict[str, bytes] = {}
    stored: dict[str, dict[bytes, bytes]] = {}
    for behavior in mixed(catalog, 600):
        owner = behavior.owner
        kept[owner], record = one.apply(kept.get(owner, b""), behavior)
        rows = stored.setdefault(owner, {})
        slots = np.array([arena.load(owner, rows.items())]) if rows else arena.add([owner])
        receive(arena, catalog, slots, [behavior], np.array([behavior.at]), options)
        assert_alike(decode_interest_record(record), decode_interest_record(writer.write(arena, slots)[0]))
        for key, row in arena.take_rows(slots):
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
        arena.evict(slots)
        start = len(owner_prefix(owner))
        ordered = sorted(rows, key=lambda key: (ORDER.index(key[start : start + 1]), key[start + 1 :]))
        assert kept[owner][1:] == b"".join(rows[key] for key in ordered)
    assert one.arena.learned.tobytes() == arena.learned.tobytes()


def assert_alike(one: Any, other: Any) -> None:
    """Equal, but for the last digits of floats."""
    if isinstance(one, msgspec.Struct):
        one, other = (msgspec.structs.astuple(side) for side in (one, other))
    if isinstance(one, tuple):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_alike(left, right)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-6, abs=1e-6)
    else:
        assert one == other


def test_the_slow_way_of_the_kernels_does_the_same() -> None:
    laws = kernel_laws()
    arena, columns = crowd(20, laws), acts(20, 400, 5)
    users, learned = slow_users(arena, columns)
    slow_steps(users, learned, columns, laws)
    assert admit_and_apply(arena, columns, np.ones(400, np.bool_), laws).all()
    np.testing.assert_allclose(arena.learned["theta"][0], learned.theta, rtol=1e-6)
    for slot, user in users.items():
        meta = arena.meta[slot]
        assert (meta["behaviors"] > 0).all()
        np.testing.assert_allclose(meta["mass"], user.masses, rtol=1e-5)
        np.testing.assert_allclose(meta["turned"], user.turned, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(arena.directions[slot], user.directions, atol=1e-4)


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
            item_ids=tuple(catalog.ids[row] for row in range(number % 10)) if name == "impression" else (),
            value=float(number % 12) if name == "dwell" else None,
            context=CONTEXTS[number % len(CONTEXTS)],
        )


def test_behaviors_have_240_bytes_of_json_and_ids_of_their_own() -> None:
    found = list(behaviors(2_000, 1_800_000_000_000))
    assert round(float(np.mean([len(encode_behavior(one)) for one in found]))) == 240
    assert len({one.event_id for one in found}) == len(found)
    assert len({one.owner for one in found}) < len(found)
