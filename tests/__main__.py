"""The command `python -m tests`: every test.

Those that need a Kafka, and wait much, set the pace; the others run beside them in what time they leave, and are told
at the end. On a fresh machine those with a Kafka compile the kernels first, so the others begin with what needs none.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial

NICENESS = 10
WITHOUT_KERNELS = ("schemas", "deploy", "models/encoder", "models/requests", "models/simulator", "streams/encoding")
IN_ORDER = [*(f"tests/{name}" for name in WITHOUT_KERNELS), "tests"]


def main(arguments: Sequence[str]) -> int:
    """Runs both; 0 when all passed. Args: more for pytest, of both."""
    with tempfile.TemporaryFile() as told:
        beside = subprocess.Popen(
            [*pytest("not kafka"), *(arguments or IN_ORDER)],
            stdout=told,
            stderr=subprocess.STDOUT,
            preexec_fn=partial(os.nice, NICENESS),
        )
        try:
            with_kafka = subprocess.run([*pytest("kafka"), *arguments], check=False).returncode
            without = beside.wait()
        finally:
            beside.kill()
        told.seek(0)
        sys.stdout.buffer.write(told.read())
    return max(with_kafka, without)


def pytest(marked: str) -> list[str]:
    """The command for the tests so marked."""
    return [sys.executable, "-m", "pytest", "-m", marked]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
