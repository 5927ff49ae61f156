"""Watch: what a run publishes, counted as it comes and held against what was sent."""

import time
from collections import defaultdict
from types import TracebackType

from confluent_kafka import Message

from schemas.dead_letters import MESSAGE
from schemas.interests import InterestRecord, decode_interest_record
from schemas.items import ItemVector
from schemas.recommendations import Recommendations, decode_recommendations
from streams.apps.demo.hits import Hits, trials_of
from streams.apps.demo.latency import Latencies
from streams.apps.demo.options import Sample
from streams.apps.reading import Reader, keep_item
from streams.settings import Settings, dead_letters_of


class Watch:
    """Reads items' vectors, interest records, lists and dead letters, all committed, as a context manager.

    items, records, lists: the latest by id. bought: the items of each customer, in order. applied: behaviors that
    records claim to be new. records_out, lists_out: how many came. latencies: of the behaviors that it is told are
    sent. hits: lists held against the next purchase. refusals: why behaviors were refused.
    """

    def __init__(self, settings: Settings, sample: Sample) -> None:
        topics = settings.topics
        self.items: dict[str, ItemVector] = {}
        self.records: dict[str, InterestRecord] = {}
        self.lists: dict[str, Recommendations] = {}
        self.bought: dict[str, list[str]] = defaultdict(list)
        self.refusals: list[str] = []
        self.applied = self.records_out = self.lists_out = 0
        self.latencies = Latencies()
        self.hits = Hits()
        for behavior in sample.behaviors:
            self.bought[behavior.owner].append(behavior.item_id or "")
        self._trials = trials_of(sample.behaviors, len(sample.items))
        self._takers = {
            topics.items_encoded: self._take_item,
            topics.interests: self._take_record,
            topics.recommendations: self._take_list,
            dead_letters_of(topics.clickstream): self._take_refusal,
            dead_letters_of(topics.items): self._take_refusal,
        }
        self._now = 0.0
        self._reader = Reader(settings, tuple(self._takers))

    def __enter__(self) -> "Watch":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.close()

    @property
    def vectors(self) -> int:
        """How many items have a vector."""
        return len(self.items)

    @property
    def done(self) -> int:
        """Behaviors that need no further waiting: applied, or refused."""
        return self.applied + len(self.refusals)

    @property
    def counted_once(self) -> bool:
        """Whether every user's record counts just the behaviors that were sent for that user."""
        return all(
            user in self.records and self.records[user].behaviors == len(bought) for user, bought in self.bought.items()
        )

    @property
    def lists_complete(self) -> bool:
        """Whether every user's latest list is of the same moment as the latest record; both come in one transaction."""
        return all(
            user in self.lists and self.lists[user].behaviors == record.behaviors
            for user, record in self.records.items()
        )

    def poll(self, seconds: float) -> None:
        """Takes what is there, or comes within so many seconds."""
        messages = list(self._reader.poll(seconds))
        self._now = time.monotonic()
        for message in messages:
            self._takers[message.topic() or ""](message)

    def _take_item(self, message: Message) -> None:
        keep_item(self.items, message)

    def _take_record(self, message: Message) -> None:
        if (value := message.value()) is not None:
            record = decode_interest_record(value)
            self.records[record.user_id] = record
            self.records_out += 1
            self.applied += record.new_behaviors

    def _take_list(self, message: Message) -> None:
        if (value := message.value()) is None:
            return
        listed = decode_recommendations(value)
        self.lists[listed.user_id] = listed
        self.lists_out += 1
        self.latencies.read(listed.user_id, listed.behaviors, self._now)
        trial = self._trials.get((listed.user_id, listed.behaviors))
        if trial is not None:
            self.hits.take(trial, listed)

    def _take_refusal(self, message: Message) -> None:
        headers = dict(message.headers() or [])
        reason = headers.get(MESSAGE) or b"no reason is given"
        self.refusals.append(reason if isinstance(reason, str) else reason.decode(errors="replace"))
