"""Operators: what goes wrong by hand is told in one line that says what, where and how to mend it."""

import logging
import sys

import structlog

OUR_FLOORS = frozenset({"schemas", "models", "streams"})


class OperatorError(Exception):
    """Something that whoever runs a command can mend; the message says how."""


def keep_logs_quiet() -> None:
    """Leaves standard output to what a command has to say; what the Kafka clients log is shown from errors on."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def explanation(error: BaseException) -> str | None:
    """The line for an error that an operator can mend: one of our own classes; None for any other, a defect."""
    ours = isinstance(error, Exception) and type(error).__module__.partition(".")[0] in OUR_FLOORS
    return " ".join(str(error).split()) if ours else None
