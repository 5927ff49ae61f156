"""A real Apache Kafka broker on loopback, started and stopped by the tests."""

import atexit
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tests.kafka.jars import HERE, NoKafkaError, java, kafka_jars
from tests.kafka.waiting import wait_until

HEAP = "768m"
START = 120.0  # seconds in which a broker must answer, on a machine that is busy with other things
CLUSTER = "cGVuY2hhbnQtdGVzdHMtMQ"
# Outlives this process by a moment only: end of file on its input means that the tests are gone, however they died.
WATCHDOG = 'cat >/dev/null; kill -9 "$1" 2>/dev/null; rm -rf "$2"'


class RealKafka:
    """One Kafka node (KRaft: broker and controller) with data of its own; use it as a context manager.

    bootstrap: "127.0.0.1:PORT", the same for the broker's whole life, restarts included. options: broker properties
    that go above the defaults. The process ends with the tests, even when those are killed.
    """

    def __init__(self, options: dict[str, str] | None = None) -> None:
        self.options = options or {}
        self.port, self.controller_port = free_port(), free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"
        self.folder = Path(tempfile.mkdtemp(prefix="penchant-kafka-"))
        self.process: subprocess.Popen[bytes] | None = None
        self.watchdog: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "RealKafka":
        atexit.register(self.close)
        try:
            self.format()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The broker's process id; for signals such as SIGSTOP."""
        if self.process is None:
            raise NoKafkaError("the broker is not running: call start()")
        return self.process.pid

    def start(self) -> None:
        """Starts the broker on its data and waits until it answers."""
        with (self.folder / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command("kafka.Kafka", str(self.properties)), stdout=log, stderr=log, start_new_session=True
            )
        self.watchdog = subprocess.Popen(
            ["sh", "-c", WATCHDOG, "watchdog", str(self.process.pid), str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        wait_until(self.answers, START, f"Kafka answers at {self.bootstrap}", pause=0.1)

    def stop(self) -> None:
        """Ends the broker in good order; its data stay."""
        self.end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the broker at once, as a crash would; its data stay."""
        self.end(signal.SIGKILL)

    def restart(self) -> None:
        """Stops and starts the broker: same address, same data."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Ends the broker and removes its data."""
        atexit.unregister(self.close)
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def properties(self) -> Path:
        """The file with the broker's properties."""
        return self.folder / "server.properties"

    def format(self) -> None:
        """Writes the broker's properties and prepares its empty data folder."""
        lines = (f"{name}={value}" for name, value in (self.defaults() | self.options).items())
        self.properties.write_text("\n".join(lines) + "\n")
        tool = self.command("kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER, "-c")
        done = subprocess.run([*tool, str(self.properties)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NoKafkaError(f"Kafka could not format its data: {done.stdout[-1000:]}{done.stderr[-1000:]}")

    def command(self, main: str, *arguments: str) -> list[str]:
        """The command line that runs `main`, a class of Kafka's."""
        options = [f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]
        logging = f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}"
        return [java(), *options, logging, "-cp", f"{kafka_jars()}/*", main, *arguments]

    def defaults(self) -> dict[str, str]:
        """Broker properties: one node, nothing replicated, quick to start, and no waiting that tests would feel."""
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self.folder / "data"),
            "num.partitions": "4",
            "auto.create.topics.enable": "false",
            "default.replication.factor": "1",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "8",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "8",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "1000",
            "log.cleaner.backoff.ms": "1000",
            "log.cleaner.dedupe.buffer.size": str(16 << 20),
        }

    def answers(self) -> bool:
        """Whether the broker answers; NoKafkaError with the end of its log when it has died."""
        if self.process is None or self.process.poll() is not None:
            raise NoKafkaError(f"Kafka ended while starting: {self.log_tail()}")
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return bool(AdminClient({"bootstrap.servers": self.bootstrap}).list_topics(timeout=5).brokers)
        except (OSError, KafkaException):
            return False

    def log_tail(self) -> str:
        """The last 2 KB that the broker wrote."""
        return (self.folder / "broker.log").read_text(errors="replace")[-2000:]

    def end(self, how: signal.Signals) -> None:
        """Ends the watchdog, then the broker, and waits for both."""
        if self.watchdog is not None and self.watchdog.stdin is not None:
            self.watchdog.kill()
            self.watchdog.stdin.close()
            self.watchdog.wait()
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.watchdog = self.process = None


def free_port() -> int:
    """A free port on loopback, below those that systems hand to outgoing connections: it stays free over a restart."""
    for port in random.sample(range(20_000, 32_000), 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NoKafkaError("no free port on 127.0.0.1 between 20000 and 32000")
