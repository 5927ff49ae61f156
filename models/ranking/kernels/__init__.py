"""Kernels of ranking: candidates, their features, and what is learned at each behavior."""
