"""Kernels: compiled inner loops of the trends."""
