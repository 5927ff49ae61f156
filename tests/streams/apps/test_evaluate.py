"""Evaluate: a table of what interests are worth, from files and from planted users, and how the command ends."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from models.encoder.fake import FakeEncoder
from models.evaluation.ablations import WHOLE, ablations
from models.evaluation.comparison import PLAIN_MEAN, RECENTS, TOGETHER
from models.evaluation.planted.line import Line
from models.interests.options import InterestOptions
from models.samples.recording import RecordingError
from models.simulator.options import SimulatorOptions
from models.simulator.simulator import Simulator
from schemas.halves import to_half
from schemas.times import rfc3339
from streams.apps import evaluate, evaluate_planted
from streams.apps.evaluate_data import CachedEncoder, DataOptions, read_data
from streams.apps.evaluate_options import EvaluateOptions
from streams.apps.operators import OperatorError
from streams.settings import Settings
from tests.streams.command import penchant

NAMES = [one.name for one in ablations(InterestOptions())] + [PLAIN_MEAN, RECENTS, TOGETHER]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> EvaluateOptions:
    """A recording of simulated users, as files that `penchant replay` takes too."""
    folder = tmp_path_factory.mktemp("recorded")
    simulator = Simulator(SimulatorOptions(users=8, items=60, days=10.0, start=1.75e9))
    events, items = folder / "events.csv.gz", folder / "items.jsonl"
    with gzip.open(events, "wt") as file:
        file.write("user_id,item_id,occurred_at,type\n")
        for one in simulator.behaviors():
            if one.item_id is not None:
                file.write(f"{one.user_id},{one.item_id},{rfc3339(one.at)},{one.type}\n")
    items.write_bytes(b"\n".join(msgspec.json.encode(item) for item in simulator.items))
    return EvaluateOptions(events=events, items=items, encoder="fake", limit=60)


def test_the_table_has_a_row_for_each_variant(recorded: EvaluateOptions, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.run(Settings(), recorded) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert "8 users on 60 items" in lines[0]
    assert lines[1].startswith("test: the last 20 %")
    assert [line[: max(map(len, NAMES))].strip() for line in lines[4:]] == NAMES
    assert "behaviors on 60 items read" in told.err


def test_json_tells_both_parts_and_a_second_run_tells_the_same(
    recorded: EvaluateOptions, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    options = replace(recorded, json=True, cache=tmp_path / "vectors")
    told = []
    for _ in range(2):
        assert evaluate.run(Settings(), options) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert told[0] == told[1]
    assert [one["variant"] for one in told[0]["variants"]] == NAMES
    whole = told[0]["variants"][NAMES.index(WHOLE)]
    assert whole["dev"]["targets"] + whole["test"]["targets"] <= 60
    assert 0.0 < whole["test"]["ndcg"] <= whole["test"]["hr"] <= 1.0


def test_a_numbered_data_set_is_read_by_its_numbers(tmp_path: Path) -> None:
    events, items = tmp_path / "events.csv", tmp_path / "items.jsonl"
    events.write_text("user,item,ts,value\n7,1,1700000000.5,5\n7,0,1700000001,2\n")
    items.write_text(
        '{"item": 0, "id": "b", "text": "Bees", "cats": ["animals", "insects"]}\n'
        '{"item": 1, "id": "a", "text": "Ants"}\n'
    )
    found, behaviors = read_data(DataOptions(events, items, dislike_below=3.0))
    assert [(item.id, item.text, item.categories) for item in found] == [
        ("b", "Bees", ("animals", "insects")),
        ("a", "Ants", ()),
    ]
    assert [(one.user_id, one.item_id, one.occurred_at, one.type) for one in behaviors] == [
        ("7", "a", 1700000000500, "purchase"),
        ("7", "b", 1700000001000, "dislike"),
    ]


def test_a_number_without_an_item_is_named_with_its_line(tmp_path: Path) -> None:
    events, items = tmp_path / "events.csv", tmp_path / "items.jsonl"
    items.write_text('{"item": 0, "id": "b"}\n')
    events.write_text("user,item,ts\n7,0,1700000000\n7,3,1700000001\n")
    with pytest.raises(OperatorError, match=r"events\.csv, line 3"):
        read_data(DataOptions(events, items))


def test_a_folder_keeps_vectors_so_that_no_text_is_encoded_twice(tmp_path: Path) -> None:
    class Counting(FakeEncoder):
        encoded = 0

        def encode(self, texts):
            self.encoded += len(texts)
            return super().encode(texts)

    texts = ["red shoes", "green tea", "red shoes"]
    first, second = Counting(), Counting()
    once = CachedEncoder(first, tmp_path).encode(texts)
    again = CachedEncoder(second, tmp_path).encode([*texts, "a hat"])
    assert (first.encoded, second.encoded) == (2, 1)
    np.testing.assert_array_equal(once, again[:3])
    np.testing.assert_array_equal(once, to_half(FakeEncoder().encode(texts)).astype(np.float32))


def test_events_alone_are_refused(recorded: EvaluateOptions) -> None:
    with pytest.raises(OperatorError, match="name both, or neither"):
        evaluate.run(Settings(), EvaluateOptions(events=recorded.events, encoder="fake"))


def test_too_short_a_recording_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    events, items = tmp_path / "events.csv", tmp_path / "items.jsonl"
    events.write_text("user_id,item_id,occurred_at\nann,a,2026-01-01T00:00:00Z\n")
    items.write_text('{"id": "a", "title": "Ants"}\n')
    with pytest.raises(OperatorError, match="no behavior to foretell"):
        evaluate.run(Settings(), EvaluateOptions(events=events, items=items, encoder="fake"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    nowhere = EvaluateOptions(events=tmp_path / "events.csv", items=tmp_path / "nowhere.jsonl", encoder="fake")
    with pytest.raises(RecordingError, match=r"nowhere\.jsonl cannot be read"):
        evaluate.run(Settings(), nowhere)


def test_planted_users_give_a_table_of_every_line_and_code_1_when_one_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    blurred = Settings(interests=InterestOptions(near=-1.0))
    assert evaluate_planted.run(blurred, EvaluateOptions(planted=True, encoder="fake", size=0.1)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["line", "value", "bar", "verdict"]
    assert any(line.startswith("planted interests recovered, 10% noise") and "FAILS" in line for line in lines)
    failed = sum("FAILS" in line for line in lines)
    assert lines[-1].startswith(f"{failed} of ")
    assert len({line[:60] for line in lines}) == len(lines)
    assert not any("nan" in line.split() for line in lines)


def test_planted_users_need_no_files(recorded: EvaluateOptions) -> None:
    with pytest.raises(OperatorError, match="leave out --events"):
        evaluate_planted.run(Settings(), replace(recorded, planted=True))


def test_a_row_tells_value_bar_and_verdict() -> None:
    share = Line("a share", 0.5, at_least=0.75, percent=True, note="of 8")
    assert evaluate_planted.row_of(share).split(maxsplit=2)[2].split() == ["50.0%", ">=", "75.0%", "FAILS", "of", "8"]
    assert evaluate_planted.row_of(Line("told", 2.0)).split() == ["told", "2.000"]
    told = json.loads(evaluate_planted.json_of([share, Line("told", 2.0)]))
    assert [one["passed"] for one in told] == [False, None]


def test_the_command_evaluates_the_shipped_sample() -> None:
    done = penchant("evaluate", "--encoder", "fake", "--limit", "40", "--json", timeout=280)
    assert done.returncode == 0, done.stderr
    assert [one["variant"] for one in json.loads(done.stdout)["variants"]] == NAMES
