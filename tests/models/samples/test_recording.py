"""Recordings of behaviors and items: what is read, in which order, and what a bad line is told."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.samples.recording import RecordingError, read_behaviors, read_items

HEADER = "user_id,item_id,occurred_at"


def recording(folder: Path, *lines: str, name: str = "shop.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@given(times=st.lists(st.integers(0, 4_000_000_000_000), max_size=30))
def test_behaviors_come_in_event_time_order_and_ties_as_in_the_file(
    tmp_path_factory: pytest.TempPathFactory, times: list[int]
) -> None:
    lines = (f"ann,{number},{at}" for number, at in enumerate(times))
    read = read_behaviors(recording(tmp_path_factory.mktemp("recording"), HEADER, *lines))
    expected = sorted(enumerate(times), key=lambda pair: pair[1])
    assert [(int(b.item_id or ""), b.occurred_at) for b in read] == expected


def test_times_may_be_written_both_ways_and_are_read_as_milliseconds(tmp_path: Path) -> None:
    path = recording(tmp_path, HEADER, "ann,1,2011-12-09T12:31:00+02:00", "ann,2,1323426660001")
    assert [b.occurred_at for b in read_behaviors(path)] == [1323426660000, 1323426660001]


def test_an_event_id_and_a_type_are_given_to_behaviors_that_have_none(tmp_path: Path) -> None:
    path = recording(
        tmp_path, "event_id,type,user_id,item_id,occurred_at,value", ",,ann,1,1000,", "e9,view,ann,2,2000,2.5"
    )
    first, second = read_behaviors(path)
    assert (first.event_id, first.type, first.value) == ("shop-2", "purchase", None)
    assert (second.event_id, second.type, second.value) == ("e9", "view", 2.5)


def test_reading_a_recording_again_gives_the_same_event_ids(tmp_path: Path) -> None:
    path = recording(tmp_path, HEADER, "ann,1,3", "bob,2,1", "ann,3,2")
    once, again = read_behaviors(path), read_behaviors(path)
    assert once == again
    assert len({b.event_id for b in once}) == 3


def test_a_gzipped_recording_reads_like_a_plain_one(tmp_path: Path) -> None:
    plain = recording(tmp_path, HEADER, "ann,1,3")
    packed = tmp_path / "shop.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_behaviors(packed) == read_behaviors(plain)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("ann,1,yesterday", "occurred_at"),
        ("ann,1,", "occurred_at"),
        ("ann,,5", "item_id"),
        (",1,5", "user_id"),
        ("ann,1,5,many", "value"),
    ],
)
def test_a_bad_line_is_named_with_its_file_and_number(tmp_path: Path, line: str, fault: str) -> None:
    path = recording(tmp_path, f"{HEADER},value", "ann,1,5,1", line)
    with pytest.raises(RecordingError, match=rf"shop\.csv, line 3: .*{fault}"):
        read_behaviors(path)


@pytest.mark.parametrize("missing", ["user_id", "item_id", "occurred_at"])
def test_a_missing_column_is_named(tmp_path: Path, missing: str) -> None:
    columns = [name for name in HEADER.split(",") if name != missing]
    with pytest.raises(RecordingError, match=rf"line 1: there is no column {missing}"):
        read_behaviors(recording(tmp_path, ",".join(columns), "1,2"))


@pytest.mark.parametrize("content", [b"not gzipped", gzip.compress(b"user_id,item_id")[:-9]])
def test_a_file_that_cannot_be_unpacked_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.csv.gz"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"broken\.csv\.gz cannot be read"):
        read_behaviors(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"none\.csv cannot be read \(No such file"):
        read_behaviors(tmp_path / "none.csv")


def test_items_are_read_line_by_line_and_a_bad_one_is_named(tmp_path: Path) -> None:
    path = recording(tmp_path, '{"id": "1", "title": "Doggy rubber"}', "", '{"title": "no id"}', name="items.jsonl")
    items = read_items(path)
    assert next(items).title == "Doggy rubber"
    with pytest.raises(RecordingError, match=r"items\.jsonl, line 3: .*id"):
        next(items)
