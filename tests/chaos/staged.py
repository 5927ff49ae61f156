"""Staged: a worker or an encoder that leaves a mark at a chosen moment and lingers there, so that a fault can be aimed.

python -m tests.chaos.staged worker|encoder STAGE ARM [--own-ids=NAME]. While the file ARM exists, the first time the
process reaches the stage it renames it to *.reached and lingers for as many seconds as it says. With --own-ids its
transactional ids are its own, so that it is never fenced, and it overlooks what others have open: a check that passes
even then checks nothing.
"""

import argparse
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from streams.agents.interests import InterestsProcessor
from streams.kafka.hanging import OpenTransactions
from streams.kafka.transactions import TransactionalProducer
from streams.settings import Settings
from streams.state.owner import Owner

Method = Callable[..., Any]
Where = Callable[[Any], bool]


def main(arguments: list[str]) -> int:
    """Wraps the method of the stage and runs the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("process", choices=["worker", "encoder"])
    parser.add_argument("stage", choices=[*STAGES, "never"])
    parser.add_argument("arm", type=Path)
    parser.add_argument("--own-ids", default="")
    given = parser.parse_args(arguments)
    if given.own_ids:
        take_ids_of_its_own(given.own_ids)
    if given.stage != "never":
        STAGES[given.stage](given.arm)
    return run(given.process)


def run(process: str) -> int:
    """Runs the process as its own module would."""
    from streams.apps import encoder, worker

    return encoder.run(Settings()) if process == "encoder" else worker.run(Settings())


def take_ids_of_its_own(name: str) -> None:
    """Every transactional id ends with this name from now on, and transactions of other ids are overlooked."""
    plain = TransactionalProducer.__init__

    @wraps(plain)
    def own(self: TransactionalProducer, settings: Any, transactional_id: str, timeout: float) -> None:
        plain(self, settings, f"{transactional_id}.{name}", timeout)

    def overlook(*_: Any) -> None:
        """Finds nothing open."""

    TransactionalProducer.__init__ = own  # type: ignore[method-assign]
    OpenTransactions.require_none = overlook  # type: ignore[method-assign]


def before(owner: type, name: str, where: Where = lambda _: True) -> Callable[[Path], None]:
    """A stage just before this method, of objects for which `where` holds."""

    def stage(arm: Path) -> None:
        plain: Method = getattr(owner, name)

        @wraps(plain)
        def marked(self: Any, *given: Any, **named: Any) -> Any:
            linger(arm, where(self))
            return plain(self, *given, **named)

        setattr(owner, name, marked)

    return stage


def after(owner: type, name: str) -> Callable[[Path], None]:
    """A stage just after this method."""

    def stage(arm: Path) -> None:
        plain: Method = getattr(owner, name)

        @wraps(plain)
        def marked(self: Any, *given: Any, **named: Any) -> Any:
            result = plain(self, *given, **named)
            linger(arm, True)
            return result

        setattr(owner, name, marked)

    return stage


def linger(arm: Path, here: bool) -> None:
    """Leaves the mark and waits to be hit, once per arming."""
    if not here:
        return
    try:
        seconds = float(arm.read_text())
        arm.rename(arm.with_suffix(".reached"))
    except FileNotFoundError:
        return
    time.sleep(seconds)


def of_users(part: TransactionalProducer | Owner) -> bool:
    """Whether the transaction is one of the users store."""
    return part.options.name == "users" if isinstance(part, Owner) else ".users." in part.transactional_id


def of_requests(producer: TransactionalProducer) -> bool:
    """Whether the transaction answers live requests; one that only moves a position over markers has no records."""
    return "encode.requests" in producer.transactional_id and len(producer._producer) > 0


STAGES: dict[str, Callable[[Path], None]] = {
    "before fencing": before(Owner, "_fence"),
    "after fencing": after(Owner, "_fence"),
    "after replay": after(Owner, "_replay"),
    "mid-batch": after(InterestsProcessor, "apply"),
    "mid-transaction": before(TransactionalProducer, "commit", of_users),
    "between commit and store": before(Owner, "_write", of_users),
    "mid-answer": before(TransactionalProducer, "commit_with_offsets", of_requests),
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
