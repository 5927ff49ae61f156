"""User rows: the tables in the module's text, the layouts, and a second reader agree byte for byte."""

from collections.abc import Callable
from dataclasses import astuple, fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.behaviors import BEHAVIOR_TYPES
from schemas.errors import SchemaError, UnknownVersionError
from schemas.rows import user
from schemas.rows.user import (
    FEEDBACK,
    FEEDBACK_BYTES,
    HEAD,
    HEAD_BYTES,
    INTEREST,
    INTEREST_BYTES,
    RING,
    RING_BYTES,
    SEEN_BYTES,
    USER_BYTES,
    check_version,
)
from schemas.vectors import DIMENSIONS
from tests.golden.examples.user_rows import HEAD as HEAD_EXAMPLE
from tests.golden.examples.user_rows import write_head
from tests.golden.slow_rows import read_feedback, read_head, read_interest, read_ring, read_seen
from tests.schemas.rows.tables import documented, laid_out

LAYOUTS = {"Head": HEAD, "Feedback": FEEDBACK, "Ring": RING, "Interest": INTEREST}


def test_the_tables_are_the_layouts():
    assert documented(user.__doc__) == [row for layout in LAYOUTS.values() for row in laid_out(layout)]


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_layouts_are_little_endian_and_have_no_holes(layout: np.dtype):
    assert sum(layout.fields[name][0].itemsize for name in layout.names) == layout.itemsize
    assert all(layout.fields[name][0].base.str[0] in "<|" for name in layout.names)
    assert layout.itemsize % 8 == 0


def test_the_sizes_are_those_in_the_text():
    text = user.__doc__
    sizes = {"Head": HEAD_BYTES, "Feedback": FEEDBACK_BYTES, "Ring": RING_BYTES, "Interest": INTEREST_BYTES}
    for name, size in sizes.items():
        assert f"{name}, {size} bytes" in text
    assert f"the {INTEREST.itemsize} below, then the mean vector of its behaviors as {DIMENSIONS} float16" in text
    assert f"Seen chunk, {SEEN_BYTES} bytes: {8 * SEEN_BYTES:,} bits in {user.SEEN_CHUNK} u4" in text
    assert f"describes; there are {user.SEEN_CHUNKS}" in text
    assert f"(n // {user.RING_IDS}) % {user.RINGS} at place n % {user.RING_IDS}" in text
    assert f"(n // {user.RING_RECENTS}) % {user.RINGS} at place n % {user.RING_RECENTS}" in text
    assert f"of which there are {user.RINGS}" in text


def test_a_user_fits_into_what_was_promised():
    rings, interests, seen = user.RINGS * RING_BYTES, user.SLOTS * INTEREST_BYTES, user.SEEN_CHUNKS * SEEN_BYTES
    assert HEAD_BYTES + FEEDBACK_BYTES + rings + interests + seen == USER_BYTES <= 4096
    assert "4,096 bytes at most" in user.__doc__


def test_the_rings_and_masses_have_a_place_for_each():
    assert HEAD["type_mass"].shape == (len(BEHAVIOR_TYPES),)
    assert RING["event_low"].shape == RING["event_high"].shape == (user.EVENT_IDS // user.RINGS,)
    assert {RING[name].shape for name in ("items", "at", "types", "interests")} == {(user.RECENTS // user.RINGS,)}
    assert max(user.EVENT_IDS, user.RECENTS) <= 256
    assert user.SLOTS <= 8 < user.NO_INTEREST


@pytest.mark.parametrize(
    ("layout", "read"),
    [(HEAD, read_head), (FEEDBACK, read_feedback), (RING, read_ring), (INTEREST, read_interest)],
    ids=LAYOUTS,
)
@given(data=st.data())
def test_the_second_reader_reads_the_same_row(layout: np.dtype, read: Callable[[bytes], Any], data: st.DataObject):
    size = INTEREST_BYTES if layout is INTEREST else layout.itemsize
    row = data.draw(st.binary(min_size=size, max_size=size))
    slow, fast = read(row), np.frombuffer(row, layout, 1)[0]
    for field in fields(slow):
        if field.name != "vector":
            np.testing.assert_array_equal(fast[field.name], getattr(slow, field.name))
    if layout is INTEREST:
        np.testing.assert_array_equal(np.frombuffer(row, "<f2", DIMENSIONS, INTEREST.itemsize), slow.vector)


@given(row=st.binary(min_size=SEEN_BYTES, max_size=SEEN_BYTES))
def test_the_second_reader_reads_the_same_seen_chunk(row: bytes):
    words = np.frombuffer(row, "<u4").tolist()
    assert read_seen(row) == tuple(32 * word + k for word in range(32) for k in range(32) if words[word] >> k & 1)


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
