"""Tops: short lists of rows in order, kept exact while single rows change."""

import numpy as np
from numpy.typing import NDArray

from models.catalog.kernels.market import SHELF_HALF_LIFE, Market
from models.compiled import kernel


@kernel
def raise_row(rows: NDArray[np.int32], keys: NDArray[np.float64], row: int, key: float, grew: bool) -> None:
    """Puts a row where its new key belongs in rows and keys (k,), greatest first; of equal keys the lower row first.

    The list is exact while keys only grow. Args: grew: whether this one did not shrink.
    """
    last = rows.shape[0] - 1
    place = -1
    if not grew or rows[last] < 0 or rows[last] == row or not _ahead(keys[last], rows[last], key, row):
        place = place_in(rows, row)
    if place < 0:
        if _ahead(keys[last], rows[last], key, row):
            return
        place = last
    while place > 0 and _ahead(key, row, keys[place - 1], rows[place - 1]):
        rows[place], keys[place] = rows[place - 1], keys[place - 1]
        place -= 1
    while place < last and rows[place + 1] >= 0 and _ahead(keys[place + 1], rows[place + 1], key, row):
        rows[place], keys[place] = rows[place + 1], keys[place + 1]
        place += 1
    rows[place], keys[place] = row, key


@kernel
def enter_newest(newest: NDArray[np.int32], standings: NDArray[np.void], row: int) -> None:
    """Enters a row that was not born before into newest (k,), the last born first; of equal ones the lower row."""
    place = newest.shape[0]
    born = standings[row].born
    while place > 0:
        other = newest[place - 1]
        if other >= 0 and (standings[other].born > born or (standings[other].born == born and other < row)):
            break
        if place < newest.shape[0]:
            newest[place] = other
        place -= 1
    if place < newest.shape[0]:
        newest[place] = row


@kernel
def enter_never_shown(market: Market, row: int) -> None:
    """Notes that the catalog has a new row, the highest yet."""
    never = market.never_shown
    for k in range(never.shape[0] - 1, 0, -1):
        never[k] = never[k - 1]
    never[0] = row


@kernel
def leave_never_shown(market: Market, row: int) -> None:
    """Takes a row out that has a trend now; if the list was full, the next lower row without a trend moves up."""
    never, standings = market.never_shown, market.standings
    place = place_in(never, row)
    if place < 0 or never[place] != row:
        return
    last = never.shape[0] - 1
    lowest = never[last]
    for k in range(place, last):
        never[k] = never[k + 1]
    never[last] = -1
    for other in range(lowest - 1, -1, -1):
        if standings[other].born < 0.0 and standings[other].impressions == -np.inf:
            never[last] = other
            break


@kernel
def shelf_of(market: Market, category: int) -> int:
    """The place of a category's shelf, -1 when it has none."""
    return market.shelf_places[_shelf_entry(market.shelf_prints, category)] if category else -1


@kernel
def open_shelf(market: Market, category: int) -> None:
    """Gives a category, a print that has none, an empty shelf; there is room for it."""
    entry, tally = _shelf_entry(market.shelf_prints, category), market.tally[0]
    market.shelf_prints[entry] = category
    market.shelf_places[entry] = tally.shelves
    tally.shelves += 1


@kernel
def enter_shelves(market: Market, categories: NDArray[np.uint32], places: NDArray[np.int32]) -> None:
    """Enters categories (n,) with their shelves (n,) into a table that is empty."""
    for k in range(categories.shape[0]):
        entry = _shelf_entry(market.shelf_prints, categories[k])
        market.shelf_prints[entry], market.shelf_places[entry] = categories[k], places[k]


@kernel
def put_on_shelf(market: Market, category: int, row: int, grew: bool) -> None:
    """Puts a row where it belongs on its category's shelf, if that has one; a category is a print, 0 for none."""
    place = shelf_of(market, category)
    key = market.standings[row].keys[SHELF_HALF_LIFE]
    if place >= 0 and key > -np.inf:
        raise_row(market.shelves[place], market.shelf_keys[place], row, key, grew)


@kernel
def take_off_shelf(market: Market, category: int, row: int) -> None:
    """Takes a row off a category's shelf; who was too low to be on it comes back with its next behavior."""
    place = shelf_of(market, category)
    if place < 0:
        return
    rows = market.shelves[place]
    found = place_in(rows, row)
    if found >= 0 and rows[found] == row:
        keys, last = market.shelf_keys[place], rows.shape[0] - 1
        for k in range(found, last):
            rows[k], keys[k] = rows[k + 1], keys[k + 1]
        rows[last], keys[last] = -1, -np.inf


@kernel
def place_in(rows: NDArray[np.int32], row: int) -> int:
    """Where a row is, else the first place without one, else -1; seen at once in many places."""
    found = False
    for k in range(rows.shape[0]):
        found |= (rows[k] == row) | (rows[k] < 0)
    if found:
        for k in range(rows.shape[0]):
            if rows[k] == row or rows[k] < 0:
                return k
    return -1


@kernel
def _ahead(key: float, row: int, other_key: float, other: int) -> bool:
    return key > other_key or (key == other_key and row < other)


@kernel
def _shelf_entry(prints: NDArray[np.uint32], category: int) -> int:
    """Where the category is in the table, else the empty entry where it belongs."""
    mask = prints.shape[0] - 1
    entry = category & mask
    while prints[entry] != 0 and prints[entry] != category:
        entry = (entry + 1) & mask
    return entry
