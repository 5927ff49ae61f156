"""Kafka: topics, transactions, dead letters, and the batch transport for Faust."""
