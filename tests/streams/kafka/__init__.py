"""Tests of Kafka basics, on a real broker."""
