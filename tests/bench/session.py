"""Session: sources that all runs share, and one child process per run."""

import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import msgspec

from streams.kafka.client import open_admin
from streams.kafka.topic_plan import topic_plan
from streams.kafka.topics import create_topics
from tests.bench.plan import Plan, Variant, settings_of
from tests.bench.result import Costs, Recoveries, Result
from tests.bench.workload import fill_sources

ROOT = Path(__file__).parent.parent.parent
# Seconds; on a fresh machine a run compiles its kernels first.
LIMIT = 600.0


class BenchError(RuntimeError):
    """A run failed; the message carries the end of what it said."""


class Session:
    """Runs on one broker. size: behaviors in the shared clickstream."""

    def __init__(self, bootstrap: str, size: int) -> None:
        self.source = f"bench-{uuid.uuid4().hex[:6]}"
        self.size = size
        self._bootstrap = bootstrap

    def prepare(self) -> None:
        """Creates and fills the shared sources."""
        plan = self.plan("bare", self.size)
        settings = settings_of(plan)
        create_topics(settings)
        fill_sources(settings, self.size, int(time.time() * 1000) - self.size)
        self.drop(plan)

    def plan(self, variant: Variant, size: int, profile: bool = False) -> Plan:
        """A plan for a run with a name of its own."""
        run = f"{variant}-{uuid.uuid4().hex[:6]}"
        data = str(Path(tempfile.gettempdir()) / f"penchant-bench-{run}")
        return Plan(variant, self._bootstrap, run, self.source, size, data, profile)

    def run(self, plan: Plan) -> Result:
        """Runs one variant."""
        return msgspec.json.decode(self._child(plan), type=Result)

    def recover(self, users: int, repeats: int) -> Recoveries:
        """Fills a changelog and recovers from it."""
        plan = msgspec.structs.replace(self.plan("recovery", users), repeats=repeats)
        found = msgspec.json.decode(self._child(plan), type=Recoveries)
        self.drop(plan)
        return found

    def costs(self, size: int, repeats: int) -> Costs:
        """Measures the kernels, and the step on so many behaviors, without Kafka."""
        plan = msgspec.structs.replace(self.plan("kernel", size), repeats=repeats)
        found = msgspec.json.decode(self._child(plan), type=Costs)
        self.drop(plan)
        return found

    def _child(self, plan: Plan) -> bytes:
        create_topics(settings_of(plan))
        command = [sys.executable, "-m", "tests.bench.child", msgspec.json.encode(plan).decode()]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=LIMIT, check=False)
        except subprocess.TimeoutExpired as late:
            raise BenchError(f"{plan.run} took over {LIMIT:g} s: {(late.stderr or b'')[-3000:].decode()}") from None
        finally:
            shutil.rmtree(plan.data, ignore_errors=True)
        if done.returncode != 0:
            raise BenchError(f"{plan.run} ended with {done.returncode}: {done.stderr[-3000:].decode()}")
        return done.stdout.splitlines()[-1]

    def drop(self, plan: Plan) -> None:
        """Deletes the run's own topics."""
        settings = settings_of(plan)
        names = [topic.name for topic in topic_plan(settings) if topic.name.startswith(plan.run)]
        admin = open_admin(settings.kafka)
        for future in admin.delete_topics(names).values():
            future.result(30)
