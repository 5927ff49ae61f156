"""Interests: what a user wants, as a few decayed sums of behavior vectors."""
