"""Processes: children that tests kill, freeze and restart, none of which outlives the tests."""

import os
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.kafka.waiting import wait_until

ROOT = Path(__file__).parents[2]
# End of file on its input means that the tests are gone, however they died; the child's whole group goes after them.
WATCHDOG = 'cat >/dev/null; kill -9 -- "-$1" 2>/dev/null'


class Process:
    """One running child in a process group of its own; its output goes to a log of its own."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self.child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env={**os.environ, **environment},
                start_new_session=True,
            )
        self.watchdog = subprocess.Popen(
            ["sh", "-c", WATCHDOG, "watchdog", str(self.child.pid)], stdin=subprocess.PIPE, start_new_session=True
        )

    @property
    def exit_code(self) -> int | None:
        """The code it ended with, None while it runs."""
        return self.child.poll()

    def send(self, number: signal.Signals) -> None:
        """Sends a signal, if it still runs."""
        if self.child.poll() is None:
            self.child.send_signal(number)

    def kill(self) -> None:
        """Ends it at once, frozen or not, and everything that it started."""
        self.send(signal.SIGKILL)
        self.child.wait()
        self.watchdog.kill()
        if self.watchdog.stdin is not None:
            self.watchdog.stdin.close()
        self.watchdog.wait()

    def events(self, name: str) -> list[str]:
        """Lines of its log with this event."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if event_of(line) == name]


def event_of(line: str) -> str | None:
    """The event that a line of a log tells of, None for a line that is none of ours."""
    found = re.search(r'\bevent=(?:"([^"]*)"|(\S+))', line)
    return found and (found[1] or found[2])


class Member:
    """One member of a deployment, as often restarted as it dies.

    wanted: whether it should be running. deaths: exit codes it ended with although nobody had asked it to.
    """

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], logs: Path) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.logs = logs
        self.wanted = False
        self.deaths: Counter[int] = Counter()
        self.lives: list[Process] = []

    @property
    def running(self) -> Process:
        """Its process, the present one or the last."""
        assert self.lives, f"{self.name} was never started"
        return self.lives[-1]

    def start(self) -> None:
        """Starts it."""
        log = self.logs / f"{self.name}.{len(self.lives)}.log"
        self.lives.append(Process(self.command, self.environment, log))
        self.wanted = True

    def attend(self) -> None:
        """Restarts it when it died."""
        code = self.running.exit_code if self.wanted else None
        if code is not None:
            self.deaths[code] += 1
            self.running.kill()
            self.start()

    def kill(self) -> None:
        """Kills it with SIGKILL; it stays down until start()."""
        self.wanted = False
        if self.lives:
            self.running.kill()

    def freeze(self) -> None:
        """Stops it with SIGSTOP."""
        self.running.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on with SIGCONT."""
        self.running.send(signal.SIGCONT)

    def leave(self, deadline: float = 30.0) -> int:
        """Asks it to end in good order with SIGTERM; its exit code."""
        self.wanted = False
        self.running.send(signal.SIGTERM)
        wait_until(
            lambda: self.running.exit_code is not None, deadline, f"{self.name} ends after SIGTERM: {self.tail()}"
        )
        code = self.running.exit_code
        self.running.kill()
        assert code is not None
        return code

    def events(self, name: str) -> list[str]:
        """Lines with this event in the logs of all its lives."""
        return [line for process in self.lives for line in process.events(name)]

    def tail(self, lines: int = 12) -> str:
        """The last lines of its log."""
        if not self.lives:
            return ""
        return "\n".join(f"    {line}" for line in self.running.log.read_text(errors="replace").splitlines()[-lines:])
