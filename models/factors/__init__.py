"""Factors of items: what a partition learns of each item, in tables that kernels read and write."""
