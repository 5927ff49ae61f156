"""Factors rows: read as they were written, and nothing else is read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SchemaError, UnknownVersionError
from schemas.rows.factors import FACTORS, WIDTH, read_factors

SIZE = FACTORS.itemsize


@given(st.lists(st.binary(min_size=SIZE - 1, max_size=SIZE - 1), max_size=4))
def test_rows_are_read_as_they_are(contents):
    rows = [b"\1" + content for content in contents]
    assert [row.tobytes() for row in read_factors(rows)] == rows


def test_a_row_can_be_learned_in():
    rows = read_factors([b"\1" + bytes(SIZE - 1)])
    rows["vector"][0] = np.arange(WIDTH)
    assert rows["vector"].tolist() == [list(range(WIDTH))]


@pytest.mark.parametrize("size", [1, SIZE, SIZE + 8])
def test_a_row_of_a_newer_program_is_refused_whatever_its_size(size: int):
    with pytest.raises(UnknownVersionError, match=r"factors row has version 2.* run the newer program"):
        read_factors([b"\1" + bytes(SIZE - 1), bytes([2]) + bytes(size - 1)])


@pytest.mark.parametrize("row", [b"", b"\1", bytes(SIZE), b"\1" + bytes(SIZE)], ids=len)
def test_a_row_that_is_none_is_refused(row: bytes):
    with pytest.raises(SchemaError, match="a factors row has"):
        read_factors([row])
