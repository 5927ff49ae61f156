"""Errors of interests: each says what is wrong and how to mend it."""


class ArenaError(ValueError):
    """A user's state was asked for or given up in a way that would lose it."""
