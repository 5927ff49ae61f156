"""Blocks: every signal once, in order, on its item's own partition; all partitions learn of all events."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.trends import decode_signal_block, encode_signal_block
from tests.models.trends.made import IMPRESSION, VIEW, Act, blocks_of

prints = st.integers(1, 2**32 - 1)
acts = st.lists(
    st.builds(
        Act,
        st.integers(1, 30) | prints,
        st.lists(prints, max_size=25).map(tuple),
        st.booleans(),
        st.integers(-(10**6), 10**10).map(float),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(acts, st.integers(1, 12))
def test_blocks_hold_every_signal_once_in_order_on_the_items_own_partition(made, partitions):
    found: dict[int, list[tuple[int, Act]]] = {}
    blocks = blocks_of(made, partitions)
    for target, block in blocks:
        assert decode_signal_block(encode_signal_block(block)) == block
        recents = block.recent_column().tolist()
        for value, code, at, number, many in zip(
            block.print_column().tolist(),
            block.type_column().tolist(),
            block.time_column().tolist(),
            block.number_column().tolist(),
            block.recent_count_column().tolist(),
            strict=True,
        ):
            assert value % partitions == target
            own, recents = recents[:many], recents[many:]
            assert code in (VIEW, IMPRESSION)
            found.setdefault(value, []).append((number, Act(value, tuple(own), code == IMPRESSION, at)))
    wanted: dict[int, list[tuple[int, Act]]] = {}
    events = 0
    for act in made:
        wanted.setdefault(act.item, []).append((events, Act(act.item, act.recents[:20], act.shown, act.at)))
        events += not act.shown
    assert found == wanted
    assert len({target for target, _ in blocks}) == len(blocks)


@settings(max_examples=30, deadline=None)
@given(acts, st.integers(1, 12))
def test_every_partition_gets_a_block_where_there_were_events(made, partitions):
    blocks = blocks_of(made, partitions, "users/7", 100)
    events = sum(not act.shown for act in made)
    assert {(block.source, block.source_events, block.events) for _, block in blocks} <= {("users/7", 100, events)}
    assert not events or [target for target, _ in blocks] == list(range(partitions))
