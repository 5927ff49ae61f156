"""Messages: an example of each that crosses a topic."""

from datetime import datetime, timedelta, timezone

import numpy as np

from schemas import behaviors, encoding, handoffs, interests, items, recommendations, trends
from schemas.ids import item_print
from schemas.rows import factors, keys
from schemas.vectors import DIMENSIONS
from tests.golden.examples.example import OTHER_VECTOR, VECTOR, Example

BEHAVIOR = behaviors.Behavior(
    event_id="event-1",
    type="add_to_cart",
    occurred_at=1_718_000_000_123,
    user_id="user-1",
    anonymous_id="visitor-1",
    item_id="item-1",
    value=12.5,
    recommendation_id="00c0ffee00c0ffee",
    context=behaviors.Context(device="mobile", time_zone="Europe/London"),
)
SEARCH = behaviors.Behavior(
    event_id="event-2",
    type="search",
    occurred_at=datetime(2024, 6, 10, 8, 13, 20, 123_456, timezone(timedelta(hours=2))),
    anonymous_id="visitor-1",
    text="größte Tasse ☕ under 20 €",
)
IMPRESSION = behaviors.Behavior(
    event_id="event-3", type="impression", occurred_at=0, user_id="user-1", item_ids=("item-1", "item-2")
)
ITEM = items.Item(
    id="item-1",
    title="Blue mug",
    text="A mug, blue as the sea.",
    categories=("Home", "Kitchen", "Mugs"),
    tags=("blue", "gift"),
    attributes={"brand": "Acme", "price": 12.5, "new": True},
    available=False,
    published_at=1_700_000_000_000,
    media=("https://example.org/mug.jpg",),
    vector=tuple(place / 128 for place in range(DIMENSIONS)),
)
ITEM_VECTOR = items.ItemVector(
    item_id="item-1",
    encoder="minilm-0a1b2c3d",
    vector=VECTOR,
    title="Blue mug",
    categories=("Home", "Kitchen", "Mugs"),
    tags=("blue", "gift"),
    brand="Acme",
    price_band=7,
    available=False,
    published_at=1_700_000_000.5,
)
INTEREST_RECORD = interests.InterestRecord(
    user_id="user-1",
    at=1_718_000_000.25,
    behaviors=41,
    new_behaviors=2,
    encoder="minilm-0a1b2c3d",
    vector=VECTOR,
    interests=(
        interests.Interest(
            id=3,
            intensity=0.75,
            attention=1.0,
            mass=6.5,
            short=2.5,
            at=1_718_000_000.25,
            half_life=2_592_000.0,
            turned=0.0,
            behaviors=17,
            state="proven",
            asked_at=1_717_900_000.0,
            label="blue mugs",
            keywords=("mug", "blue", "größe"),
            reasons=(
                interests.Reason("item-1", "purchase", 1_718_000_000.0, 0.5),
                interests.Reason(None, "search", 1_717_900_000.0, 0.25),
            ),
            older=0.25,
            vector=VECTOR,
        ),
        interests.Interest(
            id=1,
            intensity=0.0,
            attention=0.0,
            mass=0.0,
            short=0.0,
            at=1_717_000_000.5,
            half_life=2_592_000.0,
            turned=1.5,
            behaviors=2,
            state="turned_away",
            asked_at=None,
            label="",
            keywords=(),
            reasons=(),
            older=1.0,
            vector=OTHER_VECTOR,
        ),
    ),
    rates=interests.Rates(
        mu=2.5e-8, alpha=1.25e-6, short_half_life=86_400.0, turned_half_life=1_209_600.0, horizon=604_800.0
    ),
    categories=(
        interests.CategoryShare(("Home", "Kitchen", "Mugs"), 0.75),
        interests.CategoryShare(("Garden",), 0.25),
    ),
    dimensions=(interests.Dimension("topic", 0.625), interests.Dimension("brand", 0.375)),
    links=(interests.Link(3, 1, 0.25, 0.5, 2.0),),
    turned_away=(
        interests.TurnedAway("item", "item-2", 3.0),
        interests.TurnedAway("category", "Home > Garden", 1.5),
    ),
    anomaly=0.125,
    drift=0.25,
)
RECOMMENDATIONS = recommendations.Recommendations(
    recommendation_id=recommendations.recommendation_id("user-1", 1_718_000_000_250, 41, "default"),
    user_id="user-1",
    at=1_718_000_000_250,
    behaviors=41,
    variant="default",
    encoder="minilm-0a1b2c3d",
    items=(
        recommendations.RecommendedItem(
            item_id="item-2",
            score=1.5,
            propensity=1.0,
            reasons=(
                recommendations.Reason(kind="interest", share=0.75, interest=3),
                recommendations.Reason(kind="popularity", share=0.25),
            ),
        ),
        recommendations.RecommendedItem(
            item_id="item-3",
            score=0.5,
            propensity=0.75,
            reasons=(
                recommendations.Reason(kind="neighbors", share=0.75),
                recommendations.Reason(kind="novelty", share=0.25),
            ),
        ),
        recommendations.RecommendedItem(
            item_id="item-4",
            score=-1.25,
            propensity=0.0625,
            reasons=(recommendations.Reason(kind="exploration", share=1.0),),
        ),
        recommendations.RecommendedItem(
            item_id="item-5", score=0.25, propensity=1.0, reasons=(recommendations.Reason(kind="rule", share=1.0),)
        ),
    ),
)
SIGNAL_BLOCK = trends.SignalBlock(
    source="users/3",
    source_events=1_000_003,
    events=2,
    numbers=np.array([0, 1, 2], "<u4").tobytes(),
    prints=np.array([item_print("item-1"), item_print("item-2"), item_print("item-1")], "<u4").tobytes(),
    types=bytes([1, 7, 0]),
    times=np.array([1_718_000_000_123, 0, -1], "<i8").tobytes(),
    recent_counts=bytes([2, 0, 0]),
    recents=np.array([item_print("item-3"), item_print("item-2")], "<u4").tobytes(),
    gradients=np.array([(item_print("item-1"), 0.5, 0.25, 0.125, range(-8, 8))], factors.GRADIENT).tobytes(),
    factor_rate=0.1,
)
MESSAGES = (
    Example("behavior.json", BEHAVIOR, behaviors.encode_behavior, behaviors.decode_behavior),
    Example("behavior_search.json", SEARCH, behaviors.encode_behavior, behaviors.decode_behavior),
    Example("behavior_impression.json", IMPRESSION, behaviors.encode_behavior, behaviors.decode_behavior),
    Example("item.json", ITEM, items.encode_item, items.decode_item),
    Example("item_vector.hex", ITEM_VECTOR, items.encode_item_vector, items.decode_item_vector),
    Example(
        "encode_request.hex",
        encoding.EncodeRequest(kind="behavior", model="text", payload=behaviors.encode_behavior(SEARCH)),
        encoding.encode_request,
        encoding.decode_request,
    ),
    Example(
        "encode_answer.hex",
        encoding.EncodeAnswer(kind="behavior", model="text", payload=b"{}", encoder="minilm-0a1b2c3d", vector=VECTOR),
        encoding.encode_answer,
        encoding.decode_answer,
    ),
    Example(
        "encode_answer_request.hex",
        encoding.EncodeAnswer(
            kind="request",
            model="text",
            payload=b"{}",
            encoder="minilm-0a1b2c3d",
            clauses=(
                encoding.EncodedClause(encoding.Polarity.MORE, VECTOR),
                encoding.EncodedClause(encoding.Polarity.UNMUTE, OTHER_VECTOR),
            ),
        ),
        encoding.encode_answer,
        encoding.decode_answer,
    ),
    Example(
        "handoff_claim.hex",
        handoffs.Claim(user_id="user-1", anonymous_id="visitor-1", partition=3, at=1_718_000_000.25),
        handoffs.encode_handoff,
        handoffs.decode_handoff,
    ),
    Example(
        "handoff_history.hex",
        handoffs.History(
            user_id="user-1", anonymous_id="visitor-1", rows=((keys.HEAD, b"\1\2"), (keys.INTEREST + b"\7", b"\3"))
        ),
        handoffs.encode_handoff,
        handoffs.decode_handoff,
    ),
    Example(
        "handoff_forward.hex",
        handoffs.Forward(user_id="user-1", behavior=b"{}"),
        handoffs.encode_handoff,
        handoffs.decode_handoff,
    ),
    Example(
        "handoff_answer.hex",
        handoffs.ForwardedAnswer(user_id="user-1", answer=b"\x80"),
        handoffs.encode_handoff,
        handoffs.decode_handoff,
    ),
    Example("interest_record.hex", INTEREST_RECORD, interests.encode_interest_record, interests.decode_interest_record),
    Example(
        "recommendations.json",
        RECOMMENDATIONS,
        recommendations.encode_recommendations,
        recommendations.decode_recommendations,
    ),
    Example("signal_block.hex", SIGNAL_BLOCK, trends.encode_signal_block, trends.decode_signal_block),
)
