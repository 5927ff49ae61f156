"""Strategies: arbitrary valid values of everything that crosses a topic, for laws that hold for all of them."""

from datetime import datetime, timedelta, timezone
from typing import get_args

import numpy as np
from hypothesis import strategies as st

from schemas import behaviors, encoding, handoffs, interests, items, recommendations, trends
from schemas.rows import alias, partition
from schemas.rows.factors import GRADIENT
from schemas.times import FIRST_MILLISECOND, LAST_MILLISECOND
from tests.golden.slow_rows import Trend

ids = st.text(min_size=1, max_size=20) | st.text("aé☕", min_size=256, max_size=256)
texts = st.text(max_size=40)
finite = st.floats(allow_nan=False, allow_infinity=False)
seconds = st.floats(allow_nan=False)
counts = st.integers(0, 2**63)
offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
vectors = st.binary(min_size=256, max_size=256)
perhaps_vectors = st.none() | vectors


def moments(first: int, last: int) -> st.SearchStrategy[datetime]:
    """Datetimes of the years `first` to `last` with any offset of whole minutes."""
    return st.datetimes(datetime(first, 1, 2), datetime(last, 12, 30), timezones=offsets)


occurred = st.integers(0, behaviors.LAST_SECOND * 1000) | moments(1970, 2105)
contexts = st.builds(behaviors.Context, *[st.none() | texts] * 2)
valid_behaviors = st.builds(
    behaviors.Behavior,
    event_id=ids,
    type=st.sampled_from(behaviors.BEHAVIOR_TYPES),
    occurred_at=occurred,
    user_id=ids,
    anonymous_id=st.none() | ids,
    item_id=ids,
    item_ids=st.lists(ids, max_size=3).map(tuple),
    text=st.none() | texts,
    value=st.none() | finite,
    recommendation_id=st.none() | ids,
    context=st.none() | contexts,
).filter(lambda behavior: behavior.type != "identify" or behavior.anonymous_id is not None)
written_times = st.integers(FIRST_MILLISECOND, LAST_MILLISECOND) | moments(1, 9999)
valid_items = st.builds(
    items.Item,
    id=ids,
    title=texts,
    text=texts,
    categories=st.lists(texts, max_size=3).map(tuple),
    tags=st.lists(texts, max_size=3).map(tuple),
    attributes=st.dictionaries(texts, texts | finite | st.booleans(), max_size=3),
    available=st.booleans(),
    published_at=st.none() | written_times,
    media=st.lists(texts, max_size=2).map(tuple),
    vector=st.none() | st.lists(st.floats(-65_504, 65_504), min_size=128, max_size=128).map(tuple),
)
item_vectors = st.builds(
    items.ItemVector,
    item_id=ids,
    encoder=texts,
    vector=perhaps_vectors,
    title=texts,
    categories=st.lists(texts, max_size=3).map(tuple),
    tags=st.lists(texts, max_size=3).map(tuple),
    brand=texts,
    price_band=st.none() | st.integers(-100, 100),
    available=st.booleans(),
    published_at=st.none() | seconds,
)
requests = st.builds(
    encoding.EncodeRequest,
    kind=st.sampled_from(["behavior", "request"]),
    model=st.just("text"),
    payload=st.binary(max_size=50),
)
answers = st.builds(
    encoding.EncodeAnswer,
    kind=st.sampled_from(["behavior", "request"]),
    model=st.just("text"),
    payload=st.binary(max_size=50),
    encoder=texts,
    vector=perhaps_vectors,
    clauses=st.lists(
        st.builds(encoding.EncodedClause, st.sampled_from(encoding.Polarity), vectors), max_size=encoding.MOST_CLAUSES
    ).map(tuple),
)
claims = st.builds(handoffs.Claim, user_id=ids, anonymous_id=ids, partition=counts, at=seconds)
histories = st.builds(
    handoffs.History,
    user_id=ids,
    anonymous_id=ids,
    rows=st.lists(st.tuples(st.binary(max_size=3), st.binary(max_size=20)), max_size=3).map(tuple),
)
forwards = st.builds(handoffs.Forward, user_id=ids, behavior=st.binary(max_size=50))
forwarded_answers = st.builds(handoffs.ForwardedAnswer, user_id=ids, answer=st.binary(max_size=50))
interest_reasons = st.builds(interests.Reason, st.none() | texts, texts, seconds, seconds)
single_interests = st.builds(
    interests.Interest,
    id=counts,
    intensity=seconds,
    attention=seconds,
    mass=seconds,
    short=seconds,
    at=seconds,
    half_life=seconds,
    turned=seconds,
    behaviors=counts,
    state=st.sampled_from(get_args(interests.InterestState)),
    asked_at=st.none() | seconds,
    label=texts,
    keywords=st.lists(texts, max_size=2).map(tuple),
    reasons=st.lists(interest_reasons, max_size=2).map(tuple),
    older=seconds,
    vector=vectors,
)
interest_records = st.builds(
    interests.InterestRecord,
    user_id=texts,
    at=seconds,
    behaviors=counts,
    new_behaviors=counts,
    encoder=texts,
    vector=perhaps_vectors,
    interests=st.lists(single_interests, max_size=2).map(tuple),
    rates=st.builds(interests.Rates, *[seconds] * 5),
    categories=st.lists(
        st.builds(interests.CategoryShare, st.lists(texts, max_size=2).map(tuple), seconds), max_size=2
    ).map(tuple),
    dimensions=st.lists(st.builds(interests.Dimension, texts, seconds), max_size=2).map(tuple),
    links=st.lists(st.builds(interests.Link, counts, counts, *[seconds] * 3), max_size=2).map(tuple),
    turned_away=st.lists(
        st.builds(interests.TurnedAway, st.sampled_from(["item", "category"]), texts, seconds), max_size=2
    ).map(tuple),
    anomaly=seconds,
    drift=seconds,
)
reasons = st.builds(
    recommendations.Reason, st.sampled_from(["interest", "popularity"]), finite, interest=st.none() | counts
)
recommended = st.builds(
    recommendations.RecommendedItem, texts, finite, finite, st.lists(reasons, max_size=2).map(tuple)
)
ranked_lists = st.builds(
    recommendations.Recommendations,
    recommendation_id=texts,
    user_id=texts,
    at=st.integers(-(2**63), 2**63),
    behaviors=counts,
    variant=texts,
    encoder=texts,
    items=st.lists(recommended, max_size=3).map(tuple),
)


