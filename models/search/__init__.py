"""Search: a text search, or the passage for a question, by the interests of whoever asks."""
