"""How a process ends: what must be mended first is told from what the next start goes on from."""

import pytest
from aiokafka.errors import GroupAuthorizationFailedError

from models.encoder.errors import EncoderError
from streams.agents.rules import RulesProblem
from streams.apps.operators import OperatorError
from streams.apps.startup import mend_first
from streams.encoding.errors import CacheError, EncodingError, StuckError
from streams.kafka.client import ClientError
from streams.kafka.topics import TopicError
from streams.kafka.transactions import FencedError, TransactionError
from streams.metrics.server import MetricsServerError
from streams.state.changelog import RecoveryError
from streams.state.store import StoreError

OURS = (
    *(OperatorError, ClientError, TopicError, StoreError, CacheError, EncoderError, MetricsServerError),
    RulesProblem,
)
NEXT_START = (TransactionError, FencedError, StuckError, EncodingError, RecoveryError, ZeroDivisionError, OSError)


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_what_an_operator_mends_is_told_on_one_line(kind: type[Exception]) -> None:
    assert mend_first(kind("the folder is in use:\n  choose another")) == "the folder is in use: choose another"


@pytest.mark.parametrize("kind", NEXT_START, ids=lambda kind: kind.__name__)
def test_what_the_next_start_goes_on_from_is_no_line_for_the_operator(kind: type[Exception]) -> None:
    assert mend_first(kind("something happened")) is None


@pytest.mark.parametrize(
    "error",
    [
        GroupAuthorizationFailedError("shop"),
        TransactionError("shop.users.0: taking the id failed: TRANSACTIONAL_ID_AUTHORIZATION_FAILED: no"),
        EncodingError("items[0] cannot be read (Broker: Topic authorization failed)"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_missing_rights_are_the_operator_s_whichever_library_says_so(error: Exception) -> None:
    line = mend_first(error)
    assert line is not None
    assert "penchant doctor" in line


def test_a_disk_that_fills_up_is_the_operator_s() -> None:
    line = mend_first(Exception("IO error: No space left on device: While appending to file: data/users/0/000012.sst"))
    assert line is not None
    assert "data/users/0/000012.sst" in line
    assert "make room" in line
