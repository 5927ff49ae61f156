"""The start-up benchmark measures what it says: a worker that is really ready, step after step, and its tables."""

import pytest

from tests.bench.startup import (
    CPU,
    STEPS,
    fill,
    import_table,
    measure_imports,
    measure_worker,
    parsed,
    worker_settings,
    worker_table,
)
from tests.chaos.processes import event_of


@pytest.mark.kafka
def test_a_worker_is_measured_step_after_step_with_and_without_its_data(kafka: str) -> None:
    options = parsed(["--users", "100", "--items", "30", "--partitions", "2", "--repeats", "1", "--bootstrap", kafka])
    with worker_settings(kafka, options.partitions) as settings:
        fill(settings, options.users, options.items)
        cold, warm = measure_worker(settings, 2)
        logs = [(settings.worker.data.parent / f"{number}.log").read_text().splitlines() for number in (0, 1)]
    for start in (cold, warm):
        seconds = [start[step] for step in STEPS]
        assert seconds == sorted(seconds) and seconds[0] > 0 and start[CPU] > 0
    for replayed_some, lines in zip((True, False), logs, strict=True):
        recovered = [line for line in lines if event_of(line) == "recovered" and "store=users" in line]
        assert len(recovered) == options.partitions
        assert any("replayed=0" not in line for line in recovered) == replayed_some
        assert any(event_of(line) == "catalog loaded" and "items=30" in line for line in lines)
    table = worker_table(cold, [warm], options)
    assert all(f"| {step} |" in table for step in (*STEPS, CPU))
    assert "30 items, 100 users, 2 partitions" in table and "within 5 s" in table


def test_imports_are_measured_against_a_bare_interpreter() -> None:
    loads = measure_imports(1)
    assert all(load.wall > 0 and load.cpu > 0 for found in loads.values() for load in found)
    table = import_table(loads)
    assert all(f"| {name} |" in table for name in loads)
    assert "under 0.3 s beyond the bare interpreter" in table
