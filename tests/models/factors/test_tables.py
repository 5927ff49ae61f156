"""Tables of factors: whatever is entered, grown, retired and read back, they are what a dict of rows is."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.prints import PrintIndex
from models.factors.kernels import begin, find
from models.factors.tables import FactorTables
from schemas.rows.factors import FACTORS, read_factors

PRINTS = [*range(1, 40), *(2**32 - 1 - 1_024 * n for n in range(20)), *(1_024 * n for n in range(1, 20))]
prints = st.sampled_from(PRINTS)
Rows = dict[tuple[int, int], bytes]


class Kept:
    """Tables, and the slow twin: rows by variant and item, in memory and as they are stored."""

    def __init__(self) -> None:
        self.tables, self.rows, self.stored = FactorTables(2), Rows(), Rows()

    def reserve(self, new: int, catalog: PrintIndex) -> None:
        """Tables may drop, when they grow, what the catalog does not have; no others."""
        self.tables.reserve(new, catalog)
        known = set(catalog.prints.tolist())
        held = {(place, int(row["print"])) for place in range(2) for row in self.tables.rows_of(place)}
        assert all(key in held or key[1] not in known for key in self.rows)
        self.rows = {key: row for key, row in self.rows.items() if key in held}

    def learn(self, place: int, item: int, bias: float) -> None:
        """What a kernel does when it moves an item."""
        arrays = self.tables.arrays
        where = begin(np.uint32(item), arrays.rows[place], arrays.counts[place : place + 1])
        arrays.rows[place][where]["bias"] = bias
        arrays.changed[place][where] = True
        self.rows[place, item] = arrays.rows[place][where].tobytes()

    def store(self) -> None:
        """Writes what changed."""
        for place, item, row in self.tables.take():
            if row is None:
                self.stored.pop((place, item), None)
            else:
                self.stored[place, item] = row
        assert self.stored == self.rows

    def reload(self) -> None:
        """Begins from what is stored."""
        found = [[row for (of, _), row in self.stored.items() if of == place] for place in range(2)]
        self.tables = FactorTables(2)
        self.tables.load([read_factors(rows) for rows in found], [False, False])
        self.rows = dict(self.stored)

    def check(self) -> None:
        """Each is found where it is, and nothing else is."""
        for place in range(2):
            rows, count = self.tables.arrays.rows[place], int(self.tables.arrays.counts[place])
            mine = {item: row for (of, item), row in self.rows.items() if of == place}
            assert {int(row["print"]): row.tobytes() for row in self.tables.rows_of(place)} == mine
            assert len(mine) == count
            for item in PRINTS:
                where = find(np.uint32(item), rows)
                assert (rows[where].tobytes() if where >= 0 else None) == mine.get(item)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("learn"), st.lists(st.tuples(st.integers(0, 1), prints, st.floats(-3.0, 3.0, width=32)))),
        st.tuples(st.just("store"), st.none()),
        st.tuples(st.just("reload"), st.none()),
        st.tuples(st.just("grow"), st.tuples(st.sets(prints), st.sampled_from([1, 600, 5_000]))),
    ),
    max_size=12,
)


def index_of(items: list[int]) -> PrintIndex:
    index = PrintIndex(max(len(items), 1))
    for row, item in enumerate(items):
        index.add(row, item)
    return index


@settings(max_examples=60, deadline=None)
@given(steps)
def test_tables_are_what_a_dict_of_rows_is(life):
    kept, everything = Kept(), index_of(PRINTS)
    for kind, what in life:
        if kind == "learn":
            kept.reserve(len(what), everything)
            for place, item, bias in what:
                kept.learn(place, item, bias)
        elif kind == "grow":
            kept.reserve(what[1], index_of(sorted(what[0])))
        elif kind == "store":
            kept.store()
        else:
            kept.store()
            kept.reload()
        kept.check()
    kept.store()


def test_what_the_catalog_no_longer_has_goes_when_tables_grow_and_is_deleted():
    kept = Kept()
    for item in (7, 8):
        kept.learn(0, item, 1.0)
    kept.store()
    kept.reserve(5_000, index_of([8]))
    assert kept.tables.take() == [(0, 7, None)]
    assert [int(row["print"]) for row in kept.tables.rows_of(0)] == [8]


def test_rows_that_are_not_stored_under_their_name_are_written():
    tables = FactorTables(2)
    begin(np.uint32(9), tables.arrays.rows[0], tables.arrays.counts[:1])
    row = tables.rows_of(0)
    fresh = FactorTables(2)
    fresh.load([row, row], [False, True])
    assert fresh.take() == [(1, 9, row.tobytes())]


def test_first_factors_are_small_differ_and_follow_from_the_print_alone():
    found = []
    for _ in range(2):
        tables = FactorTables(1)
        tables.reserve(1_000, index_of([1]))
        for item in range(1, 1_001):
            begin(np.uint32(item), tables.arrays.rows[0], tables.arrays.counts)
        found.append(np.sort(tables.rows_of(0), order="print"))
    first, again = found
    assert first.tobytes() == again.tobytes()
    vectors = first["vector"] / 8192.0
    assert np.abs(vectors).max() < 0.18
    np.testing.assert_allclose(vectors.std(), 0.1, atol=0.005)
    np.testing.assert_allclose(vectors.mean(0), 0.0, atol=0.02)
    assert np.abs(np.corrcoef(vectors.T) - np.eye(16)).max() < 0.15
    assert (first["bias"] == 0.0).all() and FACTORS.itemsize == 52
