"""Dead letters: whatever came, what is kept of it fits into a message."""

from hashlib import sha256

import msgspec

from schemas.dead_letters import (
    DETAIL_BYTES,
    KEPT_BYTES,
    MESSAGE,
    SHA256,
    SIZE,
    dead_letter_headers,
    dead_letter_key,
    dead_letter_value,
)
from tests.golden.examples import DEAD_LETTER

changed = msgspec.structs.replace


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
