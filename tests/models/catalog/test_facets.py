"""Facets: rows remember what items have in common, and readers find its name."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.catalog.facets import BRAND, FIRST_LEVEL, LEAF, PRICE, brand_print, category_print, price_print
from models.catalog.prints import item_print
from schemas.items import ItemVector


def put(catalog: Catalog, name: str, categories: tuple[str, ...] = (), brand: str = "", band: int | None = None) -> int:
    return catalog.put(ItemVector(item_id=name, encoder="e", categories=categories, brand=brand, price_band=band))


def test_an_item_has_a_print_for_each_facet_that_it_has_and_0_for_the_others():
    catalog = Catalog()
    full = put(catalog, "a", ("Home", "Kitchen"), "Acme", -3)
    bare = put(catalog, "b")
    assert catalog.facets.dtype == np.uint32
    assert catalog.facets[full, LEAF] == category_print(("Home", "Kitchen"))
    assert catalog.facets[full, FIRST_LEVEL] == category_print(("Home",))
    assert catalog.facets[full, BRAND] == brand_print("Acme")
    assert catalog.facets[full, PRICE] == price_print(-3)
    assert not catalog.facets[bare].any()


def test_equal_names_under_different_parents_differ_and_a_category_of_one_level_is_its_own_first():
    catalog = Catalog()
    men, women, top = (
        put(catalog, "a", ("Men", "Shoes")),
        put(catalog, "b", ("Women", "Shoes")),
        put(catalog, "c", ("Men",)),
    )
    assert catalog.facets[men, LEAF] != catalog.facets[women, LEAF]
    assert catalog.facets[men, FIRST_LEVEL] == catalog.facets[top, LEAF] == catalog.facets[top, FIRST_LEVEL]


def test_a_name_gives_another_print_in_each_role():
    prints = {category_print(("Acme",)), brand_print("Acme"), item_print("Acme"), category_print(("Ac", "me"))}
    assert len(prints) == 4


def test_prints_are_named_for_readers_also_after_the_item_has_changed():
    catalog = Catalog()
    put(catalog, "a", ("Home", "Kitchen"), "Acme", 7)
    row = put(catalog, "a", ("Garden",), "", None)
    assert catalog.facets[row, BRAND] == catalog.facets[row, PRICE] == 0
    names = catalog.facet_names
    assert names.categories[category_print(("Home", "Kitchen"))] == ("Home", "Kitchen")
    assert names.categories[category_print(("Home",))] == ("Home",)
    assert names.categories[int(catalog.facets[row, LEAF])] == ("Garden",)
    assert names.attributes[brand_print("Acme")] == "Acme"
    assert names.attributes[price_print(7)] == "price 11.31 to 16"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.sampled_from("ab"), max_size=3).map(tuple), min_size=1, max_size=20))
def test_rows_have_equal_prints_exactly_when_they_have_equal_paths(paths):
    catalog = Catalog(capacity=1)
    rows = [put(catalog, f"item-{n}", path) for n, path in enumerate(paths)]
    for path, row in zip(paths, rows, strict=True):
        same = catalog.facets[rows, LEAF] == catalog.facets[row, LEAF]
        assert same.tolist() == [other == path for other in paths]
