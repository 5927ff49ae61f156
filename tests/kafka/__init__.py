"""A real Kafka for tests: the broker, topics, and waiting for what must come."""
