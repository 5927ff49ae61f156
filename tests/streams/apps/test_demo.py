"""Demo: it ends by itself with a summary that adds up, and however it ends, nothing of it is left."""

import os
import pty
import re
import signal
import subprocess
import termios
import threading
from pathlib import Path

from tests.kafka.waiting import wait_until
from tests.streams.command import COMMAND, clean_environment, penchant, running

EVENTS = 500
LIMIT = 240.0
ALTERNATE_SCREEN, NORMAL_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
HIDE_CURSOR, SHOW_CURSOR = b"\x1b[?25l", b"\x1b[?25h"
FAKE = ("demo", "--fake-encoder", "--events", str(EVENTS))


def belonging_to(folder: Path) -> dict[int, str]:
    """Processes started with this folder for temporary files: their ids and command lines."""
    listed = subprocess.run(["ps", "axeww", "-o", "pid=,command="], capture_output=True, text=True, check=True).stdout
    lines = (line.split(maxsplit=1) for line in listed.splitlines() if f" TMPDIR={folder}" in line)
    return {int(pid): re.split(r" [A-Z_]+=", command)[0] for pid, command in lines}


def child_of(folder: Path, command: str) -> int | None:
    """The process id of the demo's worker or encoder."""
    return next((pid for pid, line in belonging_to(folder).items() if line.endswith(f"streams.cli {command}")), None)


def assert_nothing_is_left(folder: Path) -> None:
    wait_until(lambda: not belonging_to(folder), 10, "no process of the demo is left")
    assert list(folder.iterdir()) == []


def number(summary: str, row: str) -> int:
    found = re.search(rf"^  {row} +([\d,]+)\b", summary, re.MULTILINE)
    assert found, f"{row} is not in {summary}"
    return int(found[1].replace(",", ""))


def test_the_demo_ends_with_a_summary_that_adds_up_and_leaves_nothing(tmp_path: Path) -> None:
    done = penchant(*FAKE, environment={"TMPDIR": str(tmp_path)}, timeout=LIMIT)
    assert (done.returncode, done.stderr) == (0, "")
    assert_nothing_is_left(tmp_path)
    assert "CC BY 4.0" in done.stdout
    steps = re.findall(r"^  replay   \d{4}-\d\d-\d\d +(\d+) of 500 behaviors", done.stdout, re.MULTILINE)
    assert len(steps) <= 10
    assert steps[-1] == str(EVENTS)
    summary = done.stdout[done.stdout.index("\nDone in") :]
    assert number(summary, "behaviors in") == EVENTS
    assert "of 24 customers; each counted once" in summary
    assert number(summary, "vectors") == 3_659
    records, lists = number(summary, "interest records out"), number(summary, "lists out")
    assert 24 <= records <= EVENTS
    assert 24 <= lists <= records
    assert "dead letters" not in summary
    example = summary[summary.index("For example") :]
    assert len(re.findall(r"^  20\d\d-\d\d-\d\d \d\d:\d\d  \S", example, re.MULTILINE)) == 5
    places = re.findall(r"^ +(\d+)  \S.{34,}  \S", example, re.MULTILINE)
    assert [int(place) for place in places] == [*range(1, 11)]
    assert done.stdout.endswith("\nAll processes are stopped.\n")
    assert max(map(len, summary.split("For example")[0].splitlines())) <= 80


def test_ctrl_c_in_a_terminal_ends_the_live_view_and_leaves_nothing(tmp_path: Path) -> None:
    terminal, inside = pty.openpty()
    termios.tcsetwinsize(inside, (24, 80))
    environment = clean_environment({"TMPDIR": str(tmp_path), "TERM": "xterm"})
    demo = subprocess.Popen([*COMMAND, *FAKE], stdin=inside, stdout=inside, stderr=inside, env=environment)
    os.close(inside)
    shown = bytearray()
    reader = threading.Thread(target=copy_from, args=(terminal, shown))
    reader.start()
    try:
        wait_until(lambda: b"sent to the encoder" in shown, 60, "the view shows that the items are sent")
        assert child_of(tmp_path, "worker")
        demo.send_signal(signal.SIGINT)
        assert demo.wait(60) == 130
    finally:
        demo.kill()
        demo.wait()
        reader.join(30)
        os.close(terminal)
    opened, closed = shown.index(ALTERNATE_SCREEN), shown.index(NORMAL_SCREEN)
    assert opened < shown.index(b"sent to the encoder") < closed
    assert shown.index(HIDE_CURSOR) < shown.rindex(SHOW_CURSOR)
    assert HIDE_CURSOR not in shown[shown.rindex(SHOW_CURSOR) :]
    assert shown.decode(errors="replace").split()[-6:] == ["Stopping", "…", "All", "processes", "are", "stopped."]
    assert_nothing_is_left(tmp_path)


def copy_from(terminal: int, shown: bytearray) -> None:
    """Adds what is written to a terminal, until nobody has it open."""
    try:
        while part := os.read(terminal, 65_536):
            shown.extend(part)
    except OSError:
        pass


def test_a_child_that_dies_ends_the_demo_with_its_last_words_and_leaves_nothing(tmp_path: Path) -> None:
    with running(*FAKE, environment={"TMPDIR": str(tmp_path)}) as demo:
        wait_until(lambda: demo.poll() is not None or b"room=" in said_by(tmp_path, "worker"), 120, "the worker speaks")
        worker = child_of(tmp_path, "worker")
        assert worker, demo.communicate()
        os.kill(worker, signal.SIGKILL)
        _, errors = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert "penchant demo: the worker ended with exit code -9; its last lines:\n    room=" in errors
    assert_nothing_is_left(tmp_path)


def test_no_process_outlives_a_demo_that_is_killed(tmp_path: Path) -> None:
    with running(*FAKE, environment={"TMPDIR": str(tmp_path)}) as demo:
        wait_until(lambda: child_of(tmp_path, "worker"), 60, "the worker runs")
        demo.kill()
    wait_until(lambda: not belonging_to(tmp_path), 20, "no process of the demo is left")


def said_by(folder: Path, command: str) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob(f"penchant-demo-*/{command}.log"))
