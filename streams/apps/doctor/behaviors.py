"""Behaviors as the doctor samples them: which partitioner placed them, and whose clock they were stamped by."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Message

from schemas.behaviors import decode_behavior
from schemas.errors import SchemaError
from streams.apps.doctor.cluster import Cluster
from streams.apps.doctor.finding import Finding, count
from streams.kafka.partitioners import PARTITIONERS, explains, partition_of

SAMPLE = 200  # records of each partition
LARGEST_SAMPLE = 10_000
DAY = 86_400.0
AHEAD = 5.0  # seconds ahead of the broker that are worth a word
CLOCK = "mend the clock of who stamps them (occurred_at)"
KEY = "key behaviors by user_id, or by anonymous_id where there is none"
ONE_PARTITIONER = "give all producers the same partitioner (librdkafka: partitioner=murmur2_random for that of Java)"


@dataclass(frozen=True)
class Placed:
    """One behavior of the sample. at: event time; appended: the record's, None unknown; both epoch seconds."""

    key: bytes | None
    owner: bytes
    partition: int
    offset: int
    at: float
    appended: float | None


def sample(cluster: Cluster) -> tuple[list[Placed], int]:
    """The newest behaviors of each partition, and how many records among them are none."""
    clickstream = cluster.settings.topics.clickstream
    cluster.there(clickstream)
    most = max(10, min(SAMPLE, LARGEST_SAMPLE // cluster.partitions[clickstream]))
    messages = cluster.latest(most, clickstream)
    behaviors = [placed for message in messages if (placed := _placed(message)) is not None]
    return behaviors, len(messages) - len(behaviors)


def readable(cluster: Cluster) -> Finding:
    """Whether what lies in the clickstream is behaviors."""
    behaviors, others = cluster.once(sample)
    if not behaviors and not others:
        return Finding("behaviors", "ok", "the clickstream is empty")
    newest = max((b.appended for b in behaviors if b.appended is not None), default=None)
    if not others:
        when = "" if newest is None else f", the newest of {_moment(newest)}"
        return Finding("behaviors", "ok", f"sampled {len(behaviors):,}{when}")
    return Finding(
        "behaviors",
        "warn" if behaviors else "FAIL",
        f"{others:,} of {len(behaviors) + others:,} sampled records are no behaviors, and become dead letters",
        "their reasons are in the headers of the dead letters; mend the producer",
    )


def partitioner(cluster: Cluster) -> Finding:
    """Which partitioner the producers of the clickstream use, and whether all use the same."""
    behaviors, _ = cluster.once(sample)
    partitions = cluster.partitions[cluster.settings.topics.clickstream]
    return explanation(behaviors, partitions, cluster.settings.worker.partitioner)


def explanation(behaviors: Sequence[Placed], partitions: int, named: str | None = None) -> Finding:
    """Which partitioner explains where the behaviors lie. named: the one that the settings name."""
    if not behaviors:
        return Finding("partitioner", "ok", "nothing to recognize it from: no behaviors yet")
    fits = _fits(behaviors, partitions)
    names = [name for name, fit in zip(PARTITIONERS, fits, strict=True) if fit.all()]
    users = len({behavior.owner for behavior in behaviors})
    seen = f"{count(users, 'user')} in {count(len(behaviors), 'sampled behavior')}"
    if named is not None and named not in names:
        return _unexplained(behaviors, fits, partitions, seen, named)
    if not names:
        return _unexplained(behaviors, fits, partitions, seen, None)
    if len(names) == 1 or named is not None:
        return Finding("partitioner", "ok", f"{named or names[0]} explains {seen}")
    return Finding("partitioner", "ok", f"{' and '.join(names)} both explain {seen}: too few to tell them apart")


def event_times(cluster: Cluster) -> Finding:
    """Whether behaviors are stamped with times near those at which the broker took them."""
    behaviors, _ = cluster.once(sample)
    return ages(behaviors, cluster.settings.worker.future_limit)


def ages(behaviors: Sequence[Placed], future_limit: float) -> Finding:
    """How event times lie to the broker's. future_limit: seconds ahead from which a behavior is a dead letter."""
    ahead = np.array([b.at - b.appended for b in behaviors if b.appended is not None])
    if not len(ahead):
        return Finding("event times", "ok", "nothing to compare: no behaviors yet")
    late, refused, early = (ahead < -DAY).sum(), (ahead > future_limit).sum(), (ahead > AHEAD).sum()
    of, furthest = (
        f"of {len(ahead):,} sampled behaviors",
        f"ahead of their record's time, the furthest {ahead.max():,.0f} s",
    )
    if refused:
        found = f"{refused:,} {of} are over {future_limit:g} s {furthest}; they are dead letters"
        return Finding("event times", "FAIL", found, CLOCK)
    if early:
        return Finding("event times", "warn", f"{early:,} {of} are over {AHEAD:g} s {furthest}", CLOCK)
    old = f"; {late:,} were over a day old when they came, as in a replay" if late else ""
    return Finding("event times", "ok", f"none {of} is ahead of its record's time{old}")


def _placed(message: Message) -> Placed | None:
    try:
        behavior = decode_behavior(message.value() or b"")
    except SchemaError:
        return None
    kind, appended = message.timestamp()
    return Placed(
        key=message.key(),
        owner=behavior.owner.encode(),
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        at=behavior.at,
        appended=None if kind == TIMESTAMP_NOT_AVAILABLE else appended / 1000,
    )


def _fits(behaviors: Sequence[Placed], partitions: int) -> np.ndarray:
    """Whether each partitioner puts each behavior's owner where it lies: (3, n)."""
    by_partition: dict[int, list[int]] = defaultdict(list)
    for index, behavior in enumerate(behaviors):
        by_partition[behavior.partition].append(index)
    fits = np.empty((len(PARTITIONERS), len(behaviors)), bool)
    for partition, indexes in by_partition.items():
        owners = [behaviors[index].owner for index in indexes]
        fits[:, indexes] = explains(PARTITIONERS, owners, partition, partitions)
    return fits


def _unexplained(
    behaviors: Sequence[Placed], fits: np.ndarray, partitions: int, seen: str, named: str | None
) -> Finding:
    """Why no partitioner explains the sample: no keys, other keys, several partitioners, or an unknown one."""
    best = PARTITIONERS.index(named) if named is not None else int(fits.sum(axis=1).argmax())
    odd = behaviors[int(np.flatnonzero(~fits[best])[0])]
    shares = Counter({name: float(fit.mean()) for name, fit in zip(PARTITIONERS, fits, strict=True)})
    shown = ", ".join(f"{name} {share:.0%}" for name, share in shares.most_common())
    home = partition_of(PARTITIONERS[best], odd.owner, partitions)
    example = (
        f"such as {_text(odd.owner)} at [{odd.partition}] offset {odd.offset}, where {PARTITIONERS[best]} would have "
        f"chosen [{home}]"
    )
    unkeyed = sum(behavior.key is None for behavior in behaviors)
    foreign = sum(behavior.key is not None and behavior.key != behavior.owner for behavior in behaviors)
    if unkeyed:
        why, mend = f"{unkeyed:,} of {len(behaviors):,} sampled behaviors have no key", KEY
    elif foreign:
        why, mend = f"{foreign:,} of {len(behaviors):,} sampled behaviors are keyed by something else", KEY
    elif named is not None:
        why, mend = f"worker.partitioner={named} does not explain {seen} ({shown})", "unset it, or " + ONE_PARTITIONER
    elif fits.any(axis=0).all():
        why, mend = f"producers with different partitioners: none alone explains {seen} ({shown})", ONE_PARTITIONER
    else:
        why = f"an unknown partitioner, or partitions that were added later: none explains {seen} ({shown})"
        mend = f"{ONE_PARTITIONER}; to have more partitions, produce to a new topic"
    return Finding("partitioner", "FAIL", f"{why}, {example}; such behaviors may become dead letters", mend)


def _text(owner: bytes) -> str:
    return repr(owner[:40].decode(errors="replace"))


def _moment(seconds: float) -> str:
    return str(np.datetime64(int(seconds), "s")) + "Z"
