"""Evidence: what a deployment has left on its topics, read committed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from schemas.behaviors import decode_behavior
from schemas.dead_letters import OFFSET, PARTITION
from schemas.handoffs import Forward, decode_handoff
from schemas.items import decode_item_vector
from schemas.rows.factors import is_factors
from schemas.rows.keys import HEAD, POSITIONS_KEY, WAITING_PREFIX, owner_of, owner_prefix
from schemas.rows.partition import WaitingRow, decode_positions, decode_waiting
from schemas.rows.trend import check_trend, decode_trends
from schemas.rows.user import HEAD as HEAD_LAYOUT
from streams.settings import Settings, dead_letters_of
from tests.chaos.deployment import Deployment, Place
from tests.kafka.topics import Record

Rows = dict[tuple[int, bytes], bytes]


@dataclass(frozen=True)
class Evidence:
    """Topics as they are at one moment. ends: of the workers' sources, markers included."""

    settings: Settings
    clickstream: list[Record]
    requests: list[Record]
    answers: list[Record]
    users_changelog: list[Record]
    items_changelog: list[Record]
    interests: list[Record]
    lists: list[Record]
    trends: list[Record]
    letters: list[Record]
    handoff_letters: list[Record]
    items: list[Record]
    ends: dict[Place, int]

    @cached_property
    def user_rows(self) -> Rows:
        """The latest row per partition and key of the users store."""
        return latest(self.users_changelog)

    @cached_property
    def heads(self) -> dict[str, np.void]:
        """The stored head of every user."""
        return {
            owner: np.frombuffer(row, HEAD_LAYOUT)[0]
            for (_, key), row in self.user_rows.items()
            if (owner := owner_of(key)) is not None and key == owner_prefix(owner) + HEAD
        }

    @property
    def flushes(self) -> int:
        """How many transactions the users store has had."""
        return sum(decode_positions(row).sequence for _, row in positions_rows(self.user_rows))

    @property
    def flushes_left(self) -> int:
        """How many of them compaction has left in the users' changelog."""
        return sum(record.key == POSITIONS_KEY for record in self.users_changelog)

    @cached_property
    def waiting(self) -> list[WaitingRow]:
        """Behaviors that wait for their item."""
        return [decode_waiting(row) for (_, key), row in self.user_rows.items() if key.startswith(WAITING_PREFIX)]

    @cached_property
    def waiting_events(self) -> list[str]:
        """The event id of every behavior that waits, forwarded or not."""
        return [waiting_event(row, self.settings.topics.handoffs) for row in self.waiting]

    @cached_property
    def positions(self) -> dict[Place, int]:
        """The stored position in every source partition."""
        rows = [(p, decode_positions(row)) for p, row in positions_rows(self.user_rows)]
        rows += [(p, decode_positions(row)) for p, row in positions_rows(latest(self.items_changelog))]
        return {(topic, p): offset for p, row in rows for topic, offset in row.positions.items()}

    @cached_property
    def item_trends(self) -> dict[int, np.void]:
        """The head of the latest trend per item on which there were behaviors, by print."""
        rows = [row for row in latest(self.trends).values() if not is_factors(row)]
        for row in rows:
            check_trend(row)
        return {int(head["print"]): head for head in decode_trends(rows).heads if head["behaviors"]}

    @cached_property
    def encoded_items(self) -> set[str]:
        """Ids of the items that the encoder has published."""
        return {decode_item_vector(record.value).item_id for record in self.items if record.value is not None}

    @cached_property
    def dead(self) -> list[tuple[int, int]]:
        """Partition and offset of every dead letter's origin."""
        headers = [dict(letter.headers) for letter in self.letters]
        return [(int(header[PARTITION]), int(header[OFFSET])) for header in headers]


def gather(deployment: Deployment) -> Evidence:
    """Reads everything."""
    settings, read = deployment.settings, deployment.read
    topics = settings.topics
    return Evidence(
        settings,
        clickstream=read(topics.clickstream),
        requests=read(topics.encode_requests),
        answers=read(topics.behaviors_encoded),
        users_changelog=read(settings.users_changelog),
        items_changelog=read(settings.items_changelog),
        interests=read(topics.interests),
        lists=read(topics.recommendations),
        trends=read(topics.item_trends),
        letters=read(dead_letters_of(topics.clickstream)),
        handoff_letters=read(dead_letters_of(topics.handoffs)),
        items=read(topics.items_encoded),
        ends=deployment.ends(deployment.sources()),
    )


def waiting_event(row: WaitingRow, handoffs: str) -> str:
    """The event id of a behavior that waits; handoffs: the topic of those that were forwarded."""
    data = row.behavior
    if row.topic == handoffs:
        forward = decode_handoff(data)
        assert isinstance(forward, Forward)
        data = forward.behavior
    return decode_behavior(data).event_id


def latest(changelog: list[Record]) -> Rows:
    """The last value per partition and key; what was deleted is left out."""
    rows = {(record.partition, record.key or b""): record.value for record in changelog}
    return {place: value for place, value in rows.items() if value is not None}


def positions_rows(rows: Rows) -> list[tuple[int, bytes]]:
    """The positions rows with their partitions."""
    return [(partition, row) for (partition, key), row in rows.items() if key == POSITIONS_KEY]
