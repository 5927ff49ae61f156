"""Groups: whether workers and encoders are alive and keep up, told from their consumer groups."""

from collections import Counter

from confluent_kafka import KafkaError, KafkaException

from schemas.errors import SchemaError
from schemas.items import decode_item_vector
from streams.apps.doctor.cluster import Cluster, UntoldError
from streams.apps.doctor.finding import Finding, count
from streams.encoding.sources import group_of

SAMPLE = 200  # records of each partition
BEHIND = 100_000  # records of lag that are worth a word


def workers(cluster: Cluster) -> Finding:
    """Whether workers are in the group, how far behind they are, and whether each can have a partition."""
    topics = cluster.settings.topics
    sources = (topics.clickstream, topics.behaviors_encoded, topics.handoffs, topics.item_signals)
    members = _members(cluster, cluster.settings.app)
    lags = {source: cluster.lag(cluster.settings.app, source) for source in cluster.there(*sources)}
    partitions = max(cluster.partitions[source] for source in lags)
    if members is not None and members > partitions:
        return Finding(
            "workers",
            "warn",
            f"{members} workers share {count(partitions, 'partition')}, so some have none; {_shown(lags)}",
            "run fewer, or begin anew with topics of more partitions",
        )
    return _alive("workers", "worker", members, lags, "`penchant worker`")


def encoders(cluster: Cluster) -> Finding:
    """Whether encoders are in both of their groups, and how far behind they are."""
    topics = cluster.settings.topics
    groups = {source: group_of(cluster.settings, source) for source in (topics.items, topics.encode_requests)}
    found = [_members(cluster, group) for group in groups.values()]
    lags = {source: cluster.lag(groups[source], source) for source in cluster.there(*groups)}
    members = None if None in found else min(one for one in found if one is not None)
    return _alive("encoders", "encoder", members, lags, "`penchant encoder`")


def encoder_versions(cluster: Cluster) -> Finding:
    """Whether the newest vectors of items are all of one encoder version."""
    topic = cluster.settings.topics.items_encoded
    versions: Counter[str] = Counter()
    for message in cluster.latest(SAMPLE, topic):
        try:
            versions[decode_item_vector(message.value() or b"").encoder] += message.value() is not None
        except SchemaError:
            continue
    if len(versions) > 1:
        shown = ", ".join(f"{version} ({number:,})" for version, number in versions.most_common(4))
        mend = "vectors of different versions do not compare: run encoders of one version, and send all items again"
        return Finding("encoder version", "warn", f"several in the newest vectors: {shown}", mend)
    if not versions:
        return Finding("encoder version", "ok", f"{topic} holds no vectors yet")
    return Finding("encoder version", "ok", f"{next(iter(versions))} made all sampled vectors of items")


def _alive(check: str, kind: str, members: int | None, lags: dict[str, int], command: str) -> Finding:
    if members is None:
        return Finding(check, "ok", f"{_shown(lags)} (the embedded broker does not tell who is there)")
    if not members:
        waits = any(lags.values())
        found = f"no {kind} is in its group; {_shown(lags)}"
        return Finding(check, "FAIL" if waits else "warn", found, f"start one with {command}")
    if max(lags.values()) > BEHIND:
        return Finding(
            check,
            "warn",
            f"{count(members, kind)}; {_shown(lags)}",
            f"start more {kind}s, or wait until they caught up",
        )
    return Finding(check, "ok", f"{count(members, kind)}; {_shown(lags)}")


def _shown(lags: dict[str, int]) -> str:
    return "lag " + ", ".join(f"{lag:,} on {topic}" for topic, lag in lags.items())


def _members(cluster: Cluster, group: str) -> int | None:
    """How many members the group has; None where the broker does not tell."""
    if cluster.embedded:
        return None
    try:
        return len(cluster.group(group).members)
    except KafkaException as error:
        if error.args[0].code() in (KafkaError.NOT_COORDINATOR, KafkaError.GROUP_ID_NOT_FOUND):
            return 0
        if error.args[0].code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
            raise UntoldError(f"needs READ on group {group}, which this client lacks") from None
        raise
