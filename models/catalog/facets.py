"""Facets: the prints of what items have in common (category, brand, price), by which users' rows remember it."""

from typing import Final

from models.catalog.prints import item_print
from schemas.items import ItemVector, band_bounds

FACETS: Final = 5
LEAF: Final = 0
FIRST_LEVEL: Final = 1
BRAND: Final = 2
PRICE: Final = 3

Path = tuple[str, ...]


def category_print(path: Path) -> int:
    """The 32 bits of a category with all its parents, so that equal names under different parents differ.

    No facet's print is 0 and none is an item's, save by chance: each kind is hashed with a mark of its own.
    """
    return item_print("\0category\0" + "\0".join(path))


def brand_print(brand: str) -> int:
    """The 32 bits of a brand."""
    return item_print("\0brand\0" + brand)


def price_print(band: int) -> int:
    """The 32 bits of a price band, as schemas.items.price_band gives it."""
    return item_print(f"\0price\0{band}")


class FacetNames:
    """What prints stand for; names stay when their last item goes, since users' rows may hold their prints.

    categories: from print to the path, of leaves and of first levels. attributes: from print to a readable name.
    """

    def __init__(self) -> None:
        self.categories: dict[int, Path] = {}
        self.attributes: dict[int, str] = {}

    def enter(self, item: ItemVector) -> tuple[int, int, int, int, int]:
        """The item's facets: prints of leaf category, first-level category, brand and price band, 0 for none; a 0."""
        leaf = self._category(item.categories)
        first = self._category(item.categories[:1])
        brand = self._attribute(brand_print(item.brand), item.brand) if item.brand else 0
        band = item.price_band
        price = 0 if band is None else self._attribute(price_print(band), price_name(band))
        return leaf, first, brand, price, 0

    def _category(self, path: Path) -> int:
        if not path:
            return 0
        value = category_print(path)
        self.categories[value] = path
        return value

    def _attribute(self, value: int, name: str) -> int:
        self.attributes[value] = name
        return value


def price_name(band: int) -> str:
    """A readable price band, as "price 11.31 to 16"."""
    low, high = band_bounds(band)
    return f"price {_short(low)} to {_short(high)}"


def _short(price: float) -> str:
    return f"{price:.2f}".rstrip("0").rstrip(".")
