"""Watch: what a run publishes, counted as it comes and held against what was sent."""

from collections import defaultdict
from collections.abc import Sequence
from types import TracebackType

from confluent_kafka import Message

from schemas.behaviors import Behavior
from schemas.dead_letters import MESSAGE
from schemas.interests import InterestRecord, decode_interest_record
from schemas.items import ItemVector
from schemas.recommendations import Recommendations, decode_recommendations
from streams.apps.reading import Reader, keep_item
from streams.settings import Settings, dead_letters_of


class Watch:
    """Reads items' vectors, interest records, lists and dead letters, as a context manager.

    items, records, lists: the latest by id. applied: behaviors that records claim to be new. records_out, lists_out:
    how many came. lists_tried: lists of users who bought once more; lists_hit: those that held this next purchase.
    refusals: why behaviors were refused.
    """

    def __init__(self, settings: Settings, behaviors: Sequence[Behavior]) -> None:
        topics = settings.topics
        self.items: dict[str, ItemVector] = {}
        self.records: dict[str, InterestRecord] = {}
        self.lists: dict[str, Recommendations] = {}
        self.refusals: list[str] = []
        self.applied = self.records_out = self.lists_out = self.lists_tried = self.lists_hit = 0
        self._bought: dict[str, list[str | None]] = defaultdict(list)
        for behavior in behaviors:
            self._bought[behavior.owner].append(behavior.item_id)
        self._takers = {
            topics.items_encoded: self._take_item,
            topics.interests: self._take_record,
            topics.recommendations: self._take_list,
            dead_letters_of(topics.clickstream): self._take_refusal,
            dead_letters_of(topics.items): self._take_refusal,
        }
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
    def counted_once(self) -> bool:
        """Whether every user's record counts just the behaviors that were sent for that user."""
        return all(
            user in self.records and self.records[user].behaviors == len(bought)
            for user, bought in self._bought.items()
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
        for message in self._reader.poll(seconds):
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
        bought = self._bought[listed.user_id]
        if listed.behaviors < len(bought):
            self.lists_tried += 1
            self.lists_hit += any(entry.item_id == bought[listed.behaviors] for entry in listed.items)

    def _take_refusal(self, message: Message) -> None:
        headers = dict(message.headers() or [])
        reason = headers.get(MESSAGE) or b"no reason is given"
        self.refusals.append(reason if isinstance(reason, str) else reason.decode(errors="replace"))
