"""Tests: they mirror the floors, and show the promises on a real Kafka."""
