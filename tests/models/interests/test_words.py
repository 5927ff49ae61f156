"""Words: interests are called by what their evidence has in common, in words that a person can read."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.terms import CATEGORY_PLACES, TERMS, Weighted
from models.encoder.fake import FakeEncoder
from models.encoder.texts import item_text
from models.interests.fragments import Fragments
from models.interests.spelling import KEYWORDS
from models.interests.words import CANDIDATES, Vectors, Wording, best_terms
from models.simulator.catalog import make_stock
from schemas.items import ItemVector
from schemas.vectors import DIMENSIONS, to_bytes
from tests.bench.one_words import Words, WordsOfOne, spelled

KITCHEN = (
    ("Blue mug", ("Home", "Kitchen", "Mugs")),
    ("Red mug", ("Home", "Kitchen", "Mugs")),
    ("Steel tea pot", ("Home", "Kitchen", "Pots")),
    ("Steel frying pan", ("Home", "Kitchen", "Pans")),
    ("Garden hose", ("Home", "Garden", "Hoses")),
    ("Garden chair", ("Home", "Garden", "Chairs")),
    ("Novel", ("Books",)),
    ("Atlas", ("Books",)),
)


def no_vectors(places: NDArray[np.int64]) -> NDArray[np.float32]:
    raise AssertionError(f"the vectors of {places} are not needed")


def catalog_of(items: Sequence[tuple[str, tuple[str, ...]]]) -> Catalog:
    """Items by title and category path; item n points along axis n."""
    catalog = Catalog()
    axes = np.eye(DIMENSIONS, dtype=np.float32)
    for number, (title, path) in enumerate(items):
        vector = to_bytes(axes[number])
        catalog.put(ItemVector(item_id=f"item-{number}", encoder="e", title=title, categories=path, vector=vector))
    return catalog


class Namer:
    """Names interests in texts."""

    def __init__(self, catalog: Catalog) -> None:
        self.fragments = Fragments()
        self._wording = Wording(catalog, self.fragments)

    def of(self, rows: NDArray[np.int32], masses: NDArray[np.float32], vectors: Vectors) -> list[Words]:
        """The words of n interests."""
        return spelled(self.fragments, self._wording.of(rows, masses, vectors))


def words_of(catalog: Catalog, evidence: dict[int, float], axis: int | None = None) -> Words:
    """Of one interest with these masses by row; axis: where its vector points, when that should matter."""
    rows = np.array([[*evidence, -1]], np.int32)
    masses = np.array([[*evidence.values(), 0.0]], np.float32)

    def vectors(places: NDArray[np.int64]) -> NDArray[np.float32]:
        return 3.0 * np.eye(DIMENSIONS, dtype=np.float32)[[axis] * len(places)]

    (words,) = Namer(catalog).of(rows, masses, no_vectors if axis is None else vectors)
    return words


@pytest.mark.parametrize(
    ("evidence", "label"),
    [
        ({0: 1.0}, "mugs"),
        ({0: 1.0, 1: 2.0}, "mugs"),
        ({0: 1.0, 2: 1.0, 3: 1.0}, "kitchen"),
        ({0: 9.0, 4: 1.0}, "mugs"),
        ({0: 1.0, 4: 9.0}, "hoses"),
        ({6: 1.0, 7: 1.0, 4: 1.0}, "books"),
        ({0: 1.0, 4: 3.0, 5: 3.0}, "garden"),
        ({4: 0.0, 5: 0.0}, "garden"),
    ],
)
def test_the_label_is_the_finest_category_that_most_of_the_mass_is_in(evidence: dict[int, float], label: str):
    assert words_of(catalog_of(KITCHEN), evidence).label == label


def test_without_categories_the_label_is_what_the_titles_share():
    titles = ["Red running shoes", "Blue running shoes", "Green running shoes", "Red kettle", "Blue kettle", "Hat"]
    catalog = catalog_of([(title, ()) for title in titles])
    words = words_of(catalog, {0: 1.0, 1: 1.0, 2: 1.0})
    assert words.label == "running shoes"
    assert set(words.keywords) == {"red", "blue", "green"}


def test_keywords_share_no_word_with_the_label_or_each_other():
    words = words_of(catalog_of(KITCHEN), {2: 1.0, 3: 1.0})
    spelled = [word for name in (words.label, *words.keywords) for word in name.split()]
    assert len(set(spelled)) == len(spelled)
    assert 0 < len(words.keywords) <= KEYWORDS


def test_an_interest_without_evidence_is_called_like_the_item_nearest_to_its_vector():
    catalog = catalog_of([*KITCHEN, ("", ())])
    assert words_of(catalog, {}, axis=4) == words_of(catalog, {4: 1.0})
    assert words_of(catalog, {8: 1.0}, axis=6) == words_of(catalog, {6: 1.0})
    catalog.delete("item-4")
    assert words_of(catalog, {}, axis=4).label != "hoses"


def test_an_item_that_comes_later_and_is_nearer_is_found():
    catalog = catalog_of(KITCHEN[:1])
    wording, axes = Namer(catalog), np.eye(DIMENSIONS, dtype=np.float32)
    none, nothing = np.full((1, 3), -1, np.int32), np.zeros((1, 3), np.float32)
    assert wording.of(none, nothing, lambda places: axes[[5]])[0].label == "mugs"
    catalog.put(ItemVector(item_id="new", encoder="e", title="Lamp", vector=to_bytes(axes[5])))
    assert wording.of(none, nothing, lambda places: axes[[5]])[0].label == "lamp"


def test_only_in_an_empty_catalog_is_an_interest_called_nothing():
    assert words_of(Catalog(), {}, axis=0) == Words("", ())
    wordless = catalog_of([("", ()), ("7", ()), ("", ())])
    assert words_of(wordless, {1: 1.0, 0: 0.5}, axis=2) == Words("7", ())
    assert words_of(wordless, {}, axis=2) == Words("item-2", ())
    plain = Catalog()
    plain.put(ItemVector(item_id="only", encoder="e"))
    assert words_of(plain, {}, axis=0) == Words("only", ())


def test_an_item_that_changed_gives_its_new_words():
    catalog = catalog_of(KITCHEN)
    wording = Namer(catalog)
    rows, masses = np.zeros((1, 1), np.int32), np.ones((1, 1), np.float32)
    assert wording.of(rows, masses, no_vectors)[0].label == "mugs"
    catalog.put(ItemVector(item_id="item-0", encoder="e", title="Sun hat", categories=("Hats",)))
    assert wording.of(rows, masses, no_vectors)[0] == words_of(catalog, {0: 1.0})
    assert wording.of(rows, masses, no_vectors)[0].label == "hats"


def test_no_interests_have_no_words():
    empty = np.empty((0, 3), np.int32)
    assert Namer(catalog_of(KITCHEN)).of(empty, empty.astype(np.float32), no_vectors) == []


def slow_best(rows: list[int], masses: list[float], terms: Weighted) -> list[int]:
    """By the formula, in dictionaries."""
    score: dict[int, float] = defaultdict(float)
    named: dict[int, float] = defaultdict(float)
    for row, mass in zip(rows, masses, strict=True):
        for place in range(TERMS) if row >= 0 and mass > 0 else ():
            term = int(terms.ids[row, place])
            if term >= 0:
                score[term] += mass * float(terms.weights[row, place])
                named[term] += mass * float(terms.names[row, place]) if place < CATEGORY_PLACES else 0.0
    if not score:
        return []
    label = min(score, key=lambda term: (-np.float32(max(score[term], named[term])), term))
    others = sorted(score.keys() - {label}, key=lambda term: (-np.float32(score[term]), term))
    return [label, *others][:CANDIDATES]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(2, 60))
def test_the_best_terms_are_those_of_the_formula(seed: int, items: int, terms: int):
    chance = np.random.default_rng(seed)
    ids = np.array([chance.permutation(max(terms, TERMS))[:TERMS] for _ in range(10)], np.int32)
    ids[ids >= terms] = -1
    ids[ids >= 0] += chance.choice([0, 2**31 - 1 - terms])
    weights = np.where(ids < 0, 0, chance.choice([0.5, 1.0, 1.25, 3.0], ids.shape)).astype(np.float32)
    weighted = Weighted(ids, weights, chance.choice([0.0, 2.0, 5.0], (10, CATEGORY_PLACES)).astype(np.float32))
    rows = chance.integers(-1, 10, (5, items)).astype(np.int32)
    masses = chance.choice([0.0, 0.5, 1.0, 4.0], rows.shape).astype(np.float32)
    found, sources = best_terms(rows, masses, *weighted)
    for i in range(5):
        slow = slow_best(rows[i].tolist(), masses[i].tolist(), weighted)
        assert found[i].tolist() == slow + [-1] * (CANDIDATES - len(slow))
        for term, source in zip(slow, sources[i], strict=False):
            assert source in rows[i]
            assert term in ids[source]


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(4)), st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=4, max_size=4))
def test_the_order_of_the_evidence_does_not_matter(order: list[int], masses: list[float]):
    catalog = catalog_of(KITCHEN)
    assert words_of(catalog, {row: masses[row] for row in order}) == words_of(catalog, dict(enumerate(masses)))


def purity(labels: Sequence[str], topics: Sequence[str]) -> float:
    """The share that is of its label's commonest topic."""
    by_label: dict[str, Counter[str]] = defaultdict(Counter)
    for label, topic in zip(labels, topics, strict=True):
        by_label[label][topic] += 1
    return sum(counter.most_common(1)[0][1] for counter in by_label.values()) / len(labels)


