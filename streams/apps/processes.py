"""Processes: children with their output in a log file, none of which outlives its parent, however that ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

TERM_GRACE = 10.0
TAIL_BYTES = 16_384
# End of file on its input means that the parent is gone, even by SIGKILL; the child's whole group goes after it.
WATCHDOG = 'cat >/dev/null; kill -s KILL -- "-$1" 2>/dev/null'


class ChildEndedError(Exception):
    """A child ended although its work was not done; the message holds its last words."""


class ChildProcess:
    """One child in a process group of its own, so that an interrupt from the terminal reaches its parent only.

    name: what it is called in messages. log: the file that gets its output and errors.
    """

    def __init__(self, name: str, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,
            )
        self._watchdog = subprocess.Popen(
            ["sh", "-c", WATCHDOG, "watchdog", str(self._process.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The child's process id, which is its group's id too."""
        return self._process.pid

    def check(self) -> None:
        """Raises ChildEndedError, with the end of the log, when the child no longer runs."""
        code = self._process.poll()
        if code is not None:
            raise ChildEndedError(f"the {self.name} ended with exit code {code}; its last lines:\n{self.tail()}")

    def tail(self, lines: int = 15) -> str:
        """The last lines of the log, indented."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - TAIL_BYTES))
            text = file.read().decode(errors="replace")
        return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])

    def ask_to_stop(self) -> None:
        """Sends SIGTERM to the child; returns at once."""
        if self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """Ends the child: SIGTERM, and SIGKILL to its whole group after a grace; nothing of it runs afterwards."""
        self.ask_to_stop()
        try:
            self._process.wait(TERM_GRACE)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self._process.wait()
        self._watchdog.kill()
        if self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
        self._watchdog.wait()


class Children:
    """All children of a command, as a context manager: stopped together at its end."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs = logs
        self._environment = environment
        self._children: list[ChildProcess] = []

    def __enter__(self) -> "Children":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children:
            child.ask_to_stop()
        for child in self._children:
            child.stop()

    def start(self, command: str, name: str | None = None, more: Mapping[str, str] | None = None) -> ChildProcess:
        """Starts `penchant COMMAND`; its output goes to NAME.log, which is the command's where none is given.

        more: variables of its own, above those of all.
        """
        words = [sys.executable, "-m", "streams.cli", command]
        name = name or command
        child = ChildProcess(name, words, self._logs / f"{name}.log", {**self._environment, **(more or {})})
        self._children.append(child)
        return child

    def check(self) -> None:
        """Raises ChildEndedError when one of them no longer runs."""
        for child in self._children:
            child.check()

    def tails(self) -> str:
        """The ends of all logs, each below its child's name."""
        return "\n".join(f"  {child.name}\n{child.tail()}" for child in self._children)
