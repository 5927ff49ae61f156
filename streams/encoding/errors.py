"""Encoding errors: why the encoder's process ends, and how to mend it."""


class EncodingError(RuntimeError):
    """The encoder cannot go on; what it has not published is read again at the next start."""


class CacheError(EncodingError):
    """The vector cache cannot be opened."""


class StuckError(EncodingError):
    """A transaction does not end, and its thread never will; only the end of the process helps."""
