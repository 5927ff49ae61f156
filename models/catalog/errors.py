"""Errors of the catalog: each says what is wrong and how to mend it."""


class CatalogError(ValueError):
    """An item does not fit the catalog that is loaded."""