def test_labels_tell_planted_topics_apart_by_evidence_and_by_vector():
    stock = [one for topic in make_stock(1_200, seed=1) for one in topic]
    vectors = FakeEncoder().encode([item_text(one.item) for one in stock])
    catalog = Catalog()
    for one, vector in zip(stock, vectors, strict=True):
        item = one.item
        catalog.put(
            ItemVector(
                item_id=item.id,
                encoder="e",
                vector=to_bytes(vector),
                title=item.title,
                tags=item.tags,
                categories=item.categories,
            )
        )
    chance = np.random.default_rng(5)
    topics = np.array([one.topic for one in stock])
    planted = chance.choice(np.unique(topics), 600)
    rows = np.array([chance.choice(np.flatnonzero(topics == topic), 3) for topic in planted], np.int32)
    rows[:, 2] = np.where(chance.random(600) < 0.3, chance.integers(0, len(stock), 600), rows[:, 2])
    masses = chance.uniform(1.0, 2.0, rows.shape).astype(np.float32)
    middles = np.einsum("ne,ned->nd", masses, vectors[rows])
    wording = Namer(catalog)
    named = wording.of(rows, masses, no_vectors)
    assert purity([words.label for words in named], planted) >= 0.95
    assert all(words.keywords for words in named)
    by_vector = wording.of(np.full_like(rows, -1), masses, lambda places: middles[places])
    assert purity([words.label for words in by_vector], planted) >= 0.9


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(range(8)), st.sampled_from(range(8))), min_size=1, max_size=6), st.booleans())
def test_words_are_those_that_one_interest_gets_by_sets_of_strings(pairs: list[tuple[int, int]], forgotten: bool):
    catalog = catalog_of(KITCHEN)
    wording = Namer(catalog)
    rows = np.array(pairs, np.int32)
    masses = np.full(rows.shape, 0.5, np.float32)
    if forgotten:
        wording.of(rows[::-1], masses, no_vectors)
        wording.fragments.clear()
    slow = WordsOfOne(catalog).of(*best_terms(rows, masses, *catalog.terms.weighted()))
    assert wording.of(rows, masses, no_vectors) == slow
