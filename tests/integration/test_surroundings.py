"""Bad surroundings: each is told in one line that says what, where and how to mend it (streams/SURROUNDINGS.md)."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from confluent_kafka.admin import AclOperation, ResourceType

from models.encoder.fake import FakeEncoder
from streams.encoding.cache import VectorCache
from streams.kafka.embedded import EmbeddedBroker
from streams.kafka.topic_plan import topic_plan
from streams.kafka.topics import create_topics
from streams.settings import Settings
from streams.state.store import claim
from tests.chaos.deployment import environment_of
from tests.kafka.broker import free_port
from tests.kafka.secured import SecuredKafka, secured_kafka
from tests.kafka.settings import unique_settings
from tests.kafka.topics import create
from tests.kafka.waiting import wait_until
from tests.streams.command import COMMAND, clean_environment, penchant, running

NOWHERE = "127.0.0.1:1"
PROCESSES = ("worker", "encoder")
WITHOUT_TORCH = "import sys; sys.modules['torch'] = None; from streams.cli import main; main()"

Surroundings = Callable[..., dict[str, str]]


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    """Makes the environment of a process from settings, with a data folder of the test, no metrics, a fake encoder."""

    def made(settings: Settings, **more: object) -> dict[str, str]:
        data = {"worker": {"data": str(tmp_path / "worker")}, "encoder": {"data": str(tmp_path / "encoder")}}
        plain = {"PENCHANT_WORKER": json.dumps(data["worker"] | {"metrics_port": 0})}
        plain |= {"PENCHANT_ENCODER": json.dumps(data["encoder"] | {"metrics_port": 0, "model": "fake"})}
        return environment_of(settings) | plain | {name: str(value) for name, value in more.items()}

    return made


@pytest.fixture
def ready(kafka: str) -> Settings:
    """Settings with all topics on the real broker."""
    settings = unique_settings(kafka)
    create_topics(settings)
    return settings


# -- the machine


@pytest.mark.parametrize("process", PROCESSES)
def test_a_metrics_port_that_is_taken(process: str, surroundings: Surroundings) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        line = told(penchant(process, "--metrics-port", port, environment=surroundings(Settings())))
    assert f"127.0.0.1:{port} cannot be listened on" in line
    assert f"{process}.metrics_port" in line


@pytest.mark.parametrize("place", ["a file", "a read-only file system"])
def test_a_worker_s_data_folder_that_cannot_be_made(place: str, tmp_path: Path, surroundings: Surroundings) -> None:
    (tmp_path / "taken").write_text("")
    data = str(tmp_path / "taken" / "data") if place == "a file" else "/proc/penchant"
    line = told(penchant("worker", "--data", data, environment=surroundings(Settings())))
    assert data in line
    assert "--data" in line


def test_a_worker_s_data_folder_that_is_in_use(tmp_path: Path, surroundings: Surroundings) -> None:
    with claim(tmp_path / "worker"):
        line = told(penchant("worker", environment=surroundings(Settings())))
    assert f"{tmp_path / 'worker'} is in use by another process" in line
    assert "--data" in line


def test_a_disk_without_room(tmp_path: Path, surroundings: Surroundings) -> None:
    limited = ["sh", "-c", 'ulimit -f 0; exec "$@"', "limited", *COMMAND, "worker"]
    line = told(ran(limited, surroundings(Settings())))
    assert f"{tmp_path / 'worker'} cannot be used (File too large)" in line
    assert "room on its disk" in line


def test_a_port_for_the_small_broker_that_is_taken() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        line = told(penchant("broker", "--bootstrap", address))
    assert address in line
    assert "kafka.bootstrap" in line


def test_an_encoder_that_is_not_installed(surroundings: Surroundings) -> None:
    environment = surroundings(Settings()) | {"PENCHANT_ENCODER__MODEL": "minilm"}
    line = told(ran([sys.executable, "-c", WITHOUT_TORCH, "encoder"], environment))
    assert "torch" in line
    assert "pip install 'penchant[encoder]'" in line


def test_a_settings_file_that_is_no_toml(tmp_path: Path) -> None:
    (tmp_path / "penchant.toml").write_text("[kafka\n")
    line = told(ran([*COMMAND, "worker"], {}, tmp_path))
    assert "penchant.toml" in line


# -- Kafka


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_waits_for_a_kafka_that_is_not_there_and_goes_on_once_it_is(
    process: str, surroundings: Surroundings
) -> None:
    address = f"127.0.0.1:{free_port()}"
    environment = surroundings(Settings(kafka={"bootstrap": address, "embedded": True}))
    with running(process, environment=environment) as waiting:
        assert waiting.stderr is not None
        first = until(waiting.stderr, 'event="waiting for Kafka"')
        assert address in first
        assert "Connection refused" in first
        with EmbeddedBroker(int(address.partition(":")[2])):
            rest = waiting.stderr.read()
            assert waiting.wait(60) == 2
    assert "lacks clickstream" in rest
    assert "penchant broker" in rest
    assert "Traceback" not in rest


def test_a_worker_that_waits_for_kafka_ends_in_good_order_when_it_is_told_to(surroundings: Surroundings) -> None:
    with running("worker", "--bootstrap", NOWHERE, environment=surroundings(Settings())) as waiting:
        assert waiting.stderr is not None
        until(waiting.stderr, 'event="waiting for Kafka"')
        waiting.send_signal(signal.SIGTERM)
        assert waiting.wait(60) == 0
        assert "event=stopped" in waiting.stderr.read()


@pytest.mark.kafka
def test_topics_that_are_missing(kafka: str, surroundings: Surroundings) -> None:
    settings = unique_settings(kafka)
    line = told(penchant("worker", environment=surroundings(settings)))
    assert f"lacks {settings.topics.clickstream}" in line
    assert "penchant topics create" in line


@pytest.mark.kafka
def test_too_few_partitions(kafka: str, surroundings: Surroundings) -> None:
    settings = unique_settings(kafka)
    changelog = settings.users_changelog
    create(kafka, *(topic.name for topic in topic_plan(settings) if topic.name != changelog), partitions=2)
    create(kafka, changelog, partitions=1)
    line = told(penchant("worker", environment=surroundings(settings)))
    assert f"{changelog} has 1 partitions but {settings.topics.clickstream} has 2" in line
    assert f"delete {changelog}" in line


@pytest.mark.kafka
def test_a_store_that_cannot_be_opened_ends_a_worker_from_within_its_threads(
    ready: Settings, tmp_path: Path, surroundings: Surroundings
) -> None:
    (tmp_path / "worker" / "users").mkdir(parents=True)
    (tmp_path / "worker" / "users" / "0").write_text("no store")
    line = told(penchant("worker", environment=surroundings(ready), timeout=120))
    assert f"{tmp_path / 'worker' / 'users' / '0'} cannot be used" in line
    assert "--data" in line


@pytest.mark.kafka
def test_an_encoder_s_cache_that_is_in_use(ready: Settings, tmp_path: Path, surroundings: Surroundings) -> None:
    folder = tmp_path / "encoder" / "vectors"
    with closing(VectorCache(folder, FakeEncoder().version)):
        line = told(penchant("encoder", environment=surroundings(ready)))
    assert f"{folder} is used by another encoder" in line
    assert "--data" in line


@pytest.mark.kafka
def test_an_encoder_s_data_folder_that_cannot_be_made(
    ready: Settings, tmp_path: Path, surroundings: Surroundings
) -> None:
    (tmp_path / "encoder").write_text("")
    line = told(penchant("encoder", environment=surroundings(ready)))
    assert f"{tmp_path / 'encoder' / 'vectors'} cannot be opened" in line
    assert "--data" in line


# -- a Kafka that asks who is there


@pytest.fixture(scope="module")
def secured() -> Iterator[SecuredKafka]:
    """A Kafka with users of these tests, and the topics of the plan."""
    with secured_kafka("stranger", "looker", "reader", "member") as kafka:
        create_topics(settings_at(kafka.open))
        kafka.grant("looker", ResourceType.TOPIC, AclOperation.DESCRIBE)
        for user in ("reader", "member"):
            kafka.grant(user, ResourceType.TOPIC, AclOperation.READ, AclOperation.WRITE)
        kafka.grant("member", ResourceType.GROUP, AclOperation.READ)
        yield kafka


def settings_at(bootstrap: str, client: dict[str, str] | None = None) -> Settings:
    """Settings of the secured Kafka."""
    return Settings(kafka={"bootstrap": bootstrap, "client": client or {}}, topics={"partitions": 1})


@pytest.mark.kafka
@pytest.mark.parametrize("command", [("worker",), ("encoder",), ("topics", "create")], ids=" ".join)
def test_a_wrong_password(command: Sequence[str], secured: SecuredKafka, surroundings: Surroundings) -> None:
    settings = settings_at(secured.secured, secured.client("reader", "wrong"))
    line = told(penchant(*command, environment=surroundings(settings)))
    assert f"Kafka at {secured.secured} does not let this client in" in line
    assert "sasl.*" in line


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("user", "process", "denied"),
    [
        ("stranger", "worker", "or hides it from this client for lack of DESCRIBE"),
        ("looker", "worker", "READ on clickstream, READ on behaviors.encoded"),
        ("reader", "encoder", "READ on group penchant.encoder.items"),
        ("member", "worker", "Transactional Id authorization failed"),
        ("member", "encoder", "Transactional Id authorization failed"),
    ],
)
def test_rights_that_are_missing(
    user: str, process: str, denied: str, secured: SecuredKafka, surroundings: Surroundings
) -> None:
    settings = settings_at(secured.secured, secured.client(user))
    assert denied in told(penchant(process, environment=surroundings(settings), timeout=120))


@pytest.mark.kafka
def test_the_doctor_names_the_rights_that_are_missing(secured: SecuredKafka, surroundings: Surroundings) -> None:
    settings = settings_at(secured.secured, secured.client("reader"))
    done = penchant("doctor", environment=surroundings(settings))
    assert done.returncode == 1
    assert done.stderr == ""
    assert "FAIL  worker's rights   this client lacks READ on group penchant:" in done.stdout
    assert "FAIL  transactions      the transactional id penchant.doctor cannot be used" in done.stdout
    assert "skip  workers           needs READ on group penchant" in done.stdout


# -- helpers


def told(done: "subprocess.CompletedProcess[str]") -> str:
    """The one line for the operator of a process that ended with code 2."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("penchant: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def ran(
    command: Sequence[str], environment: dict[str, str], folder: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """What a command came to, in a folder of its own."""
    more = {"env": clean_environment(environment), "cwd": folder}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)


def until(lines: Iterator[str], sign: str) -> str:
    """The first line with this sign; the test's own limit bounds the wait."""
    return wait_until(lambda: next((line for line in lines if sign in line), ""), 60, sign)
