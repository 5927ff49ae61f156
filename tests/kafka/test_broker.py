"""The real broker that tests use: it keeps its promises to the tests."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.kafka.broker import RealKafka
from tests.kafka.jars import NoKafkaError, copy_jars, java
from tests.kafka.topics import create, produce, read_all, unique
from tests.kafka.waiting import wait_until

pytestmark = pytest.mark.kafka


def test_a_restarted_broker_keeps_its_address_and_its_records() -> None:
    with RealKafka() as kafka:
        topic, bootstrap = unique(), kafka.bootstrap
        create(bootstrap, topic, partitions=2)
        produce(bootstrap, topic, [(b"k", b"before")], partition=1)
        kafka.restart()
        produce(bootstrap, topic, [(b"k", b"between")], partition=1)
        kafka.kill()
        kafka.start()
        produce(bootstrap, topic, [(b"k", b"after")], partition=1)
        assert kafka.bootstrap == bootstrap
        assert [r.value for r in read_all(bootstrap, topic)] == [b"before", b"between", b"after"]
    assert not kafka.folder.exists()


def test_the_broker_dies_with_tests_that_are_killed() -> None:
    script = (
        "from tests.kafka.broker import RealKafka\n"
        "with RealKafka() as kafka:\n    print(kafka.pid, kafka.folder, flush=True)\n    input()\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdin is not None
    pid, folder = child.stdout.readline().split()
    assert Path(folder).exists()
    child.kill()
    child.wait()
    wait_until(lambda: not alive(int(pid)), 10, "the broker is gone")
    wait_until(lambda: not Path(folder).exists(), 10, "its data are gone")
    child.stdin.close()
    child.stdout.close()


def test_missing_tools_fail_with_how_to_get_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(NoKafkaError, match=r"openjdk-17.*KAFKA_BOOTSTRAP"):
        java()
    with pytest.raises(NoKafkaError, match=r"apt-get install maven.*KAFKA_BOOTSTRAP"):
        copy_jars(tmp_path / "pom.xml", tmp_path / "lib")


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie that nobody has waited for does not)."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()[:1] not in ("", "Z")
