"""Rights: what a worker and an encoder must be allowed, and what of it Kafka does not allow this client."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AclOperation, AdminClient

from streams.encoding.sources import group_of
from streams.settings import Settings, dead_letters_of

READ, WRITE = AclOperation.READ, AclOperation.WRITE


@dataclass(frozen=True)
class Needs:
    """What one kind of process does. groups: that it joins."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    groups: tuple[str, ...]


def needs_of_worker(settings: Settings) -> Needs:
    """What a worker reads and writes, and the group it joins."""
    topics, changelogs = settings.topics, (settings.users_changelog, settings.items_changelog)
    sources = (topics.clickstream, topics.behaviors_encoded, topics.handoffs, topics.item_signals)
    outputs = (topics.interests, topics.recommendations, topics.encode_requests, topics.handoffs, topics.item_signals)
    shared = (topics.item_trends, topics.ranking_mixers)
    return Needs(
        reads=(*sources, *shared, topics.items_encoded, *changelogs),
        writes=(*outputs, *shared, *changelogs, *map(dead_letters_of, sources)),
        groups=(settings.app,),
    )


def needs_of_encoder(settings: Settings) -> Needs:
    """What an encoder reads and writes, and the groups it joins."""
    topics = settings.topics
    sources = (topics.items, topics.encode_requests)
    return Needs(
        reads=sources,
        writes=(topics.items_encoded, topics.behaviors_encoded, *map(dead_letters_of, sources)),
        groups=tuple(group_of(settings, source) for source in sources),
    )


def lacking_rights(admin: AdminClient, needs: Needs, present: Collection[str], answer: float) -> list[str]:
    """Rights that Kafka denies this client, as "READ on items"; of topics those that are present.

    Nothing is lacking where a broker does not tell. answer: seconds in which it must. Raises KafkaException.
    """
    wanted = [(topic, READ) for topic in needs.reads] + [(topic, WRITE) for topic in needs.writes]
    names = sorted({topic for topic, _ in wanted} & set(present))
    asked = admin.describe_topics(TopicCollection(names), include_authorized_operations=True, request_timeout=answer)
    allowed = {name: future.result(2 * answer).authorized_operations for name, future in asked.items()}
    lacking = [
        f"{right.name} on {topic}"
        for topic, right in wanted
        if allowed.get(topic) is not None and right not in allowed[topic]
    ]
    return lacking + [f"READ on group {group}" for group in needs.groups if not _may_join(admin, group, answer)]


def _may_join(admin: AdminClient, group: str, answer: float) -> bool:
    asked = admin.describe_consumer_groups([group], include_authorized_operations=True, request_timeout=answer)
    try:
        found: Any = asked[group].result(2 * answer)
    except KafkaException as error:
        return bool(error.args[0].code() != KafkaError.GROUP_AUTHORIZATION_FAILED)
    return found.authorized_operations is None or READ in found.authorized_operations
