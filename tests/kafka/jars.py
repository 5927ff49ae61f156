"""The jars of Apache Kafka, copied by Maven once into .cache/kafka."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / ".cache" / "kafka"


class NoKafkaError(RuntimeError):
    """A real Kafka cannot be started here; the message says what to install."""


def kafka_jars() -> Path:
    """The folder with the jars that pom.xml names. Raises NoKafkaError when Maven is missing or fails."""
    pom = HERE / "pom.xml"
    folder = CACHE / hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            copy_jars(pom, folder)
    return folder


def copy_jars(pom: Path, folder: Path) -> None:
    """Lets Maven copy the dependencies of `pom` into `folder`, which appears whole or not at all."""
    maven = shutil.which("mvn")
    if maven is None:
        raise NoKafkaError(
            "no Maven: install it (Debian: apt-get install maven; macOS: brew install maven), or set KAFKA_BOOTSTRAP"
        )
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        target = Path(scratch) / "lib"
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={target}"]
        done = subprocess.run([maven, "-q", "-B", "-f", str(pom), *goal], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NoKafkaError(
                f"Maven could not fetch Kafka's jars; mend it, or set KAFKA_BOOTSTRAP. {done.stdout[-2000:]}"
            )
        target.rename(folder)


def java() -> str:
    """The path of a Java 17 or newer. Raises NoKafkaError when there is none."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    told = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr if found else ""
    version = re.search(r'version "(\d+)', told)
    if found is None or version is None or int(version.group(1)) < 17:
        raise NoKafkaError(
            "no Java 17 or newer: install it (Debian: apt-get install openjdk-17-jre-headless; "
            "macOS: brew install openjdk@17), or set KAFKA_BOOTSTRAP"
        )
    return found
