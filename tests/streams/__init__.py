"""Tests of how it moves."""
