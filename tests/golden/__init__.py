"""Golden bytes: what must never change by accident; `python -m tests.golden` shows what would change."""
