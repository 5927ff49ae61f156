"""Kernels: what one behavior does to a user's rows, compiled."""