sums = st.floats(0.0, 9.0, width=32)
slopes = st.floats(-9.0, 9.0, width=32)
gradients = st.tuples(
    st.integers(1, 2**32 - 1), slopes, sums, sums, st.lists(slopes, min_size=16, max_size=16).map(tuple)
)


@st.composite
def signal_blocks(draw: st.DrawFn) -> trends.SignalBlock:
    """Blocks of up to five rows."""
    rows = draw(st.integers(0, 5))
    events = draw(st.integers(0, 2**31))
    recent_counts = bytes(draw(st.lists(st.integers(0, 20), min_size=rows, max_size=rows)))
    recents = 4 * sum(recent_counts)
    return trends.SignalBlock(
        source=draw(texts),
        source_events=draw(counts),
        events=events,
        numbers=np.array(draw(st.lists(st.integers(0, events), min_size=rows, max_size=rows)), "<u4").tobytes(),
        prints=np.array(draw(st.lists(st.integers(1, 2**32 - 1), min_size=rows, max_size=rows)), "<u4").tobytes(),
        types=bytes(draw(st.lists(st.integers(0, 15), min_size=rows, max_size=rows))),
        times=draw(st.binary(min_size=8 * rows, max_size=8 * rows)),
        recent_counts=recent_counts,
        recents=draw(st.binary(min_size=recents, max_size=recents)),
        gradients=np.array(draw(st.lists(gradients, max_size=3)), GRADIENT).tobytes(),
        factor_rate=draw(st.floats(0.0, 1.0)),
    )


positions_rows = st.builds(
    partition.PositionsRow,
    sequence=counts,
    positions=st.dictionaries(texts, counts, max_size=3),
    partitioners=st.lists(texts, max_size=3).map(tuple),
    watermark=seconds,
    events=counts,
    next_waiting=counts,
    signals=counts,
)
waiting_rows = st.builds(partition.WaitingRow, topic=texts, offset=counts, behavior=st.binary(max_size=50))
alias_rows = st.builds(
    alias.AliasRow,
    user_id=ids,
    partition=counts,
    claimed_at=seconds,
    at=seconds,
    events=st.lists(st.integers(1, 2**48 - 1), max_size=32).map(alias.prints_to_bytes),
)
sources_rows = st.builds(partition.SourcesRow, events=counts, told=st.dictionaries(texts, counts, max_size=3))


@st.composite
def trend_rows(draw: st.DrawFn) -> Trend:
    """Trends of up to four neighbors and three companions."""
    n, c = draw(st.integers(0, 4)), draw(st.integers(0, 3))
    halves = st.floats(0.0, width=32, allow_nan=False, allow_infinity=False)
    prints = st.integers(1, 2**32 - 1)
    clocks = [draw(seconds) for _ in range(6)]
    return Trend(
        1,
        c,
        n,
        draw(prints),
        draw(st.integers(0, 2**63 - 1)),
        *clocks,
        popularity=draw(st.tuples(*[halves] * 4)),
        totals=draw(st.tuples(halves, halves)),
        impressions=draw(halves),
        half_life=draw(halves),
        prints=draw(st.tuples(*[prints] * n)),
        near=draw(st.tuples(*[halves] * n)),
        far=draw(st.tuples(*[halves] * n)),
        shown_with=draw(st.tuples(*[prints] * c)),
        shown_counts=draw(st.tuples(*[halves] * c)),
    )


VALUES = {
    "behavior.json": valid_behaviors,
    "item.json": valid_items,
    "item_vector.hex": item_vectors,
    "encode_request.hex": requests,
    "encode_answer.hex": answers,
    "encode_answer_request.hex": answers,
    "handoff_claim.hex": claims,
    "handoff_history.hex": histories,
    "handoff_forward.hex": forwards,
    "handoff_answer.hex": forwarded_answers,
    "interest_record.hex": interest_records,
    "recommendations.json": ranked_lists,
    "signal_block.hex": signal_blocks(),
    "row_positions.hex": positions_rows,
    "row_waiting.hex": waiting_rows,
    "row_alias.hex": alias_rows,
    "row_trend.hex": trend_rows(),
    "row_sources.hex": sources_rows,
}
