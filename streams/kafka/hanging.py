"""Hanging transactions: ones that Kafka's coordinator has forgotten, so that nothing ends them any more.

A single broker that was killed has partitions without a leader while it starts; Kafka's transaction coordinator takes
these for deleted and drops the end of a transaction that was ending (seen with 4.3.1). The next transaction of the same
producer would then commit what hangs together with its own: everything in it a second time.
"""

import time
from collections.abc import Callable, Iterable, Iterator

from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from streams.kafka.client import open_admin
from streams.kafka.transactions import TransactionError
from streams.settings import KafkaSettings

ANSWER = 20.0  # seconds
PAUSE = 0.05
PATIENCE = 20.0  # seconds in which an end that was decided reaches every partition


class HangingTransactionError(Exception):
    """A partition holds a transaction that nothing ends; the message says where, and how to end it."""


class OpenTransactions:
    """Looks for transactions that are open in partitions whose only writer has just been fenced; from any thread."""

    def __init__(self, settings: KafkaSettings, patience: float = PATIENCE) -> None:
        """patience: seconds to wait for an end that may be on its way. The embedded broker has no such ends."""
        self._settings = settings
        self._patience = patience
        self._admin: AdminClient | None = None if settings.embedded else open_admin(settings)

    def require_none(self, places: Iterable[tuple[str, int]], going_on: Callable[[], bool] = lambda: True) -> None:
        """Returns once nothing is open in these partitions (topic, number), or when `going_on()` is false.

        Raises: HangingTransactionError when something is, for longer than the patience; TransactionError when Kafka
        does not say.
        """
        end = time.monotonic() + self._patience
        waited = list(places)
        while self._admin is not None and waited and going_on():
            late = time.monotonic() > end
            try:
                hanging = list(_open(self._admin, waited))
            except KafkaException as error:  # a partition that was just made, or moved, has no leader for a moment
                if late:
                    why = error.args[0].str()
                    raise TransactionError(f"the ends of {waited[0][0]} cannot be read: {why}") from None
            else:
                if hanging and late:
                    raise self._error(*hanging[0])
                waited = [place for place, _, _ in hanging]
            if waited:
                time.sleep(PAUSE)

    def _error(self, place: tuple[str, int], stable: int, last: int) -> HangingTransactionError:
        topic, partition = place
        return HangingTransactionError(
            f"{topic}[{partition}] holds a transaction from offset {stable} to {last} that its producer no longer has: "
            "the broker lost its end in a crash, and the next one would commit it a second time. Find it with "
            f"`kafka-transactions.sh --bootstrap-server {self._settings.bootstrap} find-hanging`, end it with `abort` "
            "in every partition, delete the workers' data folders and start again: what it held is applied anew"
        )


def _open(admin: AdminClient, places: list[tuple[str, int]]) -> Iterator[tuple[tuple[str, int], int, int]]:
    committed, ends = (
        _latest(admin, places, level) for level in (IsolationLevel.READ_COMMITTED, IsolationLevel.READ_UNCOMMITTED)
    )
    for place, stable, last in zip(places, committed, ends, strict=True):
        if stable < last:
            yield place, stable, last


def _latest(admin: AdminClient, places: list[tuple[str, int]], level: IsolationLevel) -> list[int]:
    asked = {TopicPartition(*place): OffsetSpec.latest() for place in places}
    answers = admin.list_offsets(asked, isolation_level=level, request_timeout=ANSWER)
    found = {(place.topic, place.partition): answer.result(2 * ANSWER).offset for place, answer in answers.items()}
    return [found[place] for place in places]
