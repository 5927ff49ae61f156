"""Partitions: the interests agent on several of them, joined by hand through what they put out; no Kafka."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from faust.types import TP

from models.catalog.catalog import Catalog
from models.ranking.averaging import MixerBoard
from schemas.behaviors import Behavior, encode_behavior
from schemas.dead_letters import Headers
from schemas.encoding import EncodeAnswer, decode_request, encode_answer
from schemas.handoffs import decode_handoff
from schemas.interests import InterestRecord, decode_interest_record
from schemas.mixers import decode_mixer_record
from schemas.rows import keys
from schemas.rows.alias import AliasRow, decode_alias
from schemas.rows.partition import PositionsRow
from schemas.rows.user import HEAD
from schemas.vectors import DIMENSIONS, to_bytes
from streams.agents.interests import InterestsProcessor
from streams.kafka.partitioners import partition_of
from streams.kafka.transport import Batch
from streams.metrics import WorkerMetrics
from streams.state.processor import Flush
from streams.state.store import LocalStore
from tests.streams.agents.processors import MUG, OPTIONS, TOPICS

NOON = 1_700_000_000_000
SOURCES = (TOPICS.clickstream, TOPICS.behaviors_encoded, TOPICS.handoffs)


@dataclass
class Sent:
    """One record of a topic's partition."""

    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = NOON
    headers: Headers = ()


