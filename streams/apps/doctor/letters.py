"""Dead letters as the doctor counts them: those of the last day, by reason."""

import time
from collections import Counter

from schemas.dead_letters import EXCEPTION, MESSAGE, TOPIC
from streams.apps.doctor.cluster import Cluster
from streams.apps.doctor.finding import Finding
from streams.settings import dead_letters_of

DAY = 86_400.0
DETAIL = 120


def dead_letters(cluster: Cluster) -> Finding:
    """How many dead letters came within a day, by reason."""
    topics = cluster.settings.topics
    within = (topics.behaviors_encoded, topics.handoffs, topics.item_signals, topics.encode_requests)
    sources = (topics.clickstream, topics.items, *within)
    messages = cluster.since(time.time() - DAY, *map(dead_letters_of, sources))
    if not messages:
        return Finding("dead letters", "ok", "none within a day")
    headers = [_texts(message.headers() or []) for message in messages]
    reasons = Counter((one.get(TOPIC, "?"), one.get(EXCEPTION, "?")) for one in headers)
    shown = ", ".join(f"{number:,} {reason} of {topic}" for (topic, reason), number in reasons.most_common(4))
    newest = max(zip(messages, headers, strict=True), key=lambda pair: pair[0].timestamp()[1])[1]
    detail = newest.get(MESSAGE, "")[:DETAIL]
    return Finding("dead letters", "warn", f"within a day {shown}; the newest: {detail}", "see `penchant dead-letters`")


def _texts(headers: list[tuple[str, bytes | None]]) -> dict[str, str]:
    return {name: (value or b"").decode(errors="replace") for name, value in headers}
