"""Catalog: items as arrays, ids to rows, exact search."""
