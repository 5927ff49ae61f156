"""The command line as an operator runs it: a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

COMMAND = (sys.executable, "-m", "streams.cli")


def penchant(
    *arguments: str, environment: Mapping[str, str] | None = None, given: bytes = b"", timeout: float = 60
) -> "subprocess.CompletedProcess[str]":
    """Runs `penchant` to its end. environment: above that of the tests. given: its standard input."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=given,
        capture_output=True,
        env=clean_environment(environment),
        timeout=timeout,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@contextmanager
def running(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator["subprocess.Popen[str]"]:
    """Runs `penchant` while it is entered, in a session of its own; kills it at the end if it has not ended."""
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(environment),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def clean_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tests' environment without settings of Penchant's, a narrow terminal, and `more` above it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PENCHANT_")}
    return {**kept, "COLUMNS": "80", "NO_COLOR": "1", **(more or {})}
