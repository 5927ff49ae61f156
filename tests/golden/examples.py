"""Examples: one fixed value of everything that crosses a topic or is stored, with its writer and its reader."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np

from schemas import behaviors, dead_letters, encoding, handoffs, interests, items, recommendations, trends
from schemas.ids import fingerprint, item_print
from schemas.rows import alias, keys, learned, mixer, partition, trend, user
from schemas.vectors import DIMENSIONS, to_bytes
from tests.golden.slow_rows import (
    Feedback,
    Head,
    Interest,
    Learned,
    Mixer,
    Ring,
    Trend,
    read_feedback,
    read_head,
    read_interest,
    read_learned,
    read_mixer,
    read_ring,
    read_seen,
    seen_bits,
)


@dataclass(frozen=True)
class Example:
    """One value, how it is written, and how it is read; `file` is where its bytes are kept."""

    file: str
    value: Any
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]


VECTOR = to_bytes((np.arange(DIMENSIONS, dtype=np.float32) - 64) / 64)
OTHER_VECTOR = to_bytes((64 - np.arange(DIMENSIONS, dtype=np.float32)) / 256)

BEHAVIOR = behaviors.Behavior(
    event_id="event-1",
    type="add_to_cart",
    occurred_at=1_718_000_000_123,
    user_id="user-1",
    anonymous_id="visitor-1",
    item_id="item-1",
    value=12.5,
    recommendation_id="00c0ffee00c0ffee",
    context=behaviors.Context(
        device="mobile", locale="en-GB", page="/shop", referrer="https://example.org", time_zone="Europe/London"
    ),
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
)
DEAD_LETTER = dead_letters.DeadLetter(
    topic="clickstream",
    partition=3,
    offset=4711,
    key=b"user-1",
    value=b'{"type": "stare"}',
    headers=(("trace", b"abc"), ("empty", None)),
    reason="SchemaError",
    detail="not a behavior: Invalid enum value 'stare' - at `$.type`",
)
HEAD = Head(
    version=1,
    ids_next=5,
    recents_next=3,
    used=0b0000_1001,
    seen_count=66,
    behaviors=41,
    id_sum=2**64 - 2,
    id_xor=0x0123456789ABCDEF,
    at=1_718_000_000.25,
    next_interest=4,
    tokens=98.5,
    anomaly=0.125,
    session_interests=0b0000_1000,
    sessions=12,
    hour=5,
    device=1,
    type_mass=tuple(code / 4 for code in range(16)),
    categories=tuple(2**31 + place for place in range(10)),
    category_mass=tuple(place / 8 for place in range(10)),
)
FEEDBACK = Feedback(
    version=1,
    shown_at=1_718_000_000,
    turned_at=1_718_000_000.25,
    attributes_at=1_717_000_000.5,
    shown=tuple(2**32 - 7 + place for place in range(7)),
    turned=tuple(2**31 + place for place in range(8)),
    turned_mass=tuple(place / 2 for place in range(8)),
    dimensions=(1.0, 0.5, 0.25, 2.0),
    attributes=tuple(2**30 + place for place in range(6)),
    attribute_mass=tuple(place / 4 for place in range(6)),
)
RING = Ring(
    event_low=tuple(2**32 - 8 + place for place in range(8)),
    event_high=tuple(2**16 - 8 + place for place in range(8)),
    items=tuple(2**31 + place for place in range(6)),
    at=tuple(1_718_000_000 + place for place in range(6)),
    types=(1, 2, 7, 8, 12, 15),
    interests=(0, 3, 3, 0, 255, 255),
    named=1,
)
INTEREST = Interest(
    version=1,
    slot=3,
    flags=user.PROVEN | user.ASKED,
    sessions=7,
    id=3,
    mass=6.5,
    at=1_718_000_000.25,
    short=2.5,
    turned=0.75,
    half_life=2_592_000.0,
    gap=11.5,
    behaviors=17,
    asked_at=1_717_900_000,
    evidence=(2**31, 2**31 + 1, 2**31 + 2),
    evidence_at=(1_718_000_000, 1_717_000_000, 1_716_000_000),
    evidence_mass=(3.0, 1.5, 0.25),
    evidence_types=(7, 1, 6),
    hours=(0, 1, 2, 3, 5, 6),
    devices=(9, 8, 0),
    together=(4, 0, 0, 0, 0, 0, 0, 254),
    vector=tuple((place - 64) / 64 for place in range(DIMENSIONS)),
)
HAD = [item_print(f"item-{number}") for number in range(5)]
SEEN = tuple(sorted({bit for item in HAD for bit in seen_bits(item)[1]}))
LEARNED = Learned(
    version=1,
    theta=(1.0, 0.25, 0.75, 0.5, -0.5, 2.0),
    squares=(1.0, 2.0, 3.0, 4.0, 5.0, 1.0),
    touches=(1.5, 2.25),
    exposure=(6_048_000.5, 604_800.25),
)
MIXER = Mixer(
    version=1,
    steps=258,
    weights=tuple(place / 8 for place in range(-35, 35)),
    squares=tuple(1 + place / 4 for place in range(70)),
    attention=tuple(place / 16 for place in range(-36, 36)),
    attention_squares=tuple(1 + place / 2 for place in range(72)),
)
POSITIONS = partition.PositionsRow(
    sequence=7,
    positions={"clickstream": 4712, "behaviors.encoded": 0},
    partitioners=("murmur2", "crc32"),
    watermark=1_718_000_000.25,
    events=1_000_003,
    next_waiting=12,
    signals=900_001,
)


def write_row(layout: np.dtype) -> Callable[[Any], bytes]:
    """What writes a value as the row of this layout, with its vector behind it if it has one."""

    def write(value: Any) -> bytes:
        row, fields = np.zeros((), layout), vars(value) | {}
        vector = fields.pop("vector", ())
        for field, content in fields.items():
            row[field] = content
        return row.tobytes() + (to_bytes(np.array(vector, np.float32)) if vector else b"")

    return write


write_head = write_row(user.HEAD)
write_interest = write_row(user.INTEREST)
TREND = Trend(
    version=1,
    neighbors=2,
    print=item_print("item-1"),
    behaviors=99,
    events=1_000_003.0,
    born=17.0,
    born_at=1_700_000_000.25,
    at=1_718_000_000.25,
    shown=1_000_001.0,
    landmark=900_000.0,
    popularity=(1.5, 2.25, 10.0, 98.5),
    totals=(120.5, 700.25),
    impressions=13.75,
    half_life=30_000.0,
    prints=(item_print("item-3"), item_print("item-2")),
    near=(0.0, 110.5),
    far=(0.25, 400.0),
)


def write_mixer(value: Mixer) -> bytes:
    """The row of a mixer."""
    row = np.zeros((), mixer.MIXER)
    for name, content in vars(value).items():
        row[name] = np.reshape(content, mixer.MIXER[name].shape)
    return row.tobytes()


def write_seen(bits: tuple[int, ...]) -> bytes:
    """The seen chunk with these bits."""
    words = np.zeros(user.SEEN_CHUNK, "<u4")
    for bit in bits:
        words[bit // 32] |= 1 << bit % 32
    return words.tobytes()


def write_trend(value: Trend) -> bytes:
    """The row of a trend."""
    head, size = np.zeros(1, trend.TREND), len(value.prints)
    for name in trend.TREND.names:
        if name != "pad":
            head[name] = getattr(value, name)
    prints, near, far = np.array(value.prints, "<u4"), np.array(value.near, "<f4"), np.array(value.far, "<f4")
    return trend.encode_trends(trend.TrendRows(head, prints, near, far, np.array([0, size])))[0]


def read_checked_trend(row: bytes) -> Trend:
    """The trend in a row, as the program reads it. Raises SchemaError when there is none."""
    trend.check_trend(row)
    found = trend.decode_trends([row])
    head = {name: found.heads[name][0].tolist() for name in trend.TREND.names if name != "pad"}
    head |= {name: tuple(head[name]) for name in ("popularity", "totals")}
    return Trend(
        **head, prints=tuple(found.prints.tolist()), near=tuple(found.near.tolist()), far=tuple(found.far.tolist())
    )


def written_keys() -> dict[str, str]:
    """Keys of rows in hex, by what they are of."""
    written = {
        "partition: positions": keys.POSITIONS_KEY,
        "partition: waiting behavior 0": keys.waiting_key(0),
        "partition: waiting behavior 258": keys.waiting_key(258),
        "user-1: head": keys.owner_prefix("user-1") + keys.HEAD,
        "partition: learned": keys.LEARNED_KEY,
        "partition: mixer of default": keys.mixer_key("default"),
        "user-1: feedback": keys.owner_prefix("user-1") + keys.FEEDBACK,
        "user-1: ring 2": keys.owner_prefix("user-1") + keys.RING + bytes([2]),
        "user-1: interest 3": keys.owner_prefix("user-1") + keys.INTEREST + bytes([3]),
        "user-1: seen chunk 2": keys.owner_prefix("user-1") + keys.SEEN + bytes([2]),
        "visitor-1: alias": keys.owner_prefix("visitor-1") + keys.ALIAS,
        "größe: head": keys.owner_prefix("größe") + keys.HEAD,
        "partition: sources": keys.SOURCES_KEY,
        "item-1: trend": trend.trend_key(item_print("item-1")),
    }
    return {what: key.hex() for what, key in written.items()}


def written_ids() -> dict[str, str]:
    """Fingerprints of ids in hex."""
    return {name: f"{fingerprint(name):016x}" for name in ("", "user-1", "item-1", "größe", "x" * 256)}


def plain_headers(letter: dead_letters.DeadLetter) -> list[tuple[str, str | None]]:
    """A dead letter's headers as text."""
    headers = dead_letters.dead_letter_headers(letter)
    return [(name, value.decode() if isinstance(value, bytes) else value) for name, value in headers]


