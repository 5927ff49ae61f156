"""Ids: a fingerprint is XXH3 of the id's UTF-8, on every machine and in every run."""

import pytest
from hypothesis import given
from xxhash import xxh3_64

from schemas.ids import fingerprint
from tests.schemas.strategies import texts


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [("", 0x2D06800538D394C2), ("user-1", 0x7C7615C11438E5C9), ("größe", 0xA6D7BBEA01D4872C)],
)
def test_a_fingerprint_never_changes(identifier: str, expected: int):
    assert fingerprint(identifier) == expected


@given(identifier=texts)
def test_a_fingerprint_is_64_bits_and_never_0(identifier: str):
    assert 0 < fingerprint(identifier) < 2**64
    assert fingerprint(identifier) == int.from_bytes(xxh3_64(identifier.encode()).digest(), "big")
