"""Metrics: what each process counts and times for Prometheus, and whether it is alive and ready."""

from streams.metrics.encoder import EncoderMetrics
from streams.metrics.health import Health
from streams.metrics.server import MetricsServer, MetricsServerError
from streams.metrics.worker import WorkerMetrics

__all__ = ["EncoderMetrics", "Health", "MetricsServer", "MetricsServerError", "WorkerMetrics"]
