"""Rivals: what a shop would otherwise use, tuned on dev and tried in the same protocol."""
