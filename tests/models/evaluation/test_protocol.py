"""The protocol: what is foretold, on which part, and what competes with the right item."""

import numpy as np

from models.evaluation.protocol import COLD, HISTORY, histories_of, targets_of
from models.evaluation.ranks import ranks_of
from tests.models.evaluation.logs import log_from, random_acts

ACTS = random_acts(400, users=9, items=30)


def test_behaviors_are_in_order_of_time_and_ties_as_they_came():
    log, _ = log_from([("ann", 1, 2.0), ("bob", 2, 1.0), ("ann", 3, 1.0)])
    assert [behavior.item_id for behavior in log.behaviors] == ["item-2", "item-3", "item-1"]
    assert log.items.tolist() == [2, 3, 1]
    assert [log.owners[user] for user in log.users] == ["bob", "ann", "ann"]


def test_a_target_has_a_history_of_five_and_a_new_item_in_the_last_two_fifths():
    log, _ = log_from(ACTS, items=30)
    targets = targets_of(log, histories_of(log))
    right = []
    for place in range(int(0.6 * len(log)), len(log)):
        before = [log.items[k] for k in range(place) if log.users[k] == log.users[place]]
        if len(before) >= HISTORY and log.items[place] not in before:
            right.append(place)
    assert targets.events.tolist() == right
    assert targets.of == len(right) > 20
    assert targets.test.tolist() == [place >= 0.8 * len(log) for place in right]
    assert targets.cold.tolist() == [(log.items[:place] == log.items[place]).sum() < COLD for place in right]


def test_a_limit_leaves_evenly_chosen_targets():
    log, _ = log_from(ACTS, items=30)
    everything = targets_of(log, histories_of(log))
    few = targets_of(log, histories_of(log), limit=10)
    stride = -(-everything.of // 10)
    assert few.events.tolist() == everything.events[::stride].tolist()
    assert len(few.events) <= 10
    assert few.of == everything.of


def test_candidates_leave_out_what_was_had_and_other_items_of_the_same_moment():
    log, catalog = log_from(
        [("ann", 0, 1), ("bob", 1, 1), ("ann", 2, 2), ("ann", 3, 3), ("ann", 4, 3), ("ann", 5, 3), ("ann", 6, 4)]
    )
    vectors = np.ones((8, 1), np.float32)
    vectors[[0, 2, 3, 5]] = 2.0
    event = np.array([4])
    found = ranks_of(np.ones((1, 1), np.float32), vectors, log, histories_of(log), event)
    assert found.shown[0].tolist() == [1, 4, 6, 7, -1, -1, -1, -1, -1, -1]
    assert found.ranks.tolist() == [2.5]
    assert len(catalog) == 8


def test_ranks_are_those_of_a_full_sort_among_the_candidates():
    log, _ = log_from(ACTS, items=30)
    histories = histories_of(log)
    events = targets_of(log, histories).events
    chance = np.random.default_rng(1)
    queries = chance.integers(-2, 3, (len(events), 3)).astype(np.float32)
    vectors = chance.integers(-2, 3, (30, 3)).astype(np.float32)
    found = ranks_of(queries, vectors, log, histories, events)
    for number, event in enumerate(events.tolist()):
        scores = vectors @ queries[number]
        mine = log.users == log.users[event]
        had = set(log.items[mine & (log.at <= log.at[event])].tolist()) - {int(log.items[event])}
        left = [row for row in range(30) if row not in had]
        own = scores[log.items[event]]
        greater = sum(scores[row] > own for row in left)
        equal = sum(scores[row] == own for row in left)
        assert found.ranks[number] == 1 + greater + (equal - 1) / 2
        best = sorted(left, key=lambda row: (-scores[row], row))[:10]
        assert [row for row in found.shown[number].tolist() if row >= 0] == best
