"""Kernels: compiled inner loops of the catalog."""
