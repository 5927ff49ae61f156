"""Kinds of metrics: a histogram of arrays counts as one of single values does; a snapshot forgets who left."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from streams.metrics.kinds import Distribution, Snapshot

BOUNDS = (0.5, 1.0, 2.5)
VALUES = st.lists(st.sampled_from((0.0, 0.5, 0.75, 1.0, 2.0, 2.5, 3.0, 1e9)), max_size=20)


@given(st.lists(st.tuples(st.sampled_from("ab"), VALUES), max_size=6))
def test_a_distribution_reads_as_a_histogram_that_saw_each_value_alone(batches: list[tuple[str, list[float]]]) -> None:
    many, single = CollectorRegistry(), CollectorRegistry()
    distribution = Distribution(many, "age_seconds", "Ages.", "since", BOUNDS)
    histogram = Histogram("age_seconds", "Ages.", ["since"], buckets=BOUNDS, registry=single)
    for label, values in batches:
        distribution.observe(label, np.array(values))
        for value in values:
            histogram.labels(label).observe(value)
        histogram.labels(label)
    assert samples(many) == samples(single)


def test_a_snapshot_shows_only_what_was_set_last() -> None:
    registry = CollectorRegistry()
    lag = Snapshot(registry, "lag_records", "Lag.", ["source", "partition"])
    lag.set({("clicks", "0"): 3, ("clicks", "1"): 4})
    lag.set({("clicks", "1"): 5})
    assert registry.get_sample_value("lag_records", {"source": "clicks", "partition": "1"}) == 5
    assert registry.get_sample_value("lag_records", {"source": "clicks", "partition": "0"}) is None


def samples(registry: CollectorRegistry) -> list[str]:
    """What Prometheus reads, in any order; when a series began is not compared."""
    lines = generate_latest(registry).decode().splitlines()
    return sorted(line for line in lines if "_created" not in line)
