"""Chaos: faults in real processes on a real broker, judged by a single-threaded oracle."""
