"""Transactions: whether this client can take a transactional id and write, shown by a record that is then aborted."""

import time
from dataclasses import dataclass, field

from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, KafkaError, KafkaException, Message

from streams.apps.doctor.cluster import ANSWER, Cluster, UntoldError
from streams.apps.doctor.finding import Finding
from streams.apps.operators import OperatorError
from streams.kafka.client import open_producer
from streams.settings import dead_letters_of

SKEW = 2.0  # seconds that the clocks may differ before it is worth a word
PROBE = b"a probe of `penchant doctor`, aborted: no read_committed consumer sees it"


@dataclass
class Probe:
    """One record written and aborted. sent, heard: our clock, epoch seconds. appended: the broker's, None unknown."""

    sent: float = 0.0
    heard: float = 0.0
    appended: float | None = None
    trouble: list[str] = field(default_factory=list)

    def delivered(self, error: KafkaError | None, message: Message) -> None:
        """Takes the delivery report."""
        self.heard = time.time()
        kind, at = message.timestamp()
        if error is not None:
            self.trouble.append(error.str())
        elif kind == TIMESTAMP_LOG_APPEND_TIME:
            self.appended = at / 1000


def transactions(cluster: Cluster) -> Finding:
    """Whether a transaction can be begun, written to and ended."""
    if cluster.embedded:
        return Finding(
            "transactions", "ok", "the embedded broker takes them, but neither fences nor hides aborted ones"
        )
    try:
        tried = cluster.once(probe)
    except KafkaException as error:
        return Finding(
            "transactions",
            "FAIL",
            f"the transactional id {transactional_id(cluster)} cannot be used ({error.args[0].str()})",
            f"grant WRITE and DESCRIBE on transactional ids that begin with {cluster.settings.app}. "
            f"and WRITE on {_topic(cluster)}; see that the broker's __transaction_state topic is up",
        )
    return Finding("transactions", "ok", f"wrote a record and aborted it, acknowledged in {_ms(tried)}")


def clocks(cluster: Cluster) -> Finding:
    """Whether this machine's clock and the broker's agree."""
    if cluster.embedded:
        return Finding("clocks", "ok", "the embedded broker runs by this machine's")
    try:
        tried = cluster.once(probe)
    except KafkaException:
        raise UntoldError("needs a transaction, which could not be made") from None
    return agreement(tried, cluster.settings.worker.future_limit)


def agreement(tried: Probe, future_limit: float) -> Finding:
    """How far the broker's clock is from ours. future_limit: seconds ahead from which a behavior is a dead letter."""
    if tried.appended is None:
        found = "cannot be told: the dead letters of the clickstream are not stamped with the broker's time"
        return Finding("clocks", "warn", found, "set message.timestamp.type=LogAppendTime on that topic")
    ahead = max(0.0, tried.appended - tried.heard) - max(0.0, tried.sent - tried.appended)
    if abs(ahead) <= SKEW:
        return Finding("clocks", "ok", f"the broker's agrees with this machine's within {SKEW:g} s")
    return Finding(
        "clocks",
        "FAIL" if ahead < -future_limit else "warn",
        f"the broker's is {abs(ahead):,.1f} s {'ahead of' if ahead > 0 else 'behind'} this machine's",
        f"run NTP on both; who stamps over {future_limit:g} s ahead of the broker (worker.future_limit) is refused",
    )


def probe(cluster: Cluster) -> Probe:
    """Writes a record to the dead letters of the clickstream and aborts it. Raises KafkaException, OperatorError."""
    cluster.there(_topic(cluster))
    result = Probe()
    producer = open_producer(
        cluster.settings.kafka,
        transactional_id=transactional_id(cluster),
        transaction_timeout_ms=int(2 * ANSWER * 1000),
        message_timeout_ms=int(ANSWER * 1000),
    )
    producer.init_transactions(ANSWER)
    producer.begin_transaction()
    result.sent = time.time()
    producer.produce(_topic(cluster), PROBE, partition=0, on_delivery=result.delivered)
    producer.flush(ANSWER)
    producer.abort_transaction(ANSWER)
    if result.trouble or not result.heard:
        why = result.trouble[0] if result.trouble else f"no acknowledgement within {ANSWER:g} s"
        raise OperatorError(f"a record for {_topic(cluster)} was not taken ({why}): see the broker's log")
    return result


def transactional_id(cluster: Cluster) -> str:
    """The id that the probe takes; no worker or encoder has it."""
    return f"{cluster.settings.app}.doctor"


def _topic(cluster: Cluster) -> str:
    return dead_letters_of(cluster.settings.topics.clickstream)


def _ms(tried: Probe) -> str:
    return f"{1000 * (tried.heard - tried.sent):.0f} ms"
