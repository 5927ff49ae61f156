"""Meters: the clock of a run, the bytes it wrote, its memory, and the CPU of its threads."""

import os
import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from streams.state.processor import Flush

TASKS = Path("/proc/self/task")


class Clock:
    """Process CPU seconds (cpu) between start and stop; starting it again changes nothing.

    begun and ended: moments of perf_counter, 0 before. threads: CPU seconds by kind of thread, empty where the system
    does not tell.
    """

    def __init__(self) -> None:
        self.begun = self.ended = self.cpu = 0.0
        self.threads: Counter[str] = Counter()

    @property
    def runs(self) -> bool:
        """Whether it was started and not stopped."""
        return self.begun > 0.0 and not self.ended

    @property
    def wall(self) -> float:
        """Seconds between start and stop."""
        return self.ended - self.begun

    def start(self) -> None:
        """Begins at the first call."""
        if not self.begun:
            self._threads = thread_seconds()
            self.begun, self._cpu = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        """Ends."""
        self.ended, self.cpu = time.perf_counter(), time.process_time() - self._cpu
        self.threads = thread_seconds()
        self.threads.subtract(self._threads)


class Written:
    """Payload bytes by topic of everything that processors hand over while the clock runs.

    cost: CPU seconds that the counting itself took.
    """

    def __init__(self, clock: Clock) -> None:
        self.by_topic: Counter[str] = Counter()
        self.cost = 0.0
        self._clock = clock

    def watch(self, processor: Any, changelog: str) -> None:
        """Counts what `take` of this class of processor gives from now on."""
        take: Callable[[Any], Flush] = processor.take

        @wraps(take)
        def counted(self_: Any) -> Flush:
            flush = take(self_)
            if self._clock.runs:
                begun = time.thread_time()
                self.count(flush, changelog)
                self.cost += time.thread_time() - begun
            return flush

        processor.take = counted

    def count(self, flush: Flush, changelog: str) -> None:
        """Adds the keys and values of one flush."""
        self.by_topic[changelog] += sum(len(key) + len(row or b"") for key, row in flush.rows)
        for output in flush.outputs:
            self.by_topic[output.topic] += sum(len(key or b"") + len(value or b"") for key, value in output.records)


def peak_rss() -> int:
    """The most memory this process has held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def thread_seconds() -> Counter[str]:
    """CPU seconds of all living threads, by name (the number at its end cut off)."""
    ours = {thread.native_id: thread.name for thread in threading.enumerate()}
    seconds: Counter[str] = Counter()
    for task in TASKS.iterdir() if TASKS.exists() else ():
        comm, _, rest = (task / "stat").read_text().partition("(")[2].rpartition(")")
        fields = rest.split()
        name = ours.get(int(task.name), comm)
        kind = name.rstrip("0123456789").rstrip("_-")
        seconds[kind] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds
