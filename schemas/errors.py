"""Errors of what crosses a topic: each says what is wrong and how to mend it."""


class SchemaError(ValueError):
    """A message or a stored row does not fit its schema."""


class UnknownVersionError(SchemaError):
    """A message or a stored row was written by a newer schema than this program knows."""
