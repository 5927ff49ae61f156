"""Command line: thin; each command hands over to its app, which is imported only then."""

from streams.cli.commands import main

__all__ = ["main"]
