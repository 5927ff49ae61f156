"""Startup: waits for a Kafka that is not there yet, and ends a process with the line that its operator needs."""

import os
import sys
import time
from typing import NoReturn

import typer
from confluent_kafka import KafkaException

from models.encoder.errors import EncoderError
from streams.agents.rules import RulesProblem
from streams.apps.interrupts import Interrupts
from streams.apps.operators import OperatorError, explanation
from streams.apps.rights import Needs, lacking_rights
from streams.encoding.errors import CacheError
from streams.kafka.client import ClientError
from streams.kafka.hanging import HangingTransactionError
from streams.kafka.topics import ANSWER, TopicAdmin, TopicError, UnreachableError, check_topics
from streams.logs import get_log
from streams.metrics.server import MetricsServerError
from streams.settings import Settings
from streams.state.store import StoreError

MEND_FIRST = 2
START_AGAIN = 70
STEP = 1.0  # seconds between looks at a Kafka that does not answer
REMINDER = 10.0  # seconds between lines that say so
MENDABLE = (
    *(OperatorError, ClientError, TopicError, StoreError, CacheError, EncoderError, MetricsServerError),
    *(HangingTransactionError, RulesProblem),
)
KAFKA_CLIENTS = ("aiokafka", "cimpl", "confluent_kafka")
FORBIDDEN = ("authorization failed", "authorization_failed", "authorizationfailed")
FULL = ("no space left on device", "disk quota exceeded", "file too large")

log = get_log("startup")


def topics_once_kafka_answers(settings: Settings, needs: Needs) -> dict[str, int]:
    """The partition count of each topic of the plan; waits, without end, for a Kafka that does not answer yet.

    Raises: Interrupted when a signal came meanwhile, TopicError or ClientError for what an operator must mend,
    OperatorError when Kafka denies what the process needs.
    """
    topics = TopicAdmin(settings, answer=STEP)
    with Interrupts() as interrupts:
        _await_answer(topics, settings.kafka.bootstrap, interrupts)
    partitions = check_topics(settings)
    if not settings.kafka.embedded:
        _require_rights(topics, needs, partitions)
    return partitions


def _await_answer(topics: TopicAdmin, bootstrap: str, interrupts: Interrupts) -> None:
    reminded = -REMINDER
    while True:
        interrupts.check()
        try:
            topics.cluster()
            return
        except UnreachableError as error:
            if time.monotonic() - reminded >= REMINDER:
                reminded = time.monotonic()
                log.warning("waiting for Kafka", bootstrap=bootstrap, reason=error.reason)


def _require_rights(topics: TopicAdmin, needs: Needs, partitions: dict[str, int]) -> None:
    """Raises OperatorError that names the rights that Kafka denies; passes where Kafka does not tell."""
    try:
        lacking = lacking_rights(topics.admin, needs, partitions, ANSWER)
    except KafkaException as error:
        log.warning("rights unknown", reason=error.args[0].str())
        return
    if lacking:
        raise OperatorError(f"Kafka denies this client {', '.join(lacking)}: grant it (kafka-acls --add)")


def end_process(error: BaseException) -> NoReturn:
    """Ends the process at once, uncommitted: a thread that is stuck in librdkafka would keep it from ending.

    What an operator must mend ends it with code 2 and one line. Anything else ends it with code 70 and an event in the
    log: starting it again goes on from the last commit.
    """
    line = mend_first(error)
    if line is not None:
        typer.echo(f"penchant: {line}", err=True)
    else:
        told = explanation(error) is not None or type(error).__module__.partition(".")[0] in KAFKA_CLIENTS
        defect = None if told else error
        log.critical("ended", error=type(error).__name__, reason=str(error), exc_info=defect)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(START_AGAIN if line is None else MEND_FIRST)


def mend_first(error: BaseException) -> str | None:
    """The line for what starting again would not mend, None for any other failure."""
    words = " ".join(str(error).split())
    told = f"{type(error).__name__} {words}".lower()
    if any(sign in told for sign in FORBIDDEN):
        return f"Kafka does not allow this client what it needs ({words}): `penchant doctor` names the missing rights"
    if isinstance(error, MENDABLE):
        return words
    if any(sign in told for sign in FULL):
        return f"the disk of the data folder is full ({words}): make room, then start it again"
    return None
