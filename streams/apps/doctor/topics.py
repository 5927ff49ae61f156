"""Topics as the doctor sees them: there, with the right partitions, and kept as long as they must be."""

from streams.apps.doctor.cluster import Cluster
from streams.apps.doctor.finding import Finding, count, some
from streams.kafka.topics import TopicError, counts_of

ALTER = "kafka-configs --alter --entity-type topics --entity-name {} --add-config {}"
GRANT = "grant this client DESCRIBE_CONFIGS on topics"


def topics(cluster: Cluster) -> Finding:
    """Whether each topic of the plan is there."""
    if cluster.missing:
        return Finding(
            "topics",
            "FAIL",
            f"missing, or hidden from this client for lack of DESCRIBE: {some(cluster.missing, 16)}",
            "start it anew with `penchant broker`" if cluster.embedded else "run `penchant topics create`",
        )
    return Finding("topics", "ok", f"all {len(cluster.plan)} are there")


def partitions(cluster: Cluster) -> Finding:
    """Whether the topics of a group have equally many partitions, so that what concerns a key stays together."""
    cluster.there(*(topic.name for topic in cluster.plan))
    wrong = []
    for group in dict.fromkeys(topic.group for topic in cluster.plan):
        plan = [topic for topic in cluster.plan if topic.group == group and topic.name in cluster.partitions]
        try:
            counts_of(plan, cluster.partitions, cluster.settings.topics.partitions)
        except TopicError as error:
            wrong.append(str(error))
    if wrong:
        return Finding("partitions", "FAIL", "; ".join(wrong))
    names = (cluster.settings.topics.clickstream, cluster.settings.topics.items)
    shown = [f"{cluster.partitions[name]} of {name}" for name in names if name in cluster.partitions]
    return Finding("partitions", "ok", ", ".join(["equal within each group", *shown]))


def cleanup(cluster: Cluster) -> Finding:
    """Whether topics that hold state are compacted, and none that must not be is."""
    cluster.there(*(topic.name for topic in cluster.plan))
    if cluster.embedded:
        return Finding("cleanup policies", "ok", "the embedded broker compacts nothing")
    wrong = [str(report) for report in cluster.reports.values() if isinstance(report, TopicError)]
    if wrong:
        return Finding("cleanup policies", "FAIL", "; ".join(wrong))
    return Finding("cleanup policies", "ok", f"as planned on {count(len(cluster.reports), 'topic')}")


def configuration(cluster: Cluster) -> Finding:
    """Whether retention, timestamps and message sizes are as planned."""
    cluster.there(*(topic.name for topic in cluster.plan))
    if cluster.embedded:
        return Finding("topic settings", "ok", "the embedded broker has none")
    different = {
        name: report.differences
        for name, report in cluster.reports.items()
        if not isinstance(report, TopicError) and report.differences
    }
    if not different:
        return Finding("topic settings", "ok", "retention, timestamps and message sizes are as planned")
    topic = next(topic for topic in cluster.plan if topic.name in different)
    altered = [
        f"{name}={value}"
        for name, value in topic.config().items()
        if any(difference.startswith(f"{name}=") for difference in different[topic.name])
    ]
    return Finding(
        "topic settings",
        "warn",
        _shown(different),
        f"to have them as planned: {ALTER.format(topic.name, ','.join(altered))}" if altered else GRANT,
    )


def _shown(different: dict[str, tuple[str, ...]]) -> str:
    """The differences, each with the topics that share it."""
    topics_of: dict[tuple[str, ...], list[str]] = {}
    for name, found in different.items():
        topics_of.setdefault(found, []).append(name)
    return "; ".join(f"{some(names)}: {', '.join(found)}" for found, names in topics_of.items())
