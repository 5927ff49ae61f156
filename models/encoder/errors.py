"""Encoder errors: each says what is missing and how to mend it."""


class EncoderError(RuntimeError):
    """An encoder cannot be loaded or its projection cannot be fitted."""
