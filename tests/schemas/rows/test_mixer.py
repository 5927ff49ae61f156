"""Mixer rows: the table in the module's text is the layout, a second reader agrees, and what is none is refused."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SchemaError, UnknownVersionError
from schemas.rows import mixer
from schemas.rows.mixer import CONTEXTS, FEATURES, KINDS, MIXER, PLACES, new_mixer, read_mixer
from schemas.rows.user import RECENTS
from tests.golden import slow_rows
from tests.schemas.rows.tables import documented, laid_out


def test_the_table_is_the_layout():
    shown = mixer.__doc__.replace(f"{FEATURES} x {CONTEXTS}", str(FEATURES * CONTEXTS))
    assert documented(shown.replace(f"{KINDS} x {PLACES}", str(KINDS * PLACES))) == laid_out(MIXER)
    assert f"{MIXER.itemsize:,} bytes per variant, little-endian" in mixer.__doc__


def test_every_recent_item_has_a_place():
    assert PLACES >= RECENTS


@given(seed=st.integers(0, 2**32 - 1))
def test_the_second_reader_reads_the_same_row(seed: int):
    row = b"\1" + np.random.default_rng(seed).bytes(MIXER.itemsize - 1)
    fast, slow = read_mixer(row)[0], slow_rows.read_mixer(row)
    for field in fields(slow):
        np.testing.assert_array_equal(np.ravel(fast[field.name]), getattr(slow, field.name))


@pytest.mark.parametrize("variants", [1, 3])
def test_what_every_variant_begins_with_is_stored_and_read_back(variants: int):
    begun = new_mixer(variants)
    assert len(begun) == variants
    for one in begun:
        assert read_mixer(one.tobytes()).tobytes() == one.tobytes() == begun[0].tobytes()
    assert begun["steps"].tolist() == [0] * variants
    assert begun["weights"][0, :, 0].tolist() == list(mixer.FIRST_WEIGHTS)
    assert not begun["weights"][0, :, 1:].any()
    assert (begun["squares"] > 0.0).all() and (begun["attention_squares"] > 0.0).all()


def test_a_row_can_be_learned_in():
    learned_in = read_mixer(new_mixer().tobytes())
    learned_in["weights"][0, 3, 2] = 3.0
    assert learned_in["weights"][0, 3, 2] == 3.0


@pytest.mark.parametrize("size", [1, MIXER.itemsize, MIXER.itemsize + 8])
def test_a_row_of_a_newer_program_is_refused_whatever_its_size(size: int):
    with pytest.raises(UnknownVersionError, match=r"mixer row has version 2.* run the newer program"):
        read_mixer(bytes([2]) + bytes(size - 1))


@pytest.mark.parametrize("row", [b"", b"\1", bytes(MIXER.itemsize), b"\1" + bytes(MIXER.itemsize)], ids=len)
def test_a_row_that_is_none_is_refused(row: bytes):
    with pytest.raises(SchemaError, match="a mixer row has"):
        read_mixer(row)
