"""The embedded broker: librdkafka's mock cluster, a Kafka in memory for demos, never for proofs."""

import ctypes
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

from streams.kafka.front_door import FrontDoor
from streams.kafka.topic_plan import topic_plan
from streams.settings import Settings

PRODUCER = 0  # rd_kafka_type_t
ERROR_BYTES = 512

LIMITS = (
    "everything is in memory and gone when it ends",
    "a partition silently drops its oldest records above about 5 MB or 100,000 records",
    "nothing is compacted, and aborted records are not hidden",
    "transactional producers are not fenced, so nothing here is exactly once",
    "plaintext on 127.0.0.1 only",
)


class EmbeddedBrokerError(Exception):
    """The embedded broker cannot do this; the message says what can be done."""


class EmbeddedBroker:
    """One broker in memory, on loopback, while it is entered.

    port: where it can be reached; None for any. Records flow over a second port that librdkafka chooses and clients
    learn from the first. Clients need kafka.embedded set.
    """

    def __init__(self, port: int | None = None) -> None:
        self._port = port
        self._library = librdkafka()
        self._handle: ctypes.c_void_p | None = None
        self._cluster: ctypes.c_void_p | None = None
        self._door: FrontDoor | None = None

    def __enter__(self) -> "EmbeddedBroker":
        self._handle = new_handle(self._library)
        self._cluster = ctypes.c_void_p(self._library.rd_kafka_handle_mock_cluster(self._handle))
        self._library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        try:
            if self._port is not None:
                self._door = FrontDoor(self._port, self._own_address())
        except OSError as error:
            self.close()
            raise EmbeddedBrokerError(
                f"127.0.0.1:{self._port} cannot be listened on ({error.strerror}): stop what does, or choose another "
                "port with kafka.bootstrap=127.0.0.1:PORT"
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def bootstrap(self) -> str:
        """The address for clients, "127.0.0.1:PORT"."""
        return self._own_address() if self._door is None else f"127.0.0.1:{self._port}"

    def create_topic(self, name: str, partitions: int) -> None:
        """Creates a topic. Raises EmbeddedBrokerError when it is there already."""
        code = self._library.rd_kafka_mock_topic_create(self._running(), name.encode(), partitions, 1)
        if code != 0:
            why = self._library.rd_kafka_err2str(code).decode()
            raise EmbeddedBrokerError(f"topic {name} cannot be created: {why}")

    def create_topics(self, settings: Settings) -> None:
        """Creates all topics of the plan, with topics.partitions each. Raises EmbeddedBrokerError."""
        for topic in topic_plan(settings):
            self.create_topic(topic.name, settings.topics.partitions)

    def close(self) -> None:
        """Ends the broker and forgets all records."""
        if self._door is not None:
            self._door.close()
        if self._handle is not None:
            self._library.rd_kafka_destroy(self._handle)
        self._door = self._handle = self._cluster = None

    def _own_address(self) -> str:
        address: bytes = self._library.rd_kafka_mock_cluster_bootstraps(self._running())
        return address.decode()

    def _running(self) -> ctypes.c_void_p:
        if self._cluster is None:
            raise EmbeddedBrokerError("the embedded broker is not running: use it in a with statement")
        return self._cluster


def new_handle(library: ctypes.CDLL) -> ctypes.c_void_p:
    """A client of librdkafka that carries a mock cluster of one broker, and keeps quiet about it."""
    why = ctypes.create_string_buffer(ERROR_BYTES)
    config = ctypes.c_void_p(library.rd_kafka_conf_new())
    library.rd_kafka_conf_set_log_cb(config, None)
    for name, value in ((b"test.mock.num.brokers", b"1"), (b"client.id", b"embedded-broker")):
        if library.rd_kafka_conf_set(config, name, value, why, ERROR_BYTES) != 0:
            raise EmbeddedBrokerError(f"librdkafka has no mock cluster ({why.value.decode()}): update confluent-kafka")
    handle = library.rd_kafka_new(PRODUCER, config, why, ERROR_BYTES)
    if not handle:
        raise EmbeddedBrokerError(f"librdkafka's mock cluster did not start: {why.value.decode()}")
    return ctypes.c_void_p(handle)


def librdkafka() -> Any:
    """librdkafka's shared object, from inside confluent-kafka's wheel. Raises EmbeddedBrokerError when it has none."""
    spec = find_spec("confluent_kafka")
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    places = (package.parent / "confluent_kafka.libs", package / ".dylibs", package)
    found = next(chain.from_iterable(sorted(place.glob("librdkafka*")) for place in places), None)
    if found is None:
        raise EmbeddedBrokerError("confluent-kafka carries no librdkafka here: install its wheel, or use a real Kafka")
    library = ctypes.CDLL(str(found))
    pointer, text, number, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_size_t
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "rd_kafka_conf_new": (pointer, []),
        "rd_kafka_conf_set": (number, [pointer, text, text, text, size]),
        "rd_kafka_conf_set_log_cb": (None, [pointer, pointer]),
        "rd_kafka_new": (pointer, [number, pointer, text, size]),
        "rd_kafka_destroy": (None, [pointer]),
        "rd_kafka_err2str": (text, [number]),
        "rd_kafka_handle_mock_cluster": (pointer, [pointer]),
        "rd_kafka_mock_cluster_bootstraps": (text, [pointer]),
        "rd_kafka_mock_topic_create": (number, [pointer, text, number, number]),
        "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, [pointer, ctypes.c_int32]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
