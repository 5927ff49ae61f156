"""Report: medians of all rounds as one table, in Markdown that also reads as plain text."""

import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from tests.bench.plan import ITEMS, PARTITIONS, USERS
from tests.bench.result import Costs, Recoveries, Result, Stage

COLUMNS = {
    "worker": "Penchant",
    "lists": "Penchant with lists",
    "bare": "bare loop",
    "stock": "stock Faust",
}
MIB = 1 << 20
OF_STOCK = 1 / 20
OF_BARE = 1 / 0.6
KERNEL_LIMIT = 3.0
STEP_LIMIT = 12.0
STATE_LIMIT = 4096
# Microseconds of CPU: a core is to rank 10,000 behaviors a second, everything included.
LISTS_LIMIT = 100.0
WRITTEN_LIMIT = 1024


def report(results: Sequence[Result], recoveries: Recoveries | None, costs: Costs | None = None) -> str:
    """The table, and below it how it was measured and whether the targets were reached."""
    runs = {variant: [one for one in results if one.variant == variant] for variant in COLUMNS}
    runs = {variant: found for variant, found in runs.items() if found}
    cpu = {variant: median(map(cpu_us, found)) for variant, found in runs.items()}
    lines = [
        row("", [COLUMNS[variant] for variant in runs]),
        row("---", ["---:" for _ in runs]),
        spread("behaviors/s", runs, lambda one: one.behaviors / one.wall, ",.0f"),
        spread("CPU per behavior, us", runs, cpu_us, ",.1f"),
        row("CPU, stock Faust's over this", [ratio(cpu.get("stock"), cpu[variant]) for variant in runs]),
        row("CPU, this over the bare loop's", [ratio(cpu[variant], cpu.get("bare")) for variant in runs]),
        middle("changelog bytes per behavior", runs, changelog_bytes, ",.0f"),
        middle("other bytes per behavior", runs, lambda one: payload(one) - changelog_bytes(one), ",.0f"),
        middle("behaviors per flush and partition", runs, lambda one: one.behaviors / max(one.flushes, 1), ",.0f"),
        middle("mean commit, ms", runs, lambda one: one.commit * 1e3, ",.1f"),
        middle("peak memory (RSS), MiB", runs, lambda one: one.rss / MIB, ",.0f"),
        middle("behaviors per run", runs, lambda one: one.behaviors, ",d"),
        *recovery_rows(recoveries, list(runs)),
        *cost_rows(costs, list(runs)),
    ]
    return "\n".join([*lines, "", *notes(runs, cpu), *cost_notes(costs)])


def stage_table(results: Sequence[Result]) -> str:
    """CPU and wall microseconds per behavior by stage, median of the rounds, one table per variant."""
    tables = []
    for variant in COLUMNS:
        found = [one for one in results if one.variant == variant and one.stages]
        if found:
            names = dict.fromkeys(stage.name for one in found for stage in one.stages)
            lines = [row(f"{COLUMNS[variant]}, stage", ["CPU us", "wall us", "calls"]), "|---|---:|---:|---:|"]
            lines += [stage_row(name, found) for name in names]
            tables.append("\n".join(lines))
    return "\n\n".join(tables)


def stage_row(name: str, found: Sequence[Result]) -> str:
    """One stage of one variant."""
    stages = [(stage, one) for one in found for stage in one.stages if stage.name == name]

    def per_behavior(seconds: Callable[[Stage], float]) -> str:
        return f"{median(seconds(stage) / one.behaviors * 1e6 for stage, one in stages):.2f}"

    return row(
        name,
        [
            per_behavior(lambda stage: stage.cpu),
            per_behavior(lambda stage: stage.wall),
            f"{median(stage.calls for stage, _ in stages):,.0f}",
        ],
    )


def notes(runs: dict[str, list[Result]], cpu: dict[str, float]) -> list[str]:
    """What the numbers stand for, and the targets."""
    rounds = max(map(len, runs.values()))
    lines = [
        f"Medians of {rounds} interleaved rounds (least..greatest). One Kafka broker on the same machine, "
        f"{PARTITIONS} partitions, {USERS:,} users by Zipf's law, {ITEMS:,} items, views of 240 bytes, all produced "
        "before; CPU of the whole process, all threads. Stock Faust delivers at least once and writes a user at each "
        "behavior; the others exactly once, and a user once per flush.",
        f"{cpu_model()}, {os.cpu_count()} cores, Python {platform.python_version()}.",
    ]
    own = [one.own / one.behaviors * 1e6 for one in runs.get("stock", [])]
    if own:
        lines.append(f"Of stock Faust's CPU, {median(own):.1f} us are the update and the record themselves.")
    if "worker" in cpu:
        lines += [target(cpu, "stock", OF_STOCK, "1/20"), target(cpu, "bare", OF_BARE, "1/0.6")]
        written = median(map(changelog_bytes, runs["worker"]))
        kept = verdict(written, WRITTEN_LIMIT)
        lines.append(f"Target, changelog bytes per behavior under {WRITTEN_LIMIT:,}: {kept} ({written:,.0f}).")
    if "lists" in cpu:
        kept = verdict(cpu["lists"], LISTS_LIMIT)
        each = 1e6 / cpu["lists"]
        lines.append(f"Target, with lists 10,000 behaviors for each second of one core's CPU: {kept} ({each:,.0f}).")
    return [line for line in lines if line]


