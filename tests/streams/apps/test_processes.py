"""Processes: children end with their parent, and what they said is at hand."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from streams.apps.processes import ChildEndedError, ChildProcess
from tests.kafka.waiting import wait_until

DEADLINE = 20.0
# A child that ignores SIGTERM and has a child of its own; both ids are printed.
STUBBORN = """
import signal, subprocess, os, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen(["sleep", "600"])
print(os.getpid(), grandchild.pid, flush=True)
time.sleep(600)
"""
PARENT = """
import sys, time
from pathlib import Path
from streams.apps.processes import ChildProcess
child = ChildProcess("child", ["sleep", "600"], Path(sys.argv[1]), {})
print(child.pid, flush=True)
time.sleep(600)
"""


def python(program: str, log: Path, environment: dict[str, str] | None = None) -> ChildProcess:
    return ChildProcess("child", [sys.executable, "-c", program], log, environment or {})


def runs(pid: int) -> bool:
    """Whether the process runs; one that ended and is not waited for by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "child.log"


def test_a_child_that_ended_is_reported_with_its_code_and_last_words(log: Path) -> None:
    child = python("import sys; print('first'); print('no disk left', file=sys.stderr); sys.exit(7)", log)
    try:
        with pytest.raises(ChildEndedError, match=r"the child ended with exit code 7.*\n(.*\n)*.*no disk left"):
            wait_until(child.check, DEADLINE, "the child ends")
    finally:
        child.stop()


def test_a_child_that_runs_passes_the_check_and_gets_its_environment(log: Path) -> None:
    child = python(
        "import os, time; print(os.environ['PENCHANT_APP'], flush=True); time.sleep(600)", log, {"PENCHANT_APP": "x1"}
    )
    try:
        wait_until(lambda: "x1" in child.tail(), DEADLINE, "the child speaks")
        child.check()
    finally:
        child.stop()
    assert not runs(child.pid)


def test_a_child_that_does_not_listen_is_ended_with_all_its_children(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.apps.processes.TERM_GRACE", 0.2)
    child = python(STUBBORN, log)
    wait_until(child.tail, DEADLINE, "the child speaks")
    pids = [int(word) for word in child.tail().split()]
    assert all(map(runs, pids))
    child.stop()
    wait_until(lambda: not any(map(runs, pids)), DEADLINE, "both are gone")


def test_a_child_ends_when_its_parent_is_killed(log: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(log)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert runs(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not runs(child), DEADLINE, "the child is gone")


def test_the_tail_is_the_end_of_a_long_log(log: Path) -> None:
    child = python("for number in range(20000): print(number)", log)
    try:
        with pytest.raises(ChildEndedError):
            wait_until(child.check, DEADLINE, "the child ends")
        assert [int(line) for line in child.tail(3).splitlines()] == [19997, 19998, 19999]
    finally:
        child.stop()
