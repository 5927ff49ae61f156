"""Ranking: from interests and trends to a list."""
