"""Streams: how behaviors move; the only floor that knows Kafka, disks and clocks."""
