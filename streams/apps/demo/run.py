"""The demo from its start to its end: Kafka, an encoder, a worker, and what they do with the sample."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import typer

from streams.apps.demo.acts import LEAD, Acts
from streams.apps.demo.guard import LIMIT, DemoOverdueError, Guard
from streams.apps.demo.kafka import open_kafka
from streams.apps.demo.looking import addresses
from streams.apps.demo.memory import peak_memory
from streams.apps.demo.options import DemoOptions, Sample, shipped_sample
from streams.apps.demo.screen import Screen, open_screen
from streams.apps.demo.setup import DemoSetup
from streams.apps.demo.summary import DemoResult, example_user, summary
from streams.apps.demo.telling import Telling
from streams.apps.demo.watch import Watch
from streams.apps.interrupts import Interrupted, Interrupts
from streams.apps.operators import OperatorError, keep_logs_quiet
from streams.apps.processes import ChildEndedError, ChildProcess, Children


def run(options: DemoOptions) -> int:
    """Runs the demo; returns 0, 1 when a child failed or time ran out, 128 + signal when it was interrupted.

    Raises: OperatorError or TopicError for what an operator can mend.
    """
    if not options.fake_encoder and find_spec("torch") is None:
        raise OperatorError("the encoder needs torch: pip install 'penchant[encoder]', or penchant demo --fake-encoder")
    keep_logs_quiet()
    try:
        with Interrupts() as interrupts, _folder(options.keep_data) as folder:
            return _run(options, folder, interrupts)
    except (ChildEndedError, DemoOverdueError) as failure:
        typer.echo(f"\npenchant demo: {failure}", err=True)
        return 1
    except Interrupted as interrupted:
        typer.echo("All processes are stopped.", err=True)
        return 128 + interrupted.number


def _run(options: DemoOptions, folder: Path, interrupts: Interrupts) -> int:
    began, sample = time.monotonic(), shipped_sample(options.events)
    with open_screen() as screen:
        telling = Telling(screen, sample.title, began)
        with (
            _kafka(options, folder, telling, sample) as setup,
            Children(folder, setup.environment) as children,
            Watch(setup.settings, sample) as watch,
            _farewell(screen),
        ):
            own = "broker and demo" if options.broker is None else "demo"
            processes = {own: os.getpid(), **_start(children, telling)}
            acts = Acts(setup.settings, sample, watch, Guard(interrupts, children, began + LIMIT), telling)
            seconds = acts.encode(), acts.replay()
            memory = {name: peak for name, pid in processes.items() if (peak := peak_memory(pid)) is not None}
            result = DemoResult(sample, watch, LEAD, *seconds, time.monotonic() - began, memory)
            screen.close()
            typer.echo("\n".join(("", *summary(result), "")))
            if options.keep_running:
                typer.echo("\n".join(addresses(setup, example_user(sample.behaviors))))
                acts.rest()
    typer.echo("All processes are stopped.")
    return 0 if watch.counted_once else 1


@contextmanager
def _farewell(screen: Screen) -> Iterator[None]:
    """Gives the terminal back before things are stopped, which takes a moment."""
    try:
        yield
    except Interrupted:
        screen.close()
        typer.echo("\nStopping …", err=True)
        raise


@contextmanager
def _folder(keep: bool) -> Iterator[Path]:
    """A folder for state and logs."""
    folder = Path(tempfile.mkdtemp(prefix="penchant-demo-"))
    try:
        yield folder
    finally:
        if keep:
            typer.echo(f"State and logs are in {folder}", err=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _kafka(options: DemoOptions, folder: Path, telling: Telling, sample: Sample) -> Iterator[DemoSetup]:
    telling.say("sample", sample.title)
    telling.begin("broker", "topics are being created", aloud=False)
    with open_kafka(options, folder) as setup:
        kafka, app = setup.settings.kafka, setup.settings.app
        where = f"in memory at {kafka.bootstrap}" if kafka.embedded else f"{kafka.bootstrap}, topics {app}.…"
        telling.end("broker", f"{where}, {setup.settings.topics.partitions} partitions a topic")
        yield setup


def _start(children: Children, telling: Telling) -> dict[str, int]:
    """Starts the processes; returns their ids by name."""
    started: dict[str, ChildProcess] = {name: children.start(name) for name in ("encoder", "worker")}
    telling.begin("encoder", "starts", aloud=False)
    telling.begin("model", "is being loaded", aloud=False)
    telling.begin("worker", "compiles its kernels, loads the catalog, joins its group", aloud=False)
    telling.say("started", "an encoder and a worker, each a process of its own")
    return {name: child.pid for name, child in started.items()}
