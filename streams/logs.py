"""Logs: events with fields, one per state change worth knowing, none per behavior."""

import logging
import sys

import structlog


def configure_logs(process: str) -> None:
    """Writes events to standard error: colored in a terminal, else as key=value lines."""
    terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.LogfmtRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


def get_log(room: str) -> structlog.stdlib.BoundLogger:
    """A logger whose events carry the name of the room they come from."""
    log: structlog.stdlib.BoundLogger = structlog.get_logger(room=room)
    return log
