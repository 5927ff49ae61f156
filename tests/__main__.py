"""The command `python -m tests`: every test.

Those that need a Kafka, and wait much, set the pace; the others run beside them in what time they leave, then a part of
those that need a Kafka, and are told at the end. On a fresh machine the former compile the kernels first, so the others
begin with what needs none.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import IO

NICENESS = "10"
NOTHING_FOUND = 5
WITHOUT_KERNELS = ("schemas", "deploy", "models/encoder", "models/requests", "models/simulator", "streams/encoding")
IN_ORDER = [*(f"tests/{name}" for name in WITHOUT_KERNELS), "tests"]


def main(arguments: Sequence[str]) -> int:
    """Runs all; 0 when all passed. Args: for pytest, which then runs what they name."""
    pace = [pytest("kafka", *(arguments or ["tests", "--ignore=tests/streams"]))]
    beside = [pytest("not kafka", *(arguments or IN_ORDER))]
    if not arguments:
        beside.append(pytest("kafka", "tests/streams"))
    with tempfile.TemporaryFile() as told, ThreadPoolExecutor() as pool:
        others = pool.submit(run, beside, told)
        worst = run(pace, None)
        worst = max(worst, others.result())
        told.seek(0)
        sys.stdout.buffer.write(told.read())
    return worst


def run(commands: Sequence[Sequence[str]], told: IO[bytes] | None) -> int:
    """Runs them in turn, the first of those that are told later with less priority; the worst of their codes."""
    worst = 0
    for place, command in enumerate(commands):
        nice = ["nice", "-n", NICENESS] if told and place == 0 else []
        code = subprocess.run([*nice, *command], stdout=told, stderr=told, check=False).returncode
        worst = max(worst, 0 if code == NOTHING_FOUND else abs(code))
    return worst


def pytest(marked: str, *arguments: str) -> list[str]:
    """The command for the tests so marked."""
    return [sys.executable, "-m", "pytest", "-m", marked, *arguments]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
