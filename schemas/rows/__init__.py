"""Rows: what a partition's store and its changelog keep, byte by byte."""
