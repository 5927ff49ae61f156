"""The command line: help for newcomers, one line for what an operator can mend, and quick to start."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.streams.command import clean_environment, penchant

COMMANDS = (
    ("topics", "create"),
    ("worker",),
    ("encoder",),
    ("broker",),
    ("produce",),
    ("replay",),
    ("simulate",),
    ("tail",),
    ("inspect",),
    ("say",),
    ("search",),
    ("settings",),
    ("dead-letters",),
    ("doctor",),
    ("evaluate",),
    ("demo",),
)
HEAVY = ("numpy", "numba", "faust", "aiokafka", "confluent_kafka", "pydantic", "torch", "msgspec", "rocksdict")
NOWHERE = "127.0.0.1:1"


def test_help_names_every_command() -> None:
    done = penchant("--help")
    assert done.returncode == 0
    for command in COMMANDS:
        assert f"\n│ {command[0]} " in done.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_of_a_command_says_what_it_does_and_shows_an_example(command: tuple[str, ...]) -> None:
    done = penchant(*command, "--help")
    assert done.returncode == 0
    assert f"Usage: penchant {' '.join(command)}" in done.stdout
    assert "Example" in done.stdout
    examples = done.stdout.split("Example")[1]
    assert f"penchant {' '.join(command)}" in examples
    assert "╭─ Options" in done.stdout


def test_no_command_shows_the_help() -> None:
    assert "penchant demo" in penchant().stdout


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    program = f"import sys, streams.cli.commands; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=clean_environment(), check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("PENCHANT_TOPICS__PARTITIONS", "0", "topics.partitions"),
        ("PENCHANT_TOPICS__PARTITIONS", "many", "topics.partitions"),
        ("PENCHANT_WORKER__FLUSH_INTERVALL", "1", "worker.flush_intervall"),
        ("PENCHANT_KAFKA__CLIENT", "{", "kafka"),
        ("PENCHANT_INTERESTS__HALF_LIFE", "-1", "interests"),
    ],
)
def test_a_wrong_setting_ends_with_code_2_and_one_line_that_names_it(variable: str, value: str, named: str) -> None:
    done = penchant("tail", environment={variable: value})
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("penchant: ")
    assert named in done.stderr


def test_a_wrong_setting_says_where_it_was_set() -> None:
    done = penchant("tail", environment={"PENCHANT_TOPICS__PARTITIONS": "0"})
    assert "topics.partitions is '0' (environment variable PENCHANT_TOPICS__PARTITIONS)" in done.stderr
    assert "allowed is a whole number of partitions from 1 to 1,024" in done.stderr


def test_a_wrong_flag_is_told_as_the_flag() -> None:
    done = penchant("tail", "--bootstrap", "kafka", environment={"PENCHANT_KAFKA__BOOTSTRAP": "kafka:9092"})
    assert done.returncode == 2
    assert "kafka.bootstrap is 'kafka' (flag --bootstrap), allowed is HOST:PORT" in done.stderr


def test_a_value_that_may_be_a_secret_is_not_shown() -> None:
    done = penchant("tail", environment={"PENCHANT_KAFKA__CLIENT": '{"sasl.password": 987654321}'})
    assert done.returncode == 2
    assert "sasl.password" in done.stderr
    assert "987654321" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [("inspect", "ann"), ("produce", "items"), ("say", "ann", "more tea"), ("search", "ann", "tea")],
    ids=lambda command: command[0],
)
def test_no_kafka_ends_with_code_2_and_says_where_the_flag_sent_it(command: tuple[str, ...]) -> None:
    done = penchant(*command, "--bootstrap", NOWHERE, environment={"PENCHANT_KAFKA__BOOTSTRAP": "127.0.0.1:2"})
    assert done.returncode == 2
    assert f"Kafka at {NOWHERE} did not answer" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules: [{name: Offer, pin: {item: a, place: 11}}]", "rule 1 (Offer): `pin.place`: 11 is beyond"),
        ("rules: [{exclude: {tags: old}}]", "rule 1: `exclude`: Object contains unknown field `tags`"),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_a_worker_whose_rules_cannot_be_used_ends_with_code_2_before_it_asks_kafka(
    tmp_path: Path, text: str | None, told: str
) -> None:
    path = tmp_path / "rules.yml"
    if text is not None:
        path.write_text(text)
    places = ("--rules", str(path), "--data", str(tmp_path / "data"))
    done = penchant("worker", *places, "--bootstrap", NOWHERE, "--metrics-port", "0")
    assert done.returncode == 2
    assert done.stderr.startswith(f"penchant: {path}") and told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_option_ends_with_code_2_and_is_named() -> None:
    done = penchant("tail", "--usr", "ann")
    assert done.returncode == 2
    assert "--usr" in done.stderr
