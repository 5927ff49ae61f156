"""Staged: an encoder that leaves a mark at a chosen moment and lingers there, so that a fault can be aimed.

python -m tests.streams.encoding.staged STAGE ARM. The first time the process comes to the stage it renames the file ARM
to *.reached and lingers. Without arguments it is a plain encoder.
"""

import sys
import time
from pathlib import Path

from streams.apps.encoder import run
from streams.kafka.transactions import TransactionalProducer
from streams.settings import Settings

LINGER = 6.0


def stage(name: str, arm: Path) -> None:
    """Lets the process linger before it commits ("offsets sent") or after it ("committed")."""
    plain = TransactionalProducer.commit

    def commit(producer: TransactionalProducer) -> None:
        if name == "offsets sent":
            linger(arm)
        plain(producer)
        if name == "committed":
            linger(arm)

    TransactionalProducer.commit = commit


def linger(arm: Path) -> None:
    """Leaves the mark and waits to be hit, once."""
    try:
        arm.rename(arm.with_suffix(".reached"))
    except FileNotFoundError:
        return
    time.sleep(LINGER)


if __name__ == "__main__":
    if sys.argv[1:]:
        stage(sys.argv[1], Path(sys.argv[2]))
    sys.exit(run(Settings()))
