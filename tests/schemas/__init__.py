"""Tests of the schemas floor."""
