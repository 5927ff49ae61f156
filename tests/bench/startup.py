"""Start-up: how long the command line takes to load, and a worker until it is ready."""

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from schemas.content_types import MSGPACK_HEADERS
from schemas.items import ItemVector, encode_item_vector
from schemas.vectors import to_bytes
from streams.kafka.topics import create_topics
from streams.settings import KafkaSettings, MetricsSettings, Settings, TopicSettings, WorkerSettings
from tests.bench.recovery import user_rows, write
from tests.bench.report import row
from tests.bench.workload import ENCODER, produce, unit_vectors
from tests.chaos.processes import Process
from tests.kafka.broker import RealKafka, free_port
from tests.kafka.topics import unique

ROOT = Path(__file__).parents[2]
LIMIT = 300.0
IMPORT_TARGET, READY_TARGET = 0.3, 5.0
# An empty value lets Python keep compiled byte code, whatever the shell says.
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
PROGRAMS = {
    "bare interpreter": ("-c", "pass"),
    "import streams.cli.commands": ("-c", "import streams.cli.commands"),
    "penchant --help": ("-m", "streams.cli", "--help"),
}
STEPS = (
    "modules loaded, /readyz answers",
    "catalog loaded",
    "group joined, first partition recovered",
    "last partition recovered",
    "ready",
)
ANSWERS, CATALOG, FIRST, LAST, READY = STEPS
CPU = "CPU seconds until ready, all threads"


@dataclass(frozen=True)
class Load:
    """Seconds that one program took, on the clock and of CPU."""

    wall: float
    cpu: float


# Seconds from the start of a worker's process to each of STEPS, and CPU.
Start = Mapping[str, float]


def main(arguments: Sequence[str]) -> None:
    """Measures and prints two tables."""
    options = parsed(arguments)
    loads = measure_imports(options.repeats * 3)
    with nullcontext() if options.bootstrap else RealKafka() as broker:
        bootstrap = options.bootstrap or broker.bootstrap
        with worker_settings(bootstrap, options.partitions) as settings:
            fill(settings, options.users, options.items)
            cold, *warm = measure_worker(settings, options.repeats + 1)
    print(import_table(loads))
    print()
    print(worker_table(cold, warm, options))


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser("python -m tests.bench startup", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="warm starts of the worker; a third of the imports")
    parser.add_argument("--users", type=int, default=100_000, help="users in the changelog and the local store")
    parser.add_argument("--items", type=int, default=10_000, help="items with vectors")
    parser.add_argument("--partitions", type=int, default=TopicSettings().partitions)
    parser.add_argument("--bootstrap", default=os.environ.get("KAFKA_BOOTSTRAP"), help="a broker to use, else its own")
    return parser.parse_args(arguments)


# -- the command line


def measure_imports(repeats: int) -> dict[str, list[Load]]:
    """Runs each program so often, in turns, after a first time that compiles byte code."""
    loads: dict[str, list[Load]] = {name: [] for name in PROGRAMS}
    for number in range(repeats + 1):
        for name, words in PROGRAMS.items():
            load = timed([sys.executable, *words])
            if number:
                loads[name].append(load)
    return loads


