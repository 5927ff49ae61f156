"""Labels: the words that interests are published with name the topics that were planted."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.evaluation.clusters import matched, normalized_information, purity
from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import Shop, simulated
from models.interests.records import RecordWriter
from models.simulator.topics import PLACES
from schemas.interests import Interest, decode_interest_record
from schemas.vectors import DIMENSIONS, from_bytes

AGREES = 0.85


def labels(setup: Setup) -> Iterator[Line]:
    """Labels of the published interests that planted ones are matched with, as a grouping, against the topics."""
    shop = Shop(simulated(setup, users=100, days=30, noise=0.1), setup)
    pairs = named(shop)
    given, planted = [label for label, _ in pairs], [topic for _, topic in pairs]
    note = f"{len(pairs)} interests, {len(set(given))} labels"
    yield Line("labels against planted topics: purity", purity(given, planted), at_least=AGREES, note=note)
    information = normalized_information(given, planted)
    yield Line("labels against planted topics: NMI", information, at_least=AGREES)


def named(shop: Shop) -> list[tuple[str, str]]:
    """Label and planted topic of each interest that was found."""
    population = shop.lived()
    writer = RecordWriter(shop.catalog, population.options.interests)
    end = shop.simulator.options.start + shop.simulator.options.span
    pairs = []
    for user, data in zip(shop.users, writer.write(population.arena, population.slots), strict=True):
        topics = list(user.interests_at(end))
        found = [one for one in decode_interest_record(data).interests if one.state == "proven"]
        places = matched(shop.centers[[PLACES[topic] for topic in topics]] @ _units(found).T)
        pairs += [(found[place].label, topic) for topic, place in zip(topics, places, strict=True) if place >= 0]
    return pairs


def _units(interests: list[Interest]) -> NDArray[np.float32]:
    vectors = [from_bytes(one.vector) for one in interests]
    return np.array(vectors, np.float32).reshape(len(interests), DIMENSIONS)
