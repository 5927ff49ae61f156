"""Mixer rows: the table in the module's text is the layout, a second reader agrees, and what is none is refused."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SchemaError, UnknownVersionError
from schemas.mixers import SQUARES
from schemas.rows import mixer
from schemas.rows.mixer import CONTEXTS, FEATURES, HIDDEN, INPUTS, KINDS, MIXER, PLACES, new_mixer, read_mixer
from schemas.rows.user import RECENTS
from tests.golden import slow_rows
from tests.schemas.rows.tables import documented, laid_out


def test_the_table_is_the_layout():
    shown = mixer.__doc__
    for lines, columns in ((FEATURES, CONTEXTS), (KINDS, PLACES), (INPUTS, HIDDEN)):
        shown = shown.replace(f"{lines} x {columns}", str(lines * columns))
    assert documented(shown) == laid_out(MIXER)
    assert f"{MIXER.itemsize:,} bytes per variant, little-endian" in mixer.__doc__


def test_every_recent_item_has_a_place():
    assert PLACES >= RECENTS


@given(seed=st.integers(0, 2**32 - 1))
def test_the_second_reader_reads_the_same_row(seed: int):
    row = b"\2" + np.random.default_rng(seed).bytes(MIXER.itemsize - 1)
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
    assert all((begun[name] > 0.0).all() for name in SQUARES)


def test_hidden_units_begin_different_and_without_weight():
    begun = new_mixer()
    assert not begun["output"].any()
    assert len(set(begun["hidden"].ravel().tolist())) == INPUTS * HIDDEN
    likeness = np.corrcoef(begun["hidden"][0].T) - np.eye(HIDDEN)
    assert np.abs(likeness).max() < 0.8


def test_a_row_of_version_1_is_read_with_hidden_units_that_have_learned_nothing():
    learned = new_mixer()
    learned["steps"], learned["weights"], learned["attention_squares"] = 258, 0.5, 3.0
    found = read_mixer(b"\1" + learned.tobytes()[1 : MIXER.fields["hidden"][1]])
    assert found.tobytes() == learned.tobytes()


def test_a_row_can_be_learned_in():
    learned_in = read_mixer(new_mixer().tobytes())
    learned_in["weights"][0, 3, 2] = 3.0
    assert learned_in["weights"][0, 3, 2] == 3.0


@pytest.mark.parametrize("size", [1, MIXER.itemsize, MIXER.itemsize + 8])
def test_a_row_of_a_newer_program_is_refused_whatever_its_size(size: int):
    with pytest.raises(UnknownVersionError, match=r"mixer row has version 3.* run the newer program"):
        read_mixer(bytes([3]) + bytes(size - 1))


@pytest.mark.parametrize(
    "row",
    [b"", b"\1", b"\2", bytes(MIXER.itemsize), b"\1" + bytes(MIXER.itemsize - 1), b"\2" + bytes(MIXER.itemsize)],
    ids=len,
)
def test_a_row_that_is_none_is_refused(row: bytes):
    with pytest.raises(SchemaError, match="a mixer row has"):
        read_mixer(row)
