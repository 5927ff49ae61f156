"""User rows: the table in the module's text, the layout, and a second reader agree byte for byte."""

from dataclasses import astuple, fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.behaviors import BEHAVIOR_TYPES
from schemas.errors import SchemaError, UnknownVersionError
from schemas.rows import user
from schemas.rows.user import HEAD, HEAD_BYTES, INTEREST, INTEREST_BYTES, SEEN_BYTES, check_version
from schemas.vectors import DIMENSIONS
from tests.golden.examples import HEAD as HEAD_EXAMPLE
from tests.golden.examples import write_head
from tests.golden.slow_rows import Head, Interest, read_head, read_interest, read_seen
from tests.schemas.rows.tables import documented


def laid_out(layout: np.dtype) -> list[tuple[int, int, str, str]]:
    """The same of a layout; padding is what the table calls (zero)."""
    rows = []
    for name in layout.names:
        dtype, offset = layout.fields[name][:2]
        shown = "(zero)" if name.startswith("pad") else name
        rows.append((offset, int(np.prod(dtype.shape)), dtype.base.str[1:], shown))
    return rows


def test_the_table_is_the_layout():
    assert documented(user.__doc__) == laid_out(HEAD) + laid_out(INTEREST)


def test_the_layouts_are_little_endian_and_have_no_holes():
    for layout in (HEAD, INTEREST):
        assert sum(layout.fields[name][0].itemsize for name in layout.names) == layout.itemsize
        assert all(layout.fields[name][0].base.str[0] in "<|" for name in layout.names)


def test_the_sizes_are_those_in_the_text():
    assert f"Head, {HEAD_BYTES} bytes" in user.__doc__
    assert f"Interest, {INTEREST_BYTES} bytes" in user.__doc__
    assert f"Seen chunk, {SEEN_BYTES} bytes: {user.SEEN_CHUNK} item" in user.__doc__
    assert f"(n // {user.SEEN_CHUNK}) % {user.SEEN_CHUNKS} at place n % {user.SEEN_CHUNK}" in user.__doc__
    largest = HEAD_BYTES + user.ROWS_PER_USER * INTEREST_BYTES + user.SEEN_CHUNKS * SEEN_BYTES
    assert f"{largest:,} bytes at most" in user.__doc__
    assert largest <= 4096


def test_the_rings_and_masses_have_a_place_for_each():
    assert HEAD["type_mass"].shape == (len(BEHAVIOR_TYPES),)
    assert HEAD["event_ids"].shape == (user.EVENT_IDS,)
    assert {HEAD[name].shape for name in ("recent_items", "recent_at", "recent_types")} == {(user.RECENT,)}
    assert max(user.EVENT_IDS, user.RECENT) <= 256
    assert user.UNWANTED == user.SLOTS == user.ROWS_PER_USER - 1


@given(row=st.binary(min_size=HEAD_BYTES, max_size=HEAD_BYTES))
def test_the_second_reader_reads_the_same_head(row: bytes):
    slow = read_head(row)
    fast = np.frombuffer(row, HEAD)[0]
    for field in fields(Head):
        np.testing.assert_array_equal(fast[field.name], getattr(slow, field.name))


@given(row=st.binary(min_size=INTEREST_BYTES, max_size=INTEREST_BYTES))
def test_the_second_reader_reads_the_same_interest(row: bytes):
    slow = read_interest(row)
    fast = np.frombuffer(row, INTEREST, 1)[0]
    for field in fields(Interest)[:-1]:
        np.testing.assert_array_equal(fast[field.name], getattr(slow, field.name))
    np.testing.assert_array_equal(np.frombuffer(row, "<f2", DIMENSIONS, INTEREST.itemsize), slow.vector)


@given(row=st.binary(min_size=SEEN_BYTES, max_size=SEEN_BYTES))
def test_the_second_reader_reads_the_same_seen_chunk(row: bytes):
    assert read_seen(row) == tuple(np.frombuffer(row, "<u4").tolist())


def test_a_written_head_is_read_field_by_field():
    assert astuple(read_head(write_head(HEAD_EXAMPLE))) == astuple(HEAD_EXAMPLE)


def test_a_row_of_this_version_and_size_passes():
    check_version(write_head(HEAD_EXAMPLE), "head", HEAD_BYTES)


@pytest.mark.parametrize("version", [2, 255])
def test_a_row_of_a_newer_program_is_refused_whatever_its_size(version: int):
    for size in (1, HEAD_BYTES, HEAD_BYTES + 8):
        with pytest.raises(UnknownVersionError, match=f"head row has version {version}.* run the newer program"):
            check_version(bytes([version]) + bytes(size - 1), "head", HEAD_BYTES)


@pytest.mark.parametrize("row", [b"", b"\1", bytes([1]) + bytes(HEAD_BYTES), bytes(HEAD_BYTES)], ids=len)
def test_a_row_that_is_none_is_refused(row: bytes):
    with pytest.raises(SchemaError, match="a head row has") as caught:
        check_version(row, "head", HEAD_BYTES)
    assert not isinstance(caught.value, UnknownVersionError)
