"""Dead letters: collects what a partition could not apply, for the transaction of its next flush."""

from collections.abc import Iterator

from schemas.dead_letters import DeadLetter, Headers, dead_letter_headers, dead_letter_key, dead_letter_value
from streams.agents.waiting import WaitingBehavior
from streams.kafka.transport import Record
from streams.metrics import WorkerMetrics
from streams.settings import dead_letters_of
from streams.state.processor import Output


class DeadLetters:
    """Dead letters of one partition since the last flush."""

    def __init__(self, partition: int, metrics: WorkerMetrics) -> None:
        self._partition = partition
        self._metrics = metrics
        self._letters: list[DeadLetter] = []

    def __len__(self) -> int:
        return len(self._letters)

    def add(self, topic: str, record: Record, reason: str, detail: str) -> None:
        """Keeps a record that cannot be applied, with the reason."""
        self._letters.append(
            DeadLetter(
                topic=topic,
                partition=self._partition,
                offset=record.offset,
                key=record.key,
                value=record.value,
                headers=tuple(record.headers),
                reason=reason,
                detail=detail,
            )
        )

    def add_waiting(self, waited: WaitingBehavior, detail: str) -> None:
        """Keeps a behavior that waited too long for its item."""
        self._letters.append(
            DeadLetter(
                topic=waited.topic,
                partition=self._partition,
                offset=waited.offset,
                key=waited.behavior.owner.encode(),
                value=waited.data,
                reason="ItemNeverCame",
                detail=detail,
            )
        )

    def take(self) -> Iterator[Output]:
        """The letters as outputs, one each, since each has headers of its own."""
        letters, self._letters = self._letters, []
        for letter in letters:
            self._metrics.rejected.labels(letter.topic, letter.reason).inc()
            headers: Headers = dead_letter_headers(letter)
            yield Output(
                dead_letters_of(letter.topic),
                self._partition,
                [(dead_letter_key(letter), dead_letter_value(letter))],
                headers,
            )
