"""Transport: Faust agents whose stream items are whole fetched batches, read committed, positioned by their owners."""

from streams.kafka.transport.app import BatchApp
from streams.kafka.transport.assignor import PatientAssignor
from streams.kafka.transport.batch import Batch, Host, Reach, Record

__all__ = ["Batch", "BatchApp", "Host", "PatientAssignor", "Reach", "Record"]
