"""The doctor's checks on their own: folders, memory, clocks, and what a sample of behaviors tells."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.apps.doctor import examined, machine, rules
from streams.apps.doctor.behaviors import Placed, ages, explanation
from streams.apps.doctor.finding import Finding
from streams.apps.doctor.transactions import Probe, agreement
from streams.kafka.partitioners import PARTITIONERS, partition_of
from streams.settings import Settings, WorkerSettings

USERS = [f"user-{number}" for number in range(60)]


@pytest.mark.parametrize("section", ["worker", "encoder"])
def test_a_data_folder_that_cannot_be_written_to_is_named(section: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    path = tmp_path / "taken" / section
    finding = machine.folder(f"{section}.data", path, "--data")
    assert str(path) in only_failure(finding)
    assert "--data" in finding.mend


def test_memory_below_what_users_may_take_only_warns(tmp_path: Path) -> None:
    finding = machine.memory(Settings(worker=WorkerSettings(data=tmp_path, arena_bytes=1 << 50)))
    assert finding.state == "warn"
    assert "worker.arena_bytes" in finding.mend


@pytest.mark.parametrize(
    ("text", "state", "words"),
    [
        (None, "ok", "no file of business rules is named"),
        ("rules: []", "ok", "0 business rules"),
        ("rules: [{exclude: {tag: old}}, {pin: {item: a, place: 1}}]", "ok", "2 business rules"),
        ("rules: [{name: Offer, pin: {item: a, place: 11}}]", "FAIL", "rule 1 (Offer): `pin.place`: 11 is beyond"),
    ],
)
def test_the_file_of_business_rules_is_read_as_a_worker_would(
    tmp_path: Path, text: str | None, state: str, words: str
) -> None:
    path = None if text is None else tmp_path / "rules.yml"
    if path is not None:
        path.write_text(text or "")
    finding = examined("worker.rules", rules.rules, Settings(worker=WorkerSettings(data=tmp_path, rules=path)))
    assert finding.state == state
    assert words in finding.found


@pytest.mark.parametrize(
    ("appended", "state", "words"),
    [
        (1000.2, "ok", "agrees"),
        (1060.5, "warn", "60.0 s ahead of this machine's"),
        (940.0, "warn", "60.0 s behind this machine's"),
        (640.0, "FAIL", "360.0 s behind this machine's"),
        (None, "warn", "cannot be told"),
    ],
)
def test_a_broker_s_clock_is_held_against_ours(appended: float | None, state: str, words: str) -> None:
    finding = agreement(Probe(sent=1000.0, heard=1000.5, appended=appended), 300.0)
    assert finding.state == state
    assert words in finding.found


def test_a_check_that_cannot_be_made_fails_with_the_error_named() -> None:
    def broken(subject: object) -> Finding:
        raise ZeroDivisionError("nothing to divide")

    assert examined("some check", broken, None) == Finding(
        "some check", "FAIL", "cannot be told (ZeroDivisionError: nothing to divide)"
    )


def test_the_tested_programs_are_those_of_the_constraints() -> None:
    pinned = (Path(__file__).parents[3] / "constraints.txt").read_text().split()
    assert {f"{name}=={version}" for name, version in machine.TESTED.items()} <= set(pinned)


# -- recognizing a partitioner


@given(users=st.sets(st.text(min_size=1, max_size=8), min_size=1), name=st.sampled_from(PARTITIONERS))
@settings(max_examples=50)
def test_the_partitioner_that_placed_all_is_never_ruled_out(users: set[str], name: str) -> None:
    finding = explanation([placed(user, name, 12) for user in users], 12)
    assert finding.state == "ok"
    assert name in finding.found


@pytest.mark.parametrize("name", PARTITIONERS)
def test_each_partitioner_is_recognized_on_sixty_users(name: str) -> None:
    assert explanation([placed(user, name, 12) for user in USERS], 12).found.startswith(f"{name} explains 60 users")


def test_a_sample_too_small_to_tell_says_so() -> None:
    finding = explanation([placed("ann", "crc32", 1)], 1)
    assert finding.state == "ok"
    assert "too few to tell them apart" in finding.found


def test_mixed_partitioners_are_explained_by_an_example() -> None:
    behaviors = [placed(user, PARTITIONERS[number % 2], 12) for number, user in enumerate(USERS)]
    finding = explanation(behaviors, 12)
    assert "producers with different partitioners" in only_failure(finding)
    example = re.search(
        r"such as '(user-\d+)' at \[(\d+)\] offset \d+, where (\w+) would have chosen \[(\d+)\]", finding.found
    )
    assert example is not None
    user, there, name, chosen = example.groups()
    assert partition_of(name, user.encode(), 12) == int(chosen) != int(there)


def test_behaviors_keyed_by_something_else_are_told_from_other_partitioners() -> None:
    behaviors = [
        Placed(b"session", user.encode(), partition_of("crc32", b"session", 12), 0, 0.0, 0.0) for user in USERS
    ]
    assert "60 of 60 sampled behaviors are keyed by something else" in only_failure(explanation(behaviors, 12))


def test_a_partitioner_that_nobody_knows_may_be_partitions_that_were_added() -> None:
    behaviors = [placed(user, "crc32", 5) for user in USERS]
    assert "partitions that were added later" in only_failure(explanation(behaviors, 12))


def test_a_partitioner_that_the_settings_name_must_explain_the_sample() -> None:
    behaviors = [placed(user, "crc32", 12) for user in USERS]
    assert explanation(behaviors, 12, "crc32").state == "ok"
    assert "worker.partitioner=murmur2 does not explain" in only_failure(explanation(behaviors, 12, "murmur2"))


def test_old_behaviors_are_no_fault_and_slightly_early_ones_only_warn() -> None:
    def aged(ahead: float) -> Placed:
        return Placed(b"ann", b"ann", 0, 0, 1e9 + ahead, 1e9)

    assert "1 were over a day old" in ages([aged(-100_000), aged(0)], 300).found
    assert [ages([aged(ahead)], 300).state for ahead in (-100_000, 0, 30, 301)] == ["ok", "ok", "warn", "FAIL"]


# -- helpers


def only_failure(finding: Finding) -> str:
    """What a failed check found."""
    assert finding.state == "FAIL", finding
    return finding.found


def placed(user: str, partitioner: str, partitions: int) -> Placed:
    """A behavior keyed by its user, where the partitioner puts it."""
    return Placed(user.encode(), user.encode(), partition_of(partitioner, user.encode(), partitions), 0, 0.0, 0.0)
