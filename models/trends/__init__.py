"""Trends: what happens to items, whoever does it."""
