"""What the parts of Penchant say to each other: vectors and columns have the sizes they need."""

import msgspec
import numpy as np
import pytest

from schemas.encoding import MOST_CLAUSES, decode_answer, encode_answer
from schemas.errors import SchemaError
from schemas.ids import item_print
from schemas.interests import decode_interest_record, encode_interest_record
from schemas.recommendations import recommendation_id
from schemas.rows.factors import GRADIENT
from schemas.trends import SignalBlock, decode_signal_block, encode_signal_block
from tests.golden.examples.example import VECTOR
from tests.golden.examples.messages import INTEREST_RECORD, MESSAGES, SIGNAL_BLOCK

ANSWER = next(example.value for example in MESSAGES if example.file == "encode_answer.hex")
SPLIT = next(example.value for example in MESSAGES if example.file == "encode_answer_request.hex")
changed = msgspec.structs.replace


def test_an_answer_with_half_a_vector_is_refused():
    with pytest.raises(SchemaError, match=r"`\$\.vector` has 128 bytes"):
        decode_answer(encode_answer(changed(ANSWER, vector=VECTOR[:128])))


def test_an_answer_with_half_a_vector_of_a_clause_is_refused_by_its_place():
    halved = changed(SPLIT, clauses=(SPLIT.clauses[0], changed(SPLIT.clauses[1], vector=VECTOR[:128])))
    with pytest.raises(SchemaError, match=r"`\$\.clauses\[1\]\.vector` has 128 bytes"):
        decode_answer(encode_answer(halved))


def test_an_answer_with_more_clauses_than_are_allowed_is_refused():
    decode_answer(encode_answer(changed(SPLIT, clauses=SPLIT.clauses[:1] * MOST_CLAUSES)))
    with pytest.raises(SchemaError, match=r"length <= 8.*`\$\.clauses`"):
        decode_answer(encode_answer(changed(SPLIT, clauses=SPLIT.clauses[:1] * (MOST_CLAUSES + 1))))


def test_an_answer_of_an_older_encoder_has_no_clauses():
    kept = msgspec.to_builtins(ANSWER, builtin_types=(bytes,))
    del kept["clauses"]
    assert decode_answer(msgspec.msgpack.encode(kept)) == ANSWER


def test_an_answer_may_have_no_vector():
    assert decode_answer(encode_answer(changed(ANSWER, vector=None))).vector is None


def test_an_interest_record_with_a_short_vector_is_refused_by_its_place():
    short = changed(INTEREST_RECORD.interests[0], vector=VECTOR[:-2])
    for place, record in {
        r"\$\.vector`": changed(INTEREST_RECORD, vector=VECTOR + VECTOR),
        r"\$\.interests\[2\]\.vector`": changed(INTEREST_RECORD, interests=(*INTEREST_RECORD.interests, short)),
    }.items():
        with pytest.raises(SchemaError, match=place):
            decode_interest_record(encode_interest_record(record))


def test_an_interest_record_without_interests_needs_no_vector():
    record = changed(INTEREST_RECORD, vector=None, interests=())
    assert decode_interest_record(encode_interest_record(record)) == record


def test_an_interest_in_no_known_state_is_refused():
    strange = changed(INTEREST_RECORD.interests[0], state="loved")  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="Invalid enum value 'loved'"):
        decode_interest_record(encode_interest_record(changed(INTEREST_RECORD, interests=(strange,))))


@pytest.mark.parametrize(
    "change",
    [{"prints": b""}, {"types": b"\1"}, {"times": bytes(23)}, {"times": bytes(16)}, {"recent_counts": b"\2"}],
    ids=lambda change: str(change),
)
def test_a_signal_block_of_unequal_columns_is_refused(change: dict[str, object]):
    with pytest.raises(SchemaError, match="differ in length"):
        decode_signal_block(encode_signal_block(changed(SIGNAL_BLOCK, **change)))


def gradient(**fields: float) -> bytes:
    """One of item 1."""
    row = np.zeros(1, GRADIENT)
    row["print"] = 1
    for name, value in fields.items():
        row[name] = value
    return row.tobytes()


def test_a_signal_block_with_an_unknown_type_code_is_refused():
    with pytest.raises(SchemaError, match=r"`\$\.types` has a code above 15"):
        decode_signal_block(encode_signal_block(changed(SIGNAL_BLOCK, types=b"\x00\x10\x00")))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"prints": bytes(12)}, r"`\$\.prints` has a 0"),
        ({"events": 1}, r"`\$\.numbers` has one above `\$\.events`"),
        ({"events": -1}, r"`\$\.events` is below 0"),
        ({"recent_counts": b"\x15\0\0"}, r"`\$\.recent_counts` has one above 20"),
        ({"recents": bytes(12)}, r"`\$\.recents` has not as many prints"),
        ({"gradients": bytes(79)}, r"`\$\.gradients` is not of 80 bytes each"),
        ({"gradients": bytes(80)}, r"`\$\.gradients` has one of print 0"),
        ({"gradients": gradient(vector=np.inf)}, r"`\$\.gradients` has what is no finite number"),
        ({"gradients": gradient(square=-1.0)}, r"`\$\.gradients` has a sum of squares below 0"),
        ({"factor_rate": -0.1}, r"`\$\.factor_rate` is no finite number"),
        ({"factor_rate": np.nan}, r"`\$\.factor_rate` is no finite number"),
    ],
    ids=lambda value: str(value),
)
def test_a_signal_block_of_impossible_values_is_refused(change: dict[str, object], why: str):
    with pytest.raises(SchemaError, match=why):
        decode_signal_block(encode_signal_block(changed(SIGNAL_BLOCK, **change)))


def test_an_empty_signal_block_is_read():
    block = SignalBlock(source="users/3", source_events=3, events=7)
    assert decode_signal_block(encode_signal_block(block)) == block


def test_columns_of_a_signal_block_are_codes_and_seconds():
    assert SIGNAL_BLOCK.number_column().tolist() == [0, 1, 2]
    assert SIGNAL_BLOCK.print_column().tolist() == [item_print(name) for name in ("item-1", "item-2", "item-1")]
    assert SIGNAL_BLOCK.recent_count_column().tolist() == [2, 0, 0]
    assert SIGNAL_BLOCK.recent_column().tolist() == [item_print("item-3"), item_print("item-2")]
    assert SIGNAL_BLOCK.type_column().tolist() == [1, 7, 0]
    assert SIGNAL_BLOCK.time_column().tolist() == [1_718_000_000.123, 0.0, -0.001]
    assert SIGNAL_BLOCK.time_column().dtype == np.float64


def test_a_recommendation_id_is_the_same_on_every_run_and_differs_where_the_list_may():
    own = recommendation_id("user-1", 1_000, 41, "default")
    assert own == "1ea8ab9aae8a393e"
    others = [
        ("user-2", 1_000, 41, "default"),
        ("user-1", 1_001, 41, "default"),
        ("user-1", 1_000, 42, "default"),
        ("user-1", 1_000, 41, "b"),
        ("user-1", 100, 1, "default"),
    ]
    assert len({recommendation_id(*other) for other in others} | {own}) == 6
