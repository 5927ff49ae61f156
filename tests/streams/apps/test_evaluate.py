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
from models.ranking.options import RankingOptions
from models.samples.recording import RecordingError
from models.simulator.options import SimulatorOptions
from models.simulator.simulator import Simulator
from schemas.halves import to_half
from schemas.times import rfc3339
from streams.apps import evaluate, evaluate_interests, evaluate_planted
from streams.apps.evaluate_data import CachedEncoder, DataOptions, read_data
from streams.apps.evaluate_options import EvaluateOptions
from streams.apps.operators import OperatorError
from streams.settings import Settings
from tests.streams.command import penchant

NAMES = [one.name for one in ablations(InterestOptions())] + [PLAIN_MEAN, RECENTS, TOGETHER]
FIGURES = {"targets", "hr10", "ndcg10", "ndcg10_se", "mrr10", "coverage", "cold_hr10"}
SAME = ("dev", "test", "events", "settings", "against")


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


def test_the_table_has_a_row_for_the_ranking_and_each_rival(
    recorded: EvaluateOptions, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate.run(Settings(), replace(recorded, against=("popularity", "cooccurrence"))) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert "8 users on 60 items" in lines[0]
    assert [line.split()[0] for line in lines[2:7]] == ["dev,", "NDCG@10", "penchant", "popularity", "cooccurrence"]
    assert [line.split()[0] for line in lines[8:13]] == ["test,", "NDCG@10", "penchant", "popularity", "cooccurrence"]
    assert [line.split()[0] for line in lines[14:]] == ["events", "seconds", "us_per_behavior", "peak_rss_mb"]
    assert "behaviors on 60 items read" in told.err


def test_json_tells_both_parts_costs_settings_and_rivals_and_a_second_run_tells_the_same(
    recorded: EvaluateOptions, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    options = replace(recorded, json=True, cache=tmp_path / "vectors", against=("recent",))
    told = []
    for _ in range(2):
        assert evaluate.run(Settings(), options) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert set(told[0]) == {*SAME, "seconds", "us_per_behavior", "peak_rss_mb"}
    assert [told[0][name] for name in SAME] == [told[1][name] for name in SAME]
    own, rival = told[0], told[0]["against"]["recent"]
    for part in ("dev", "test"):
        assert set(own[part]) == set(rival[part]) == FIGURES
        assert own[part]["targets"] == rival[part]["targets"] > 0
    assert 0.0 < own["test"]["ndcg10"] <= own["test"]["hr10"] <= 1.0
    assert own["seconds"] > 0.0 and own["us_per_behavior"] > 0.0 and own["peak_rss_mb"] > 10.0
    assert own["events"] > own["dev"]["targets"] + own["test"]["targets"]
    assert set(own["settings"]) == {"interests", "ranking", "trends"}


def test_ablations_leave_each_part_out(recorded: EvaluateOptions, capsys: pytest.CaptureFixture[str]) -> None:
    few = RankingOptions(popular=0, newest=0, alike=0, nearest=0, in_category=0, without=("interest", "novelty"))
    only = Settings(ranking=few)
    assert evaluate.run(only, replace(recorded, json=True, ablate=True)) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told["ablations"]) == [
        "without neighbors",
        "features: no neighbors",
        "features: no popularity",
        "no hidden units",
        "no factors",
        "without learning",
    ]
    assert told["ablations"]["without neighbors"]["test"]["coverage"] < told["test"]["coverage"]


def test_a_rival_that_nobody_knows_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(OperatorError, match="there is no rival oracle"):
        evaluate.run(Settings(), EvaluateOptions(events=nowhere, items=nowhere, against=("oracle",)))


def test_items_without_text_need_no_encoder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events, items = tmp_path / "events.csv", tmp_path / "items.jsonl"
    items.write_text("".join(json.dumps({"item": number, "id": f"i{number}"}) + "\n" for number in range(12)))
    acts = [(user, (user + step) % 12, 1_700_000_000 + 600 * step + user) for step in range(10) for user in range(6)]
    events.write_text("user,item,ts\n" + "".join(f"{user},{item},{ts}\n" for user, item, ts in acts))
    assert evaluate.run(Settings(), EvaluateOptions(events=events, items=items, json=True)) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["test"]["targets"] == 12 and told["test"]["hr10"] > 0.9


def test_the_table_of_interests_has_a_row_for_each_variant(
    recorded: EvaluateOptions, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate_interests.run(Settings(), recorded) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert "8 users on 60 items" in lines[0]
    assert lines[1].startswith("test: the last 20 %")
    assert [line[: max(map(len, NAMES))].strip() for line in lines[4:]] == NAMES
    assert "behaviors on 60 items read" in told.err


def test_json_of_interests_tells_both_parts_and_a_second_run_tells_the_same(
    recorded: EvaluateOptions, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    options = replace(recorded, json=True, cache=tmp_path / "vectors")
    told = []
    for _ in range(2):
        assert evaluate_interests.run(Settings(), options) == 0
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
    done = penchant("evaluate", "--encoder", "fake", "--limit", "400", "--json", timeout=500)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["dev"]["targets"] + told["test"]["targets"] <= 400
    assert told["against"] == {}


def test_the_command_takes_interests_alone() -> None:
    done = penchant("evaluate", "--interests", "--encoder", "fake", "--limit", "40", "--json", timeout=280)
    assert done.returncode == 0, done.stderr
    assert [one["variant"] for one in json.loads(done.stdout)["variants"]] == NAMES
