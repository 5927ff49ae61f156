"""Learned rows: the table in the module's text is the layout, a second reader agrees, and what is none is refused."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SchemaError, UnknownVersionError
from schemas.rows import learned
from schemas.rows.learned import LEARNED, new_learned, read_learned
from tests.golden import slow_rows
from tests.schemas.rows.tables import documented, laid_out


def test_the_table_is_the_layout():
    assert documented(learned.__doc__) == laid_out(LEARNED)
    assert f"{LEARNED.itemsize} bytes, little-endian" in learned.__doc__


@given(rest=st.binary(min_size=LEARNED.itemsize - 1, max_size=LEARNED.itemsize - 1))
def test_the_second_reader_reads_the_same_row(rest: bytes):
    fast, slow = read_learned(b"\1" + rest)[0], slow_rows.read_learned(b"\1" + rest)
    for field in fields(slow):
        np.testing.assert_array_equal(fast[field.name], getattr(slow, field.name))


def test_what_a_partition_begins_with_is_stored_and_read_back():
    assert read_learned(new_learned().tobytes()).tobytes() == new_learned().tobytes()


def test_a_row_can_be_learned_in():
    learned_in = read_learned(new_learned().tobytes())
    learned_in["theta"][0, 0] = 3.0
    assert learned_in["theta"][0, 0] == 3.0


@pytest.mark.parametrize("size", [1, LEARNED.itemsize, LEARNED.itemsize + 8])
def test_a_row_of_a_newer_program_is_refused_whatever_its_size(size: int):
    with pytest.raises(UnknownVersionError, match=r"learned row has version 2.* run the newer program"):
        read_learned(bytes([2]) + bytes(size - 1))


@pytest.mark.parametrize("row", [b"", b"\1", bytes(LEARNED.itemsize), b"\1" + bytes(LEARNED.itemsize)], ids=len)
def test_a_row_that_is_none_is_refused(row: bytes):
    with pytest.raises(SchemaError, match="a learned row has"):
        read_learned(row)
