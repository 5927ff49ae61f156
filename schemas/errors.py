"""Errors of what crosses a topic: each says what is wrong and how to mend it."""


class SchemaError(ValueError):
    """A message or a stored row does not fit its schema."""


class UnknownVersionError(SchemaError):
    """A message or a stored row was written by a newer schema than this program knows."""


class ContentTypeError(SchemaError):
    """A message says that it is not of the format that its topic holds."""


class TooLargeError(SchemaError):
    """A message is too large to be passed on whole."""


class FutureError(SchemaError):
    """A behavior happened later than the broker received it, by more than clocks differ."""


class PastError(SchemaError):
    """A behavior happened before there was a web; most likely its time is in another unit."""