def target(cpu: dict[str, float], rival: str, limit: float, written: str) -> str:
    """Whether Penchant's CPU is within its limit, "" when the rival did not run."""
    if rival not in cpu:
        return ""
    kept = verdict(cpu["worker"], limit * cpu[rival])
    return f"Target, CPU at most {written} of the {COLUMNS[rival]}'s: {kept} ({cpu['worker'] / cpu[rival]:.3f})."


def recovery_rows(found: Recoveries | None, columns: Sequence[str]) -> list[str]:
    """Recovery, in Penchant's column."""
    if found is None:
        return []

    def only(values: Sequence[float], form: str) -> list[str]:
        return in_ours(ranged(values, form), columns)

    name = f"recovery of {found.users:,} users ({found.rows:,} rows)"
    return [
        row(f"{name}, rows/s", only([found.rows / wall for wall in found.walls], ",.0f")),
        row("the same, seconds", only(found.walls, ".1f")),
        row("the same with the disk kept, seconds", only(found.kept, ".1f")),
    ]


def cost_rows(found: Costs | None, columns: Sequence[str]) -> list[str]:
    """What the kernels cost, in Penchant's column, and a user's bytes."""
    if found is None:
        return []
    state = f"{found.state:,} (at most {found.largest_state:,})"
    return [
        row("interest kernels alone (K=8, d=128), us", in_ours(ranged(found.kernel, ".2f"), columns)),
        row("the same in plain numpy, us", in_ours(ranged(found.slow, ",.0f"), columns)),
        row("step to rows, without Kafka, lists and publishing, us", in_ours(ranged(found.step, ".1f"), columns)),
        row("the same of a worker's first users, us", in_ours(ranged(found.newcomers, ".1f"), columns)),
        row("publishing a record with labels and keywords, us", in_ours(ranged(found.record, ".1f"), columns)),
        row("records per behavior", in_ours(f"{found.records:.2f}", columns)),
        row("bytes of state per user, median", in_ours(state, columns)),
    ]


def cost_notes(found: Costs | None) -> list[str]:
    """What the kernels' numbers stand for, and their targets."""
    if found is None:
        return []
    kernel, step, record = median(found.kernel), median(found.step), median(found.record)
    return [
        "Kernels: admission, assignment, decay, attention with its learning, negatives, evidence and limiter, on users "
        "with all eight places taken; the plain numpy does the assignment, decay, attention and negatives. Step: from "
        "the JSON of a behavior to changed rows as bytes, signals and everything else a flush has but the records, "
        "whose words and labels are made at publishing; a flush for every 5,000 behaviors, as of a backlog, of users "
        f"most of whom are known. Medians of {len(found.step)} rounds of these, in a process of their own.",
        f"With its share of a record a behavior costs {step + found.records * record:.1f} us.",
        f"Target, kernels at most {KERNEL_LIMIT:g} us: {verdict(kernel, KERNEL_LIMIT)} ({kernel:.2f}).",
        f"Target, step at most {STEP_LIMIT:g} us: {verdict(step, STEP_LIMIT)} ({step:.1f}).",
        f"Target, state at most {STATE_LIMIT:,} bytes a user: {verdict(found.largest_state, STATE_LIMIT)} "
        f"({found.largest_state:,}).",
    ]


def verdict(value: float, limit: float) -> str:
    """Whether a limit is kept."""
    return "reached" if value <= limit else "not reached"


def in_ours(cell: str, columns: Sequence[str]) -> list[str]:
    """A cell in Penchant's column, the others empty."""
    return [cell if column == "worker" else "" for column in columns]


def spread(name: str, runs: dict[str, list[Result]], value: Callable[[Result], float], form: str) -> str:
    """A row of medians with their ranges."""
    return row(name, [ranged([value(one) for one in found], form) for found in runs.values()])


def middle(name: str, runs: dict[str, list[Result]], value: Callable[[Result], float], form: str) -> str:
    """A row of medians; what a variant does not have is left empty."""
    cells = [median(value(one) for one in found) for found in runs.values()]
    absent = {"behaviors per flush and partition", "mean commit, ms"} if "stock" in runs else set()
    return row(
        name,
        [
            "" if name in absent and variant == "stock" else format(int(cell) if form == ",d" else cell, form)
            for variant, cell in zip(runs, cells, strict=True)
        ],
    )


def ranged(values: Sequence[float], form: str) -> str:
    """The median, and the least and greatest when they differ."""
    text = format(median(values), form)
    return text if len(values) == 1 else f"{text} ({format(min(values), form)}..{format(max(values), form)})"


def ratio(above: float | None, below: float | None) -> str:
    """A quotient, or nothing."""
    return f"{above / below:.2f}" if above and below else ""


def row(name: str, cells: Sequence[str]) -> str:
    """One line of a table."""
    return "| " + " | ".join([name, *cells]) + " |"


def cpu_us(one: Result) -> float:
    """Microseconds of CPU per behavior."""
    return one.cpu / one.behaviors * 1e6


def payload(one: Result) -> float:
    """Bytes written per behavior."""
    return sum(one.written.values()) / one.behaviors


def changelog_bytes(one: Result) -> float:
    """Bytes written to changelogs per behavior."""
    return sum(size for topic, size in one.written.items() if topic.endswith(".changelog")) / one.behaviors


def cpu_model() -> str:
    """What the processor calls itself."""
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
