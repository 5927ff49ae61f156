"""Catalog: items with readable titles, each of one topic."""

from collections.abc import Iterator
from itertools import count, islice, product
from random import Random

from models.simulator.topics import TOPICS, Topic
from schemas.items import Item


def make_items(number: int, seed: int) -> tuple[tuple[Item, ...], ...]:
    """The items of each topic, the most popular first; topics differ by one item at most.

    An item's id is its topic and its rank, as board-games-007; titles are unique.
    """
    sizes = [number // len(TOPICS) + (place < number % len(TOPICS)) for place in range(len(TOPICS))]
    return tuple(
        tuple(_items_of(topic, size, Random(f"{seed} {topic.name}"))) for topic, size in zip(TOPICS, sizes, strict=True)
    )


def _items_of(topic: Topic, size: int, chance: Random) -> Iterator[Item]:
    for rank, title in enumerate(islice(_titles(topic, chance), size)):
        yield Item(
            id=f"{topic.name.replace(' ', '-')}-{rank:03d}",
            title=title,
            categories=(topic.name,),
            attributes={"price": round(5 * 40 ** chance.random(), 2)},
        )


def _titles(topic: Topic, chance: Random) -> Iterator[str]:
    """Endless: all that the words give, mixed, then again with a number."""
    names = [" ".join(words) for words in product(topic.brands, topic.qualities, topic.nouns)]
    chance.shuffle(names)
    for edition in count(1):
        yield from (names if edition == 1 else (f"{name} {edition}" for name in names))
