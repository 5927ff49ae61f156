"""Child: one measurement in a process of its own; the plan is its argument, the result its last line."""

import os
import sys

import msgspec

from tests.bench.plan import Plan


def main() -> None:
    """Measures and ends at once: clients and loops of the variants are not wound up."""
    plan = msgspec.json.decode(sys.argv[1], type=Plan)
    sys.stdout.write(msgspec.json.encode(measured(plan)).decode() + "\n")
    sys.stdout.flush()
    os._exit(0)


def measured(plan: Plan) -> msgspec.Struct:
    """What the plan's variant finds; only its own libraries are loaded."""
    if plan.variant == "stock":
        from tests.bench import stock

        return stock.measure(plan)
    if plan.variant == "bare":
        from tests.bench import bare

        return bare.measure(plan)
    if plan.variant == "recovery":
        from tests.bench import recovery

        return recovery.measure(plan)
    if plan.variant == "kernel":
        from tests.bench import kernel

        return kernel.measure(plan)
    from tests.bench import ours

    return ours.measure(plan)


if __name__ == "__main__":
    main()
