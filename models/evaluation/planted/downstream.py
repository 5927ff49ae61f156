"""Downstream: a text search, and the passage for a question, over the shipped catalog with and without interests.

Each planted user looks at things of one theme, which a word of their titles tells. Then the user searches for a kind of
thing that comes in many themes, and none of which was looked at: right is what is of that kind and of the theme.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.evaluation.catalogs import encoded_catalog
from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import START
from models.evaluation.population import Population
from models.interests.records import RecordWriter
from models.samples.retail import retail_items
from models.search.blend import best_passage, search
from models.search.interests import NONE, Interests, interests_of
from models.search.options import SearchOptions
from schemas.behaviors import Behavior
from schemas.interests import decode_interest_record

THEMES = (
    "christmas",
    "vintage",
    "garden",
    "easter",
    "retrospot",
    "heart",
    "rose",
    "paisley",
    "polkadot",
    "flower",
    "french",
    "spaceboy",
    "childrens",
    "strawberry",
)
KINDS = (
    "bag",
    "card",
    "candle",
    "box",
    "mug",
    "tin",
    "wrap",
    "bowl",
    "cup",
    "cushion",
    "holder",
    "decoration",
    "hook",
    "plate",
    "sign",
    "apron",
)
SEEN, FEWEST, SHOWN = 12, 3, 10
PASSAGES = 40


@dataclass(frozen=True, eq=False)
class Case:
    """A search: the kind, and the rows that are right of those that may be found (n,)."""

    theme: str
    kind: str
    right: NDArray[np.bool_]


def downstream(setup: Setup) -> Iterator[Line]:
    """NDCG@10 of a search, and how often the passage that is picked is of the theme."""
    items = list(retail_items())
    catalog = encoded_catalog(items, setup.vectors, setup.vectors.version)
    words = [frozenset(item.title.casefold().replace(",", " ").split()) for item in items]
    cases = _cases(words)
    options = SearchOptions(interests=setup.options.interests)
    found: dict[bool, list[float]] = {True: [], False: []}
    picked: dict[bool, list[bool]] = {True: [], False: []}
    vectors = catalog.vectors[: len(items)]
    for number, case in enumerate(cases):
        known = _interests(setup, catalog, words, case)
        query, question = setup.vectors([case.kind, f"Which {case.kind} should I buy?"])
        passages = _passages(words, case, number)
        for personal in (False, True):
            interests = known if personal else NONE
            found[personal].append(_gain(search(query, vectors, interests, options, SHOWN).rows, case.right))
            best = best_passage(question, vectors[passages], interests, options)
            picked[personal].append(best is not None and bool(case.right[passages[best]]))
    yield from _lines("a text search re-ranked by interest, NDCG@10", found, len(cases))
    yield from _lines("the passage for a question, right", picked, len(cases))


def _lines(name: str, values: dict[bool, list[float]] | dict[bool, list[bool]], cases: int) -> Iterator[Line]:
    without, with_interests = float(np.mean(values[False])), float(np.mean(values[True]))
    yield Line(name, with_interests, at_least=without, note=f"without interests {without:.3f}, {cases} users")


def _cases(words: Sequence[frozenset[str]]) -> list[Case]:
    """Pairs of theme and kind with enough to find, and enough else of the theme to look at."""
    cases = []
    for theme in THEMES:
        for kind in KINDS:
            right = np.array([theme in one and kind in one for one in words])
            if right.sum() >= FEWEST and len(_of_theme(words, theme, kind)) >= SEEN:
                cases.append(Case(theme, kind, right))
    return cases


def _of_theme(words: Sequence[frozenset[str]], theme: str, kind: str) -> list[int]:
    return [row for row, one in enumerate(words) if theme in one and kind not in one]


def _interests(setup: Setup, catalog: Catalog, words: Sequence[frozenset[str]], case: Case) -> Interests:
    """What the record says of a user who viewed some things of the theme, evenly chosen, an hour apart."""
    rows = _of_theme(words, case.theme, case.kind)
    seen = rows[:: len(rows) // SEEN][:SEEN]
    population = Population(["user"], catalog, replace(setup.options, lists=False), setup.vectors)
    population.live(
        [
            Behavior(
                event_id=f"view-{number}",
                type="view",
                occurred_at=round((START + 3600.0 * number) * 1000),
                user_id="user",
                item_id=catalog.ids[row],
            )
            for number, row in enumerate(seen)
        ]
    )
    writer = RecordWriter(catalog, setup.options.interests)
    record = decode_interest_record(writer.write(population.arena, population.slots)[0])
    return interests_of(record, setup.options.interests)


def _passages(words: Sequence[frozenset[str]], case: Case, number: int) -> NDArray[np.int64]:
    """One right passage among many of the same kind."""
    others = np.flatnonzero([case.kind in one and case.theme not in one for one in words])
    chance = np.random.default_rng(number)
    wrong = chance.permutation(others)[: PASSAGES - 1]
    return np.append(wrong, chance.choice(np.flatnonzero(case.right)))


def _gain(rows: NDArray[np.int64], right: NDArray[np.bool_]) -> float:
    """NDCG@10 with several right rows."""
    discounts = 1.0 / np.log2(np.arange(SHOWN) + 2.0)
    got = float(np.sum(discounts[: len(rows)] * right[rows]))
    return got / float(discounts[: min(int(right.sum()), SHOWN)].sum())
