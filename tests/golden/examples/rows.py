"""Rows: an example of each stored row that is no user's: of the partition, of visitors' aliases, of items."""

import numpy as np

from schemas import behaviors
from schemas.ids import item_print
from schemas.mixers import MixerRecord, decode_mixer_record, encode_mixer_record
from schemas.rows import alias, factors, learned, mixer, partition, trend
from tests.golden.examples.example import Example, write_row
from tests.golden.examples.messages import BEHAVIOR
from tests.golden.slow_rows import Factors, Learned, Mixer, Trend, read_factors, read_learned, read_mixer

LEARNED = Learned(
    version=1,
    theta=(1.0, 0.25, 0.75, 0.5, -0.5, 2.0),
    squares=(1.0, 2.0, 3.0, 4.0, 5.0, 1.0),
    touches=(1.5, 2.25),
    exposure=(6_048_000.5, 604_800.25),
)
MIXER = Mixer(
    version=2,
    steps=258,
    weights=tuple(place / 8 for place in range(-35, 35)),
    squares=tuple(1 + place / 4 for place in range(70)),
    attention=tuple(place / 16 for place in range(-36, 36)),
    attention_squares=tuple(1 + place / 2 for place in range(72)),
    hidden=tuple(place / 32 for place in range(-152, 152)),
    hidden_squares=tuple(1 + place / 8 for place in range(304)),
    output=tuple(place / 4 for place in range(-8, 8)),
    output_squares=tuple(1 + place / 2 for place in range(16)),
)
FACTORS = Factors(
    version=1,
    print=item_print("item-1"),
    bias=-0.75,
    bias_square=0.5,
    square=12.25,
    vector=tuple(range(-2000, 1200, 200)),
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
TREND = Trend(
    version=1,
    companions=2,
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
    shown_with=(item_print("item-2"), item_print("item-4")),
    shown_counts=(12.5, 0.75),
)


def write_mixer(value: Mixer) -> bytes:
    """The row of a mixer."""
    row = np.zeros((), mixer.MIXER)
    for name, content in vars(value).items():
        row[name] = np.reshape(content, mixer.MIXER[name].shape)
    return row.tobytes()


def write_trend(value: Trend) -> bytes:
    """The row of a trend."""
    head = np.zeros(1, trend.TREND)
    for name in trend.TREND.names:
        head[name] = getattr(value, name)
    prints, near, far = np.array(value.prints, "<u4"), np.array(value.near, "<f4"), np.array(value.far, "<f4")
    shown, counts = np.array(value.shown_with, "<u4"), np.array(value.shown_counts, "<f4")
    companions = trend.Companions(shown, counts, np.array([0, len(shown)]))
    return trend.encode_trends(trend.TrendRows(head, prints, near, far, np.array([0, len(prints)]), companions))[0]


def read_checked_trend(row: bytes) -> Trend:
    """The trend in a row, as the program reads it. Raises SchemaError when there is none."""
    trend.check_trend(row)
    found = trend.decode_trends([row])
    head = {name: found.heads[name][0].tolist() for name in trend.TREND.names}
    head |= {name: tuple(head[name]) for name in ("popularity", "totals")}
    return Trend(
        **head,
        prints=tuple(found.prints.tolist()),
        near=tuple(found.near.tolist()),
        far=tuple(found.far.tolist()),
        shown_with=tuple(found.companions.prints.tolist()),
        shown_counts=tuple(found.companions.counts.tolist()),
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
    Example(
        "mixer_record.hex",
        MixerRecord(variant="default", partition=3, row=write_mixer(MIXER)),
        encode_mixer_record,
        decode_mixer_record,
    ),
)
LEARNED_ROW = Example("row_learned.hex", LEARNED, write_row(learned.LEARNED), read_learned)
FACTORS_ROW = Example("row_factors.hex", FACTORS, write_row(factors.FACTORS), read_factors)
MIXER_ROW = Example("row_mixer.hex", MIXER, write_mixer, read_mixer)
