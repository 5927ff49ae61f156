"""Command line: thin; each command hands over to its app, which is imported only then."""

import sys


def main() -> None:
    """Runs the command line; an interrupt ends it quietly, also while it is still being imported."""
    try:
        from streams.cli.commands import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
