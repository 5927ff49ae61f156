"""Index: what a search for 100 items costs among ever more of them, exactly and by the index, and what it finds.

`python -m tests.bench index [--vectors FILE.npy]` grows catalogs from vectors (n, 128) of real items where given.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.arrays import LISTS
from models.catalog.index.index import VectorIndex
from models.catalog.search import top
from tests.bench.report import row
from tests.models.catalog.index.made import exact_each, item_vectors, queries_near, search_each, unit

WANTED = 100
SEARCHED = 200
EXACT_ITEMS = 2_000_000
CHUNK = 1 << 16


@dataclass
class Measured:
    """One size: the index, what is asked, and microseconds of CPU per query, one number a round."""

    items: int
    kind: str
    index: VectorIndex
    seconds: float
    queries: NDArray[np.float32]
    recall: float
    by_index: list[float]
    exactly: list[float]


def main(arguments: Sequence[str]) -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser("python -m tests.bench index", description=__doc__)
    parser.add_argument("--sizes", default="1000,2000,4000,10000,100000", help="items like those of shops")
    parser.add_argument("--random", default="1000000", help="items in 1,000 topics at random, 0 for none")
    parser.add_argument("--vectors", type=Path, help="vectors (n, 128) of real items, that catalogs grow from")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args(arguments)
    real = None if given.vectors is None else unit(np.load(given.vectors).astype(np.float32))
    warm = started(item_vectors(5_000, 0), "compiles all")
    timed(exact_each, warm)
    sizes = [(int(size), "like a shop" if real is None else given.vectors.stem) for size in given.sizes.split(",")]
    made = [started(grown(real, items), kind) for items, kind in sizes]
    if int(given.random):
        made.append(started(at_random(int(given.random)), "random topics"))
    for _ in range(given.rounds):
        for one in made:
            one.by_index.append(timed(search_each, one))
            one.exactly.append(timed(exact_each, one))
    print(table(made, given.rounds))


def started(vectors: NDArray[np.float32], kind: str) -> Measured:
    """An index of vectors, how long it took to build, and its recall."""
    index = VectorIndex(vectors)
    began = time.thread_time()
    for place in range(len(vectors)):
        index.put(place)
    index.arrays()
    seconds = time.thread_time() - began
    queries = queries_near(vectors, SEARCHED, 1)
    wanted, _ = top(vectors, queries, np.ones(len(vectors), np.bool_), WANTED)
    found = searched(search_each, index, queries)
    hits = [len(set(one) & set(other)) for one, other in zip(found.tolist(), wanted.tolist(), strict=True)]
    return Measured(len(vectors), kind, index, seconds, queries, float(np.mean(hits)) / WANTED, [], [])


def grown(real: NDArray[np.float32] | None, items: int) -> NDArray[np.float32]:
    """Vectors of so many items: mixtures of two real ones that are near each other, and noise."""
    if real is None:
        return item_vectors(items, 1, topics=max(40, items // 250))
    chance = np.random.default_rng(1)
    if items <= len(real):
        return real[chance.permutation(len(real))[:items]]
    one = chance.integers(len(real), size=items)
    near, _ = top(real, real, np.ones(len(real), np.bool_), 9)
    other = near[one, chance.integers(1, 9, items)]
    share = 0.5 + 0.5 * chance.random((items, 1))
    noise = 0.35 * chance.standard_normal((items, real.shape[1])) / np.sqrt(real.shape[1])
    return unit(share * real[one] + (1 - share) * real[other] + noise)


def at_random(items: int) -> NDArray[np.float32]:
    """Vectors around 1,000 centers, in order of nothing."""
    chance = np.random.default_rng(2)
    centers = chance.standard_normal((1_000, 128), np.float32)
    vectors = np.empty((items, 128), np.float32)
    for start in range(0, items, CHUNK):
        block = vectors[start : start + CHUNK]
        block[:] = unit(
            centers[chance.integers(1_000, size=len(block))] + chance.standard_normal(block.shape, np.float32)
        )
    return vectors


def timed(each: Callable[..., None], one: Measured) -> float:
    """Microseconds of CPU per query."""
    queries = one.queries if each is search_each else one.queries[: max(5, EXACT_ITEMS // one.items)]
    began = time.thread_time()
    searched(each, one.index, queries)
    return (time.thread_time() - began) / len(queries) * 1e6


def searched(each: Callable[..., None], index: VectorIndex, queries: NDArray[np.float32]) -> NDArray[np.int32]:
    """The rows found (q, 100)."""
    arrays = index.arrays()
    rows, scores = np.full((len(queries), WANTED), -1, np.int32), np.zeros((len(queries), WANTED), np.float32)
    allowed, found = np.ones(len(arrays.place), np.bool_), np.zeros(len(queries), np.int64)
    each(queries, arrays, allowed, WANTED, rows, scores, index.scratch(WANTED), found)
    return rows


def table(made: Sequence[Measured], rounds: int) -> str:
    """One line per size."""
    lines = [
        row("items", ["vectors", "us exactly", "us by index", "recall@100", "lists", "us per put", "bytes per item"]),
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in made:
        arrays = one.index.arrays()
        size = sum(array.nbytes for name, array in arrays._asdict().items() if name != "vectors")
        values = (median(one.exactly), median(one.by_index))
        cells = [one.kind, *(f"{value:.1f}" for value in values), f"{one.recall:.3f}", str(arrays.counters[LISTS])]
        lines.append(row(f"{one.items:,}", [*cells, f"{one.seconds / one.items * 1e6:.1f}", f"{size / one.items:.0f}"]))
    return "\n".join(
        [*lines, "", f"Medians of {rounds} interleaved rounds, CPU of one thread; bytes beside the vector."]
    )
