"""Topics: creating what the plan asks for, and refusing what would lose or mix up state."""

import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import ClusterMetadata, ConfigResource, NewTopic, ResourceType

from streams.kafka.client import open_admin
from streams.kafka.topic_plan import COMPACT, TopicPlan, topic_plan
from streams.settings import Settings

ANSWER = 10.0  # seconds in which Kafka must answer
FIRST_LOOK = 2.0  # seconds after which it is known whether Kafka lets this client in
APPEAR = 30.0  # seconds in which created topics must be served
ACCESS = "security.protocol, sasl.* and ssl.* in kafka.client"
FORBIDDEN = frozenset({KafkaError.CLUSTER_AUTHORIZATION_FAILED, KafkaError.TOPIC_AUTHORIZATION_FAILED})


class TopicError(Exception):
    """A topic is missing, cannot be created, or is not as it must be; the message says how to mend it."""


class UnreachableError(TopicError):
    """No Kafka answers; reason: what the client heard last."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class TopicReport:
    """One topic of the plan as it is now. differences: settings that are not as planned, but will do."""

    name: str
    partitions: int
    created: bool
    compacted: bool
    differences: tuple[str, ...] = ()


def create_topics(settings: Settings) -> tuple[TopicReport, ...]:
    """Creates what the plan lacks and checks what is there, in the plan's order; doing it again changes nothing.

    A new topic gets as many partitions as its group's existing topics have, else topics.partitions. Raises TopicError,
    before anything is created, when existing topics have the wrong cleanup policy or unequal partition counts. The
    embedded broker creates its topics when it starts, so there it only checks.
    """
    plan = topic_plan(settings)
    admin = TopicAdmin(settings)
    cluster = admin.cluster()
    present = partitions_of(cluster)
    missing = [topic for topic in plan if topic.name not in present]
    if settings.kafka.embedded:
        refuse_missing(settings, missing)
        return tuple(TopicReport(t.name, present[t.name], False, t.policies[0] == COMPACT) for t in plan)
    counts = counts_of(plan, present, settings.topics.partitions)
    reports = {t.name: admin.examine(t, present[t.name]) for t in plan if t.name in present}
    if missing:
        refuse_replication(settings.topics.replication, len(cluster.brokers))
        made = admin.create(missing, counts)
        present = admin.served(missing)
        counts_of(plan, present, settings.topics.partitions)
        reports |= {t.name: admin.examine(t, present[t.name], t.name in made) for t in missing}
    return tuple(reports[topic.name] for topic in plan)


def check_topics(settings: Settings) -> dict[str, int]:
    """The partition count of each topic of the plan. Raises TopicError when one is missing or counts are unequal."""
    plan = topic_plan(settings)
    present = partitions_of(TopicAdmin(settings).cluster())
    refuse_missing(settings, [topic for topic in plan if topic.name not in present])
    counts_of(plan, present, settings.topics.partitions)
    return {topic.name: present[topic.name] for topic in plan}


class TopicAdmin:
    """What Kafka is asked about topics. Its last complaint (a wrong password, say) goes into errors.

    answer: seconds in which Kafka must answer. admin: librdkafka's client, for further questions.
    """

    def __init__(self, settings: Settings, answer: float | None = None) -> None:
        self._settings = settings
        self._answer = ANSWER if answer is None else answer
        self._heard: list[str] = []
        self.admin = open_admin(settings.kafka, error_cb=lambda error: self._heard.append(error.str()))

    def cluster(self) -> ClusterMetadata:
        """Brokers and topics. Raises UnreachableError when Kafka does not answer, TopicError when it lets nobody in."""
        later = self._answer - FIRST_LOOK
        for seconds in (FIRST_LOOK, later) if later > 0 else (self._answer,):
            try:
                return self.admin.list_topics(timeout=seconds)
            except KafkaException as error:
                self.admin.poll(0)
                reason = error.args[0].str()
            if self._refusal_heard() is not None:
                break
        raise self._silence(reason)

    def _refusal_heard(self) -> str | None:
        return next((line for line in self._heard if "uthentic" in line), None)

    def _silence(self, reason: str) -> TopicError:
        where = self._settings.kafka.bootstrap
        refusal = self._refusal_heard()
        if refusal is not None:
            return TopicError(f"Kafka at {where} does not let this client in ({refusal}): check {ACCESS}")
        heard = [line for line in self._heard if "brokers are down" not in line]
        reason = heard[-1] if heard else reason
        return UnreachableError(
            f"Kafka at {where} did not answer within {self._answer:g} s ({reason}): check that it runs, "
            f"kafka.bootstrap, and {ACCESS}",
            reason,
        )

    def examine(self, topic: TopicPlan, partitions: int, created: bool = False) -> TopicReport:
        """The report on a topic that is there. Raises TopicError when its cleanup policy would lose state."""
        resource = ConfigResource(ResourceType.TOPIC, topic.name)
        try:
            entries = result(self.admin.describe_configs([resource], request_timeout=self._answer)[resource])
        except KafkaException as error:
            difference = f"its settings cannot be read ({error.args[0].str()})"
            return TopicReport(topic.name, partitions, created, topic.policies[0] == COMPACT, (difference,))
        is_now = {name: entry.value for name, entry in entries.items()}
        policy = is_now["cleanup.policy"]
        if policy not in topic.policies:
            raise wrong_policy(topic, policy)
        planned = topic.config() if policy == topic.policies[0] else {}
        differences = tuple(f"{n}={is_now[n]}, planned {v}" for n, v in planned.items() if not same(is_now[n], v))
        return TopicReport(topic.name, partitions, created, policy == COMPACT, differences)

    def create(self, missing: Sequence[TopicPlan], counts: dict[str, int]) -> set[str]:
        """Creates topics; returns those that nobody else created meanwhile. Raises TopicError when Kafka refuses."""
        replication = self._settings.topics.replication
        asked = [NewTopic(t.name, counts[t.name], replication, config=t.config()) for t in missing]
        made = set()
        for name, future in self.admin.create_topics(asked, request_timeout=APPEAR, operation_timeout=APPEAR).items():
            try:
                result(future)
                made.add(name)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise self._refusal(name, error.args[0]) from error
        return made

    def served(self, topics: Sequence[TopicPlan]) -> dict[str, int]:
        """The partition count of each topic, once these are served. Raises TopicError when they are not in time."""
        end = time.monotonic() + APPEAR
        while True:
            present = partitions_of(self.cluster())
            late = {topic.name for topic in topics} - present.keys()
            if not late:
                return present
            if time.monotonic() > end:
                raise TopicError(
                    f"Kafka created {', '.join(late)} but does not serve them in {APPEAR:g} s: see its log"
                )
            time.sleep(0.05)

    def _refusal(self, name: str, error: KafkaError) -> TopicError:
        where, mend = self._settings.kafka.bootstrap, "see the broker's log"
        if error.code() in FORBIDDEN:
            mend = "grant this client CREATE and DESCRIBE_CONFIGS on topics, or create it with a client that has them"
        return TopicError(f"{where} did not create {name} ({error.name()}: {error.str()}): {mend}")


def partitions_of(cluster: ClusterMetadata) -> dict[str, int]:
    """The partition count of each topic that is there."""
    return {name: len(topic.partitions) for name, topic in cluster.topics.items() if topic.partitions}


def refuse_missing(settings: Settings, missing: Sequence[TopicPlan]) -> None:
    """Raises TopicError when there are missing topics."""
    if missing:
        lacking = ", ".join(topic.name for topic in missing)
        mend = "start it anew with `penchant broker`" if settings.kafka.embedded else "run `penchant topics create`"
        open_to_all = settings.kafka.client.get("security.protocol", "plaintext").lower() == "plaintext"
        hidden = "" if open_to_all else ", or hides it from this client for lack of DESCRIBE"
        raise TopicError(f"Kafka at {settings.kafka.bootstrap} lacks {lacking}{hidden}: {mend}")


def counts_of(plan: Sequence[TopicPlan], present: dict[str, int], default: int) -> dict[str, int]:
    """How many partitions each topic has, or gets. Raises TopicError when those of a group disagree."""
    return {topic.name: group_count(plan, topic.group, present, default) for topic in plan}


def group_count(plan: Sequence[TopicPlan], group: str, present: dict[str, int], default: int) -> int:
    """How many partitions the group's topics have, or get. Raises TopicError when existing ones disagree."""
    found = {topic.name: present[topic.name] for topic in plan if topic.group == group and topic.name in present}
    for name, count in found.items():
        first = next(iter(found))
        if count != found[first]:
            names = ", ".join(topic.name for topic in plan if topic.group == group)
            raise TopicError(
                f"{name} has {count} partitions but {first} has {found[first]}; equally many are needed for {names}: "
                f"delete {name} (or name another topic in the settings), then run `penchant topics create`"
            )
    return next(iter(found.values()), default)


def refuse_replication(replication: int, brokers: int) -> None:
    """Raises TopicError when there are fewer brokers than replicas."""
    if replication > brokers:
        raise TopicError(f"topics.replication={replication} is above the number of brokers, {brokers}: lower it")


def wrong_policy(topic: TopicPlan, policy: str) -> TopicError:
    """The error for a topic whose cleanup policy would lose state."""
    wanted = topic.policies[0]
    return TopicError(
        f"{topic.name} has cleanup.policy={policy}, which would lose state; it must be {wanted}: change it "
        f"(kafka-configs --alter --entity-type topics --entity-name {topic.name} "
        f"--add-config cleanup.policy={wanted}), then run `penchant topics create`"
    )


def result(future: "Future[Any]") -> Any:
    """What an admin call came to, at the latest after its own time-out."""
    return future.result(APPEAR + ANSWER)


def same(found: str, planned: str) -> bool:
    """Whether two values mean the same: Kafka prints numbers its own way."""
    try:
        return float(found) == float(planned)
    except ValueError:
        return found == planned
