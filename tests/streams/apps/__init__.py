"""Tests of the processes and the commands."""
