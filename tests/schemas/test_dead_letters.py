"""Dead letters: whatever came, what is kept of it fits into a message."""

from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dead_letters import (
    DETAIL_BYTES,
    KEPT_BYTES,
    MESSAGE,
    SHA256,
    SIZE,
    DeadLetter,
    KeptLetter,
    dead_letter_headers,
    dead_letter_key,
    dead_letter_value,
    put_back_mark,
    read_dead_letter,
    read_put_back_mark,
)
from schemas.errors import SchemaError
from tests.golden.examples.tables import DEAD_LETTER

changed = msgspec.structs.replace
some_bytes = st.none() | st.binary(max_size=50)
letters = st.builds(
    DeadLetter,
    topic=st.text("abc.-", min_size=1),
    partition=st.integers(0, 2**31 - 1),
    offset=st.integers(0, 2**63 - 1),
    key=some_bytes,
    value=some_bytes,
    headers=st.lists(st.tuples(st.text(max_size=9) | st.sampled_from([SIZE, SHA256]), some_bytes), max_size=9).map(
        tuple
    ),
    reason=st.text("ABCabc", min_size=1),
    detail=st.text(max_size=200),
)


WRITTEN = dead_letter_headers(DEAD_LETTER)


def kept(letter: DeadLetter) -> KeptLetter:
    """The letter after its way over its topic."""
    headers = [
        (name, value.encode() if isinstance(value, str) else value) for name, value in dead_letter_headers(letter)
    ]
    return read_dead_letter(dead_letter_key(letter), dead_letter_value(letter), headers)


def test_a_large_message_keeps_its_beginning_and_the_digest_of_the_whole():
    whole = b"x" * 10_000_000
    letter = changed(DEAD_LETTER, value=whole, key=whole)
    headers = dict(dead_letter_headers(letter))
    assert dead_letter_value(letter) == dead_letter_key(letter) == whole[:KEPT_BYTES]
    assert headers[SIZE] == b"10000000"
    assert headers[SHA256] == sha256(whole).hexdigest().encode()


def test_a_message_without_key_and_value_stays_without():
    letter = changed(DEAD_LETTER, value=None, key=None)
    assert dead_letter_value(letter) is None
    assert dead_letter_key(letter) is None
    assert dict(dead_letter_headers(letter))[SIZE] == b"0"


def test_headers_that_are_too_large_are_left_out():
    small, large = ("trace", b"abc"), ("bulk", b"x" * KEPT_BYTES)
    kept = dead_letter_headers(changed(DEAD_LETTER, headers=(small, large, small)))
    assert small in kept
    assert large not in kept
    assert kept[-7:] == dead_letter_headers(DEAD_LETTER)[-7:]


def test_a_detail_of_any_length_and_any_text_is_kept_in_part():
    headers = dict(dead_letter_headers(changed(DEAD_LETTER, detail="\ud800" + "é" * 100_000)))
    assert headers[MESSAGE].startswith(b"?")
    assert len(headers[MESSAGE]) == DETAIL_BYTES


@given(letter=letters)
def test_a_letter_is_read_back_as_it_was_written(letter: DeadLetter):
    found = kept(letter)
    for name in DeadLetter.__struct_fields__:
        assert getattr(found, name) == getattr(letter, name)
    assert (found.whole, found.size) == (True, len(letter.value or b""))


@pytest.mark.parametrize("cut", ["value", "key", "headers"])
def test_a_letter_of_which_anything_was_cut_is_not_whole(cut: str):
    large = b"x" * (KEPT_BYTES + 1)
    letter = changed(DEAD_LETTER, **{cut: ((("trace", b"abc"), ("bulk", large)) if cut == "headers" else large)})
    found = kept(letter)
    assert not found.whole
    assert found.size == len(letter.value or b"")
    assert found.headers == ((("trace", b"abc"),) if cut == "headers" else letter.headers)


def test_a_value_that_is_not_the_one_that_was_written_is_not_whole():
    headers = [(name, bytes(value or b"")) for name, value in dead_letter_headers(DEAD_LETTER)]
    assert not read_dead_letter(b"user-1", b'{"type": "stars"}', headers).whole


@given(headers=st.lists(st.tuples(st.text(max_size=9), some_bytes), max_size=9), size=some_bytes)
def test_any_other_record_is_no_letter(headers: list[tuple[str, bytes | None]], size: bytes | None):
    with pytest.raises(SchemaError, match="not a dead letter"):
        read_dead_letter(b"", b"", headers)
    wrong = [(name, b"x%s" % (size or b"") if name == SIZE else bytes(value or b"")) for name, value in WRITTEN]
    with pytest.raises(SchemaError, match="not all numbers"):
        read_dead_letter(b"", b"", wrong)


def test_a_mark_tells_the_offset_and_no_letter_is_taken_for_one():
    assert read_put_back_mark([(name, bytes(value or b"")) for name, value in put_back_mark(4711)]) == 4711
    assert read_put_back_mark([(name, bytes(value or b"")) for name, value in WRITTEN]) is None
    assert read_put_back_mark([]) is None
    assert read_put_back_mark([("__streams.put-back", b"-1")]) is None
