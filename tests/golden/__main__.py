"""Shows how today's bytes differ from the golden ones, and keeps today's with --write.

Run `python -m tests.golden` from the repository's root. It exits with 1 when a byte differs. A difference means that
readers and stores in the field break: keep it only together with a new schema version whose reader takes the old one.
"""

import argparse
import sys

from tests.golden.files import changes, write


def main() -> int:
    """The command: prints the diff, or writes the files."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep today's bytes as the golden ones")
    if parser.parse_args().write:
        write()
    lines = changes()
    print("\n".join(lines) if lines else "the golden bytes are today's")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