class Partitions:
    """Logs of every topic by partition, and a processor with its store for each partition.

    partitioner: of the producers; trusted: what the processors are told of it.
    """

    def __init__(
        self, folder: Path, count: int = 3, partitioner: str = "crc32", trusted: str | None = None, **options: float
    ) -> None:
        self.count, self.partitioner = count, partitioner
        self.options = replace(OPTIONS, partitions=count, partitioner=trusted, **options)
        self.catalog, self.board = Catalog(), MixerBoard()
        self.catalog.put(MUG)
        self.logs: dict[tuple[str, int], list[Sent]] = defaultdict(list)
        self.stores = [LocalStore(folder / str(number)) for number in range(count)]
        self.read: list[dict[str, int]] = [dict.fromkeys(SOURCES, 0) for _ in range(count)]
        self.committed: list[PositionsRow | None] = [None] * count
        self.processors = [self.started(number) for number in range(count)]

    def started(self, number: int) -> InterestsProcessor:
        """A processor as recovery makes it: from the store, and from the positions of the last commit."""
        processor = InterestsProcessor(self.options, self.catalog, number, WorkerMetrics(), board=self.board)
        known = self.committed[number]
        processor.load(self.stores[number], known)
        self.read[number] = dict.fromkeys(SOURCES, 0) | (known.positions if known else {})
        return processor

    def close(self) -> None:
        """Closes every store."""
        for store in self.stores:
            store.close()

    # -- what goes in

    def home_of(self, owner: str) -> int:
        """Where producers put this owner."""
        return partition_of(self.partitioner, owner.encode(), self.count)

    def send(self, *behaviors: Behavior) -> None:
        """Appends behaviors to the clickstream."""
        for behavior in behaviors:
            owner = behavior.owner
            self.append(TOPICS.clickstream, self.home_of(owner), owner.encode(), encode_behavior(behavior))

    def append(self, topic: str, partition: int, key: bytes | None, value: bytes | None, headers: Headers = ()) -> None:
        """Appends one record."""
        log = self.logs[topic, partition]
        log.append(Sent(len(log), key, value, NOON, headers))

    # -- work

    def apply(self, number: int, topic: str, most: int = 1_000) -> bool:
        """Hands the next records of a source to the partition's processor; says whether there were any."""
        start = self.read[number][topic]
        records = self.logs[topic, number][start : start + most]
        if not records:
            return False
        end = start + len(records)
        self.processors[number].apply(Batch(TP(topic, number), records, start, end, 0))
        self.read[number][topic] = end
        return True

    def flush(self, number: int) -> Flush:
        """One transaction: rows, positions, and what goes to other topics."""
        processor = self.processors[number]
        flush = processor.take()
        self.committed[number] = PositionsRow(
            sequence=0, positions=dict(self.read[number]), **processor.facts()._asdict()
        )
        self.stores[number].write(flush.rows, 0)
        for output in flush.outputs:
            for key, value in output.records:
                self.append(output.topic, output.partition, key, value, output.headers)
                if output.topic == TOPICS.ranking_mixers:
                    self.board.put(decode_mixer_record(value or b""), NOON / 1000)
        processor.committed()
        return flush

    def crash(self, number: int) -> None:
        """Loses what was not committed."""
        self.processors[number] = self.started(number)

    def encode(self, number: int) -> None:
        """The encoder answers what it was not asked before, in order."""
        asked, answers = self.logs[TOPICS.encode_requests, number], self.logs[TOPICS.behaviors_encoded, number]
        for request in asked[len(answers) :]:
            wanted = decode_request(request.value or b"")
            vector = to_bytes(np.eye(1, DIMENSIONS, len(wanted.payload) % DIMENSIONS, dtype=np.float32)[0])
            answer = EncodeAnswer(kind="behavior", model="text", payload=wanted.payload, encoder="e", vector=vector)
            self.append(TOPICS.behaviors_encoded, number, request.key, encode_answer(answer))

    def step(self, number: int) -> bool:
        """A partition applies all there is and commits; says whether there was anything."""
        moved = [self.apply(number, topic) for topic in SOURCES]
        if any(moved):
            self.flush(number)
        return any(moved)

    def settle(self) -> None:
        """Everybody works until nothing is under way."""
        for number in range(self.count):
            self.flush(number)
        while any(self.step(number) for number in range(self.count)):
            for number in range(self.count):
                self.encode(number)

    def items_come(self, *names: str) -> None:
        """Items become known to every worker."""
        for name in names:
            self.catalog.put(msgspec.structs.replace(MUG, item_id=name))
        for processor in self.processors:
            processor.items_arrived(names)

    # -- what is there

    def heads(self) -> dict[str, np.void]:
        """The stored head of every owner, who has one in one partition only."""
        found: dict[str, np.void] = {}
        for store in self.stores:
            for key, row in store.scan(b""):
                owner = keys.owner_of(key)
                if owner is not None and key == keys.owner_prefix(owner) + keys.HEAD:
                    assert owner not in found, f"{owner} lives in two partitions"
                    found[owner] = np.frombuffer(row, HEAD)[0]
        return found

    def behaviors(self) -> dict[str, int]:
        """How many behaviors each owner's state holds."""
        return {owner: int(head["behaviors"]) for owner, head in self.heads().items()}

    def aliases(self, owner: str) -> dict[int, AliasRow]:
        """The alias rows of an id, by partition."""
        rows = [store.get(keys.owner_prefix(owner) + keys.ALIAS) for store in self.stores]
        return {number: decode_alias(row) for number, row in enumerate(rows) if row is not None}

    def records(self, owner: str) -> list[InterestRecord | None]:
        """The published records of an owner, None for a withdrawal."""
        logs = [log for (topic, _), log in self.logs.items() if topic == TOPICS.interests]
        values = [sent.value for log in logs for sent in log if sent.key == owner.encode()]
        return [decode_interest_record(value) if value is not None else None for value in values]

    def handoffs(self) -> list[Sent]:
        """All that partitions handed to each other."""
        return [sent for (topic, _), log in self.logs.items() if topic == TOPICS.handoffs for sent in log]

    def handoff_kinds(self) -> Counter[str]:
        """How many of each kind of handoff there were, by the name of its class."""
        return Counter(type(decode_handoff(sent.value or b"")).__name__ for sent in self.handoffs())

    def letters(self) -> list[dict[str, bytes | None]]:
        """The headers of every dead letter."""
        logs = [log for (topic, _), log in self.logs.items() if topic.endswith(".dead-letters")]
        return [dict(sent.headers) for log in logs for sent in log]


def seen(visitor: str, event_id: str, at: int = NOON, **more: Any) -> Behavior:
    """What an anonymous visitor did; at: epoch milliseconds."""
    fields = {"type": "view", "item_id": "mug"} | more
    return Behavior(event_id=event_id, anonymous_id=visitor, occurred_at=at, **fields)


def done(user: str, event_id: str, at: int = NOON, **more: Any) -> Behavior:
    """What a user did; at: epoch milliseconds."""
    fields = {"type": "view", "item_id": "mug"} | more
    return Behavior(event_id=event_id, user_id=user, occurred_at=at, **fields)


def identified(user: str, visitor: str, event_id: str, at: int = NOON) -> Behavior:
    """A visitor turned out to be this user."""
    return Behavior(event_id=event_id, type="identify", user_id=user, anonymous_id=visitor, occurred_at=at)
