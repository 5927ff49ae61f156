"""Models: what the numbers mean, as functions over arrays; no Kafka, no clock."""