def timed(command: Sequence[str]) -> Load:
    """Runs a command to its end."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=ROOT, env={**os.environ, **COMPILED}, stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Load(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def import_table(loads: Mapping[str, Sequence[Load]]) -> str:
    """Medians of all programs, and what the import alone takes."""
    bare, ours = loads["bare interpreter"], loads["import streams.cli.commands"]
    own = median(load.wall for load in ours) - median(load.wall for load in bare)
    lines = [
        row("command line", ["seconds", "CPU seconds"]),
        "| --- | ---: | ---: |",
        *(
            row(name, [spread([one.wall for one in found]), spread([one.cpu for one in found])])
            for name, found in loads.items()
        ),
        "",
        f"Medians of {len(bare)} (least..greatest). Target, importing the command line under {IMPORT_TARGET:g} s beyond"
        f" the bare interpreter: {own:.3f} s, {'reached' if own < IMPORT_TARGET else 'missed'}.",
    ]
    return "\n".join(lines)


# -- the worker


@contextmanager
def worker_settings(bootstrap: str, partitions: int) -> Iterator[Settings]:
    """Settings of a worker with topics of its own, defaults otherwise, and a data folder that goes at the end."""
    app = unique("startup")
    names = {name: f"{app}.{value}" for name, value in TopicSettings().model_dump().items() if isinstance(value, str)}
    folder = Path(tempfile.mkdtemp(prefix="penchant-startup-"))
    try:
        yield Settings(
            app=app,
            kafka=KafkaSettings(bootstrap=bootstrap),
            topics=TopicSettings(**names, partitions=partitions),
            worker=WorkerSettings(data=folder / "worker", metrics_port=free_port()),
            metrics=MetricsSettings(host="127.0.0.1"),
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fill(settings: Settings, users: int, items: int) -> None:
    """Creates the topics, and writes vectors of items and the changelog of users."""
    create_topics(settings)
    vectors = (
        ItemVector(item_id=f"item-{place:05d}", encoder=ENCODER, vector=to_bytes(vector), title=f"Item {place}")
        for place, vector in enumerate(unit_vectors(items))
    )
    records = ((item.item_id.encode(), encode_item_vector(item)) for item in vectors)
    produce(settings.kafka, settings.topics.items_encoded, records, MSGPACK_HEADERS)
    for rows in user_rows(settings, users):
        write(settings, rows)


def measure_worker(settings: Settings, starts: int) -> list[Start]:
    """Starts a worker so often and ends it in good order in between; the first finds no data, the others keep it."""
    return [measured_start(settings, settings.worker.data.parent / f"{number}.log") for number in range(starts)]


def measured_start(settings: Settings, log: Path) -> Start:
    """One life of a worker, from its start until it is ready."""
    epoch, began = time.time(), time.monotonic()
    worker = Process([sys.executable, "-m", "streams.cli", "worker"], environment_of(settings), log)
    try:
        page = f"http://{settings.metrics.host}:{settings.worker.metrics_port}/readyz"
        answers = waited(worker, began, lambda: status_of(page) is not None)
        ready = waited(worker, began, lambda: status_of(page) == 200)
        cpu = cpu_seconds(page.replace("readyz", "metrics"))
        worker.child.terminate()
        assert worker.child.wait(LIMIT) == 0
    finally:
        worker.kill()
    loaded, recovered = moments(log, "catalog loaded"), moments(log, "recovered")
    logged = {CATALOG: max(loaded), FIRST: min(recovered), LAST: max(recovered)}
    return {ANSWERS: answers, **{step: at - epoch for step, at in logged.items()}, READY: ready, CPU: cpu}


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as environment variables, one per section."""
    sections = {
        "kafka": settings.kafka,
        "topics": settings.topics,
        "worker": settings.worker,
        "metrics": settings.metrics,
    }
    given = {
        f"PENCHANT_{name.upper()}": section.model_dump_json(exclude_none=True) for name, section in sections.items()
    }
    return {"PENCHANT_APP": settings.app, **given, **COMPILED}


def waited(worker: Process, began: float, reached: Callable[[], bool]) -> float:
    """Seconds since `began` at which it was reached. Fails when the worker ends or takes too long."""
    while not reached():
        assert worker.exit_code is None, worker.log.read_text()[-3000:]
        assert time.monotonic() < began + LIMIT, worker.log.read_text()[-3000:]
        time.sleep(0.01)
    return time.monotonic() - began


def status_of(page: str) -> int | None:
    """The status of a page, None while nobody answers."""
    try:
        with urllib.request.urlopen(page, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def cpu_seconds(page: str) -> float:
    """What a process has used, by its own metrics."""
    with urllib.request.urlopen(page, timeout=10) as answer:
        found = re.search(r"^process_cpu_seconds_total (\S+)$", answer.read().decode(), re.MULTILINE)
    assert found is not None
    return float(found[1])


def moments(log: Path, event: str) -> list[float]:
    """When an event was logged, epoch seconds."""
    lines = [line for line in log.read_text().splitlines() if f'event="{event}"' in line or f"event={event} " in line]
    found = [re.search(r"timestamp=(\S+)", line) for line in lines]
    return [datetime.fromisoformat(one[1]).timestamp() for one in found if one]


def worker_table(cold: Start, warm: Sequence[Start], options: argparse.Namespace) -> str:
    """Medians of the warm starts, and the cold one beside them."""
    ready = median(one[READY] for one in warm)
    lines = [
        row("worker, seconds since its process began", ["data kept", "no data"]),
        "| --- | ---: | ---: |",
        *(row(step, [spread([one[step] for one in warm]), f"{cold[step]:.2f}"]) for step in (*STEPS, CPU)),
        "",
        f"{options.items:,} items, {options.users:,} users, {options.partitions} partitions, one Kafka on the same"
        f" machine; medians of {len(warm)} (least..greatest). Target, ready with its data kept within"
        f" {READY_TARGET:g} s: {ready:.2f} s, {'reached' if ready < READY_TARGET else 'missed'}.",
    ]
    return "\n".join(lines)


def spread(values: Sequence[float]) -> str:
    """The median, and the range around it."""
    return f"{median(values):.2f} ({min(values):.2f}..{max(values):.2f})"
