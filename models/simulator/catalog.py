"""Catalog: items with readable titles, each of one topic, on a shelf of it, with a brand and a price."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice, product
from random import Random

from models.simulator.topics import TOPICS, Topic
from schemas.items import Item

CHEAPEST = 5.0
DEAREST = 200.0


@dataclass(frozen=True)
class Stocked:
    """An item and what a user goes by; level: of its price on the logarithmic scale from 0, the cheapest, to 1."""

    item: Item
    topic: str
    shelf: str
    brand: str
    level: float


Stock = tuple[tuple[Stocked, ...], ...]


def make_stock(number: int, seed: int) -> Stock:
    """The items of each topic, the most popular first; topics differ by one item at most.

    An item's id is its topic and its rank, as board-games-007; titles are unique.
    """
    sizes = [number // len(TOPICS) + (place < number % len(TOPICS)) for place in range(len(TOPICS))]
    return tuple(
        tuple(_items_of(topic, size, Random(f"{seed} {topic.name}"))) for topic, size in zip(TOPICS, sizes, strict=True)
    )


def _items_of(topic: Topic, size: int, chance: Random) -> Iterator[Stocked]:
    shelves = dict(zip(topic.nouns, topic.shelves, strict=True))
    for rank, ((brand, quality, noun), edition) in enumerate(islice(_made(topic, chance), size)):
        level = chance.random()
        item = Item(
            id=f"{topic.name.replace(' ', '-')}-{rank:03d}",
            title=f"{brand} {quality} {noun}" + (f" {edition}" if edition > 1 else ""),
            categories=(*topic.path, shelves[noun]),
            tags=(quality, noun),
            attributes={"price": round(CHEAPEST * (DEAREST / CHEAPEST) ** level, 2), "brand": brand},
        )
        yield Stocked(item, topic.name, shelves[noun], brand, level)


def _made(topic: Topic, chance: Random) -> Iterator[tuple[tuple[str, str, str], int]]:
    """Endless: all that the words give, mixed, then again in the next edition."""
    made = list(product(topic.brands, topic.qualities, topic.nouns))
    chance.shuffle(made)
    for edition in count(1):
        yield from ((words, edition) for words in made)
