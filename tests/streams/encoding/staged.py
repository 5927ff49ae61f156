"""Staged: an encoder that leaves a mark at a chosen moment and lingers there, so that a fault can be aimed.

python -m tests.streams.encoding.staged STAGE ARM. While the file ARM exists, the first time the process reaches the stage
it renames it to *.reached and lingers. Without arguments it is a plain encoder.
"""

import sys
from pathlib import Path

from streams.apps.encoder import run
from streams.kafka.transactions import TransactionalProducer
from streams.settings import Settings
from tests.chaos.staged import after, before

STAGES = {
    "written": before(TransactionalProducer, "commit_with_offsets"),
    "offsets sent": before(TransactionalProducer, "commit"),
    "committed": after(TransactionalProducer, "commit"),
}


if __name__ == "__main__":
    if sys.argv[1:]:
        stage, arm = sys.argv[1:]
        STAGES[stage](Path(arm))
    sys.exit(run(Settings()))
