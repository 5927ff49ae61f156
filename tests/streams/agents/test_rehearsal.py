"""The rehearsal compiles all that a worker runs."""

import numpy as np

from models.catalog import prints, search
from models.catalog.catalog import Catalog
from models.interests import kernels
from models.interests.arena import UserArena
from models.ranking import scores
from models.step import StepOptions, interest_records, receive, recommend
from schemas.behaviors import Behavior
from schemas.items import ItemVector
from schemas.vectors import DIMENSIONS, to_bytes
from streams.agents.interests import InterestsOptions
from streams.agents.rehearsal import rehearse
from streams.settings import TopicSettings


def test_after_the_rehearsal_nothing_is_left_to_compile():
    step = StepOptions()
    rehearse(
        InterestsOptions(
            topics=TopicSettings(),
            step=step,
            partitions=4,
            signal_partitions=4,
            partitioner=None,
            arena_users=10,
            waiting_limit=10,
            waiting_age=60.0,
            future_limit=60.0,
            lists=True,
        )
    )
    dispatchers = (kernels.step_each, scores.rank_each, search.take_best, prints.exclude)
    before = [len(dispatcher.signatures) for dispatcher in dispatchers]
    arena, catalog = UserArena(4), Catalog()
    catalog.put(ItemVector(item_id="mug", encoder="e", vector=to_bytes(np.ones(DIMENSIONS, np.float32))))
    slots = arena.add(["ann"])
    purchase = Behavior(event_id="e-1", type="purchase", occurred_at=1_000, user_id="ann", item_id="mug")
    receive(arena, catalog, slots, [purchase], np.array([1.0]), step)
    interest_records(arena, slots, catalog.encoder, step)
    recommend(arena, slots, catalog, step)
    assert [len(dispatcher.signatures) for dispatcher in dispatchers] == before
    assert 0 not in before
