"""Shops: the catalog and its trends in the form in which kernels rank them."""

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.kernels.types import CATEGORY_FACET
from models.ranking.diversity import Shelf
from models.ranking.kernels.types import MOST_CANDIDATES, Goods, Nearby, Shop, scratch_for

NOTHING = np.zeros(0, np.int32)


def shop_of(catalog: Catalog, wanted: NDArray[np.bool_], extra: NDArray[np.int32] = NOTHING) -> Shop:
    """The catalog as it is now, with room for one ranking at a time; good until its next change.

    Args: wanted (16,): by type code, whether behaviors speak for their item; extra: rows that are always candidates.
    """
    allowed = catalog.recommendable()
    count = len(allowed)
    return Shop(
        catalog.trends.market,
        Goods(
            catalog.vectors,
            catalog.coarse,
            catalog.coarse_units,
            catalog.has_vector,
            catalog.print_index.prints,
            catalog.print_index.table,
            np.ascontiguousarray(catalog.facets[:count, CATEGORY_FACET]),
            allowed,
            catalog.neighbors.rows(),
            catalog.factors,
        ),
        wanted,
        extra,
        scratch_for(len(catalog.vectors)),
    )


def nearby_of(catalog: Catalog) -> Nearby:
    """The catalog's items by vector as they are now, with room for one search at a time."""
    return Nearby(catalog.index.arrays(), catalog.index.scratch(MOST_CANDIDATES))


def shelf_of(shop: Shop, catalog: Catalog) -> Shelf:
    """The same for what comes after the score."""
    goods = shop.goods
    return Shelf(goods.allowed, goods.vectors, goods.has_vector, catalog.facets)
