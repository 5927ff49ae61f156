"""Catalog: follows the compacted topics into the arrays of models.catalog."""
