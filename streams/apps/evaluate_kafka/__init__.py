"""Evaluate through Kafka: a log through a broker and worker processes, beside the evaluation in process."""
