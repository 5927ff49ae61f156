"""The command `python -m tests.bench`: runs all variants in interleaved rounds and prints one table.

`python -m tests.bench startup` measures how long the command line and a worker take to start instead, `python -m
tests.bench curve FILE.png` draws what the threshold is worth above which a behavior belongs to an interest, `python -m
tests.bench index` measures searches for items by vectors, `python -m tests.bench kernels` what behaviors and records
cost without Kafka, and `python -m tests.bench lists` what a list costs as catalogs, histories and users grow.
"""

import argparse
import os
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from streams.logs import configure_logs
from tests.bench import curve, index, kernel, lists, startup
from tests.bench.plan import Plan, Variant
from tests.bench.report import cost_notes, cost_rows, report, row, stage_table
from tests.bench.result import Result
from tests.bench.session import Session
from tests.kafka.broker import RealKafka

KERNEL_REPEATS = 7
VARIANTS: tuple[Variant, ...] = ("stock", "worker", "lists", "bare")


@dataclass(frozen=True)
class Options:
    """How much to run. events: for all but stock Faust, which is slow and gets stock_events.

    repeats: of the kernels and the step, which take a second each and swing with the machine's pace.
    """

    rounds: int
    events: int
    stock_events: int
    users: int
    kernel_events: int
    repeats: int
    variants: tuple[Variant, ...]
    profile: bool
    bootstrap: str | None


def main() -> None:
    """Runs and prints."""
    if sys.argv[1:2] == ["startup"]:
        configure_logs("bench")
        startup.main(sys.argv[2:])
        return
    if sys.argv[1:2] == ["kernels"]:
        configure_logs("bench")
        kernels(sys.argv[2:])
        return
    if sys.argv[1:2] == ["curve"]:
        curve.main(sys.argv[2:])
        return
    if sys.argv[1:2] == ["lists"]:
        lists.main(sys.argv[2:])
        return
    if sys.argv[1:2] == ["index"]:
        index.main(sys.argv[2:])
        return
    options = parsed()
    configure_logs("bench")
    kafka = nullcontext() if options.bootstrap else RealKafka()
    with kafka as broker:
        say("filling the sources")
        session = Session(options.bootstrap or broker.bootstrap, options.events)
        session.prepare()
        results = rounds(session, options)
        say("recovery")
        recoveries = session.recover(options.users, options.rounds) if options.users else None
        say("kernels")
        costs = session.costs(options.kernel_events, options.repeats) if options.kernel_events else None
    print(report(results, recoveries, costs))
    if options.profile:
        print("\n" + stage_table(results))


def kernels(arguments: list[str]) -> None:
    """Measures and prints what needs no Kafka."""
    parser = argparse.ArgumentParser("python -m tests.bench kernels")
    parser.add_argument("--rounds", type=int, default=KERNEL_REPEATS)
    parser.add_argument("--events", type=int, default=50_000, help="behaviors of the step")
    given = parser.parse_args(arguments)
    with TemporaryDirectory() as data:
        names = {"bootstrap": "none:1", "run": "kernels", "source": "kernels"}
        costs = kernel.measure(Plan(variant="kernel", size=given.events, data=data, repeats=given.rounds, **names))
    print(
        "\n".join([row("", ["Penchant"]), row("---", ["---:"]), *cost_rows(costs, ["worker"]), "", *cost_notes(costs)])
    )


def rounds(session: Session, options: Options) -> list[Result]:
    """All rounds, variant after variant within each, so that a change of the machine's pace meets all alike."""
    results: list[Result] = []
    for number in range(options.rounds):
        for variant in options.variants:
            size = options.stock_events if variant == "stock" else options.events
            plan = session.plan(variant, size, options.profile)
            result = session.run(plan)
            session.drop(plan)
            results.append(result)
            say(f"round {number + 1}, {variant}: {result.cpu / result.behaviors * 1e6:.1f} us of CPU per behavior")
    return results


def parsed() -> Options:
    """The command line."""
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--events", type=int, default=200_000, help="behaviors per run")
    parser.add_argument("--stock-events", type=int, default=15_000, help="behaviors per run of stock Faust")
    parser.add_argument("--users", type=int, default=100_000, help="users in the changelog to recover; 0 for none")
    parser.add_argument("--kernel-events", type=int, default=50_000, help="behaviors of the step alone; 0 for none")
    parser.add_argument("--variants", default=",".join(VARIANTS), help="some of " + ", ".join(VARIANTS))
    parser.add_argument("--quick", action="store_true", help="one round of a quarter, which says less")
    parser.add_argument("--profile", action="store_true", help="also CPU by stage; it costs some itself")
    parser.add_argument("--bootstrap", default=os.environ.get("KAFKA_BOOTSTRAP"), help="a broker to use, else its own")
    given = parser.parse_args()
    share = 4 if given.quick else 1
    return Options(
        rounds=1 if given.quick else given.rounds,
        events=given.events // share,
        stock_events=min(given.stock_events, given.events) // share,
        users=given.users // share,
        kernel_events=given.kernel_events // share,
        repeats=1 if given.quick else max(given.rounds, KERNEL_REPEATS),
        variants=tuple(given.variants.split(",")),
        profile=given.profile,
        bootstrap=given.bootstrap,
    )


def say(line: str) -> None:
    """Progress, apart from the table."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
