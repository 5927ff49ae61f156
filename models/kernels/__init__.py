"""Kernels that all the others use."""
