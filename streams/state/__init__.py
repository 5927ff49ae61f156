"""State: one store per partition, its changelog, and recovery."""