def _plain_json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


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
ROWS = (
    Example("row_positions.hex", POSITIONS, partition.encode_partition_row, partition.decode_positions),
    Example(
        "row_waiting.hex",
        partition.WaitingRow(topic="clickstream", offset=4711, behavior=behaviors.encode_behavior(BEHAVIOR)),
        partition.encode_partition_row,
        partition.decode_waiting,
    ),
    Example(
        "row_alias.hex",
        alias.AliasRow(
            user_id="user-1",
            partition=3,
            claimed_at=1_718_000_000.25,
            at=1_718_000_600.5,
            events=alias.prints_to_bytes([1, 2**48 - 1, 0x0123456789AB]),
        ),
        alias.encode_alias,
        alias.decode_alias,
    ),
    Example(
        "row_sources.hex",
        partition.SourcesRow(events=1_000_005, told={"users/3": 1_000_003, "users/0": 2}),
        partition.encode_partition_row,
        partition.decode_sources,
    ),
    Example("row_trend.hex", TREND, write_trend, read_checked_trend),
)
USER_ROWS = (
    Example("row_user_head.hex", HEAD, write_head, read_head),
    Example("row_user_feedback.hex", FEEDBACK, write_row(user.FEEDBACK), read_feedback),
    Example("row_user_ring.hex", RING, write_row(user.RING), read_ring),
    Example("row_user_interest.hex", INTEREST, write_interest, read_interest),
    Example("row_user_seen.hex", SEEN, write_seen, read_seen),
)
LEARNED_ROW = Example("row_learned.hex", LEARNED, write_row(learned.LEARNED), read_learned)
MIXER_ROW = Example("row_mixer.hex", MIXER, write_mixer, read_mixer)
TABLES = (
    Example("row_keys.json", written_keys(), _plain_json, json.loads),
    Example("ids.json", written_ids(), _plain_json, json.loads),
    Example("behavior_types.json", behaviors.TYPE_CODES, _plain_json, json.loads),
    Example(
        "dead_letter_headers.json",
        plain_headers(DEAD_LETTER),
        _plain_json,
        lambda data: [tuple(header) for header in json.loads(data)],
    ),
)
EXAMPLES = (*MESSAGES, *ROWS, *USER_ROWS, LEARNED_ROW, MIXER_ROW, *TABLES)
