"""Mixer records: what would spoil the weights of other partitions is refused."""

import msgspec
import numpy as np
import pytest

from schemas.errors import SchemaError, UnknownVersionError
from schemas.mixers import PARAMETERS, SQUARES, MixerRecord, decode_mixer_record, encode_mixer_record, mixer_record_key
from schemas.rows.mixer import new_mixer

RECORD = MixerRecord(variant="bold", partition=3, row=new_mixer().tobytes())
changed = msgspec.structs.replace


def spoiled(name: str, value: float) -> MixerRecord:
    """The record with one number of its row changed."""
    mixer = new_mixer()
    mixer[name].flat[7] = value
    return changed(RECORD, row=mixer.tobytes())


def test_a_record_is_read_back_as_it_was_and_so_is_its_row() -> None:
    read = decode_mixer_record(encode_mixer_record(RECORD))
    assert read == RECORD
    assert read.mixer().tobytes() == new_mixer().tobytes()


def test_every_variant_of_every_partition_has_a_key_of_its_own() -> None:
    names = ("default", "bold", "bold.1")
    assert len({mixer_record_key(name, partition) for name in names for partition in range(12)}) == 36
    assert mixer_record_key("bold", 3) == b"bold/3"


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_refused(name: str, value: float) -> None:
    with pytest.raises(SchemaError, match=r"`\$\.row` has a number that is not finite"):
        decode_mixer_record(encode_mixer_record(spoiled(name, value)))


@pytest.mark.parametrize("name", SQUARES)
def test_sums_of_squares_by_which_nothing_can_be_divided_are_refused(name: str) -> None:
    with pytest.raises(SchemaError, match=r"`\$\.row` has sums of squares that are not above 0"):
        decode_mixer_record(encode_mixer_record(spoiled(name, 0.0)))


@pytest.mark.parametrize(
    ("record", "why"),
    [(changed(RECORD, partition=-1), r"`\$\.partition` is below 0"), (changed(RECORD, row=b"\1"), "has 1 bytes")],
)
def test_what_is_no_record_is_refused(record: MixerRecord, why: str) -> None:
    with pytest.raises(SchemaError, match=why):
        decode_mixer_record(encode_mixer_record(record))


def test_a_row_of_a_newer_version_is_refused_as_such() -> None:
    with pytest.raises(UnknownVersionError):
        decode_mixer_record(encode_mixer_record(changed(RECORD, row=b"\3" + RECORD.row[1:])))


def test_a_record_of_a_newer_version_is_refused_as_such() -> None:
    newer = msgspec.to_builtins(RECORD, builtin_types=(bytes,)) | {"schema_version": 2}
    with pytest.raises(UnknownVersionError):
        decode_mixer_record(msgspec.msgpack.encode(newer))
