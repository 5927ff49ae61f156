"""Random lives of one user: behaviors on items of a few planted topics, clauses of requests, and stays in the store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from hypothesis import strategies as st

from models.catalog.prints import PrintIndex
from models.interests.kernels.types import Columns, Items, Laws
from models.interests.options import InterestOptions
from models.interests.update import captured, laws_of
from schemas.behaviors import BEHAVIOR_TYPES, TYPE_CODES
from tests.models.builders import DAY, HOUR, NOON, unit_vectors
from tests.models.interests.slow.user import Act, Item, Vector, World

HAD = ("purchase", "dislike", "hide")
TOPICS = 12
ITEMS = 48
WITHOUT_VECTOR = ITEMS
UNKNOWN = ITEMS + 1
SPREAD = 0.2
VECTORS = unit_vectors(ITEMS, topics=TOPICS)
TWIN_VECTORS = [tuple(vector.tolist()) for vector in VECTORS]
GAPS = (0.0, 0.0, 1.0, 60.0, HOUR, 8 * HOUR, DAY, 10 * DAY, 40 * DAY, -1.0, -HOUR, -20 * DAY)
LONG = 900 * DAY
OPTIONS = InterestOptions()
_event_ids = count(1_000_000)


@dataclass(frozen=True)
class Clause:
    """What a request says of the topic of an item."""

    polarity: int
    item: int
    at: float

    @property
    def act(self) -> Act:
        """As the twin takes it."""
        return Act(0, TYPE_CODES["request"], OPTIONS.types["request"].weight, self.at, 0, vector_of(self.item))


@dataclass(frozen=True)
class Stored:
    """The user's rows are taken, and the user is loaded from them again."""


Life = list[Act | Clause | Stored]


def laws(options: InterestOptions = OPTIONS) -> Laws:
    """The laws for the planted topics, within which cosines are about .86, and about 0 between them."""
    return captured(laws_of(options, HAD), options, 0.0, SPREAD)


def vector_of(item: int) -> Vector | None:
    """The vector of an item numbered from 1."""
    return TWIN_VECTORS[item - 1] if 0 < item < WITHOUT_VECTOR else None


def facets_of(item: int) -> tuple[int, int, int, int, int]:
    """Its prints of category, of first level, brand and price band, 0 for none: each of its own pattern."""
    topic = (item - 1) % TOPICS
    return 100 + topic, 200, (300 + item % 9) * (item % 5 > 0), (400 + item % 4) * (item % 7 > 0), 0


def world_of(laws: Laws) -> World:
    """What the twin goes by."""
    facets = {item: facets_of(item) for item in range(1, ITEMS + 1)}
    items = {item: Item(vector_of(item), f[0], f[2], f[3]) for item, f in facets.items()}
    had = frozenset(np.flatnonzero(laws.types.had).tolist())
    return World(laws.rules, tuple(laws.types.half_lives.tolist()), had, items)


def act(kind: str, at: float = NOON, item: int = 0, event_id: int = 0, **fields: object) -> Act:
    """A behavior on an item numbered from 1, 0 for none."""
    made = Act(event_id or next(_event_ids), TYPE_CODES[kind], OPTIONS.types[kind].weight, at, item, vector_of(item))
    return replace(made, **fields)


def columns_of(acts: Sequence[Act], slot: int = 0) -> Columns:
    """The same behaviors as columns."""
    items = items_of()
    rows = np.array([a.item - 1 if 0 < a.item <= ITEMS else -1 for a in acts], np.int64)
    return Columns(
        slots=np.full(len(acts), slot, np.int64),
        types=np.array([a.code for a in acts], np.uint8),
        weights=np.array([a.weight for a in acts], np.float64),
        at=np.array([a.at for a in acts], np.float64),
        event_ids=np.array([a.event_id for a in acts], np.uint64),
        prints=np.array([a.item for a in acts], np.uint32),
        hours=np.array([a.hour for a in acts], np.uint8),
        devices=np.array([a.device for a in acts], np.uint8),
        vectors=np.concatenate((VECTORS[:-1], np.zeros_like(VECTORS[-1:]))),
        vector_rows=np.array([-1 if a.vector is None else a.item - 1 for a in acts], np.int64),
        facets=items.facets,
        facet_rows=rows,
        shown=np.array([item for a in acts for item in a.shown], np.uint32),
        shown_starts=np.cumsum([0, *(len(a.shown) for a in acts)], dtype=np.int64),
        item_prints=items.prints,
        item_table=items.table,
    )


def items_of() -> Items:
    """The items as kernels look them up."""
    index = PrintIndex(ITEMS)
    for row in range(ITEMS):
        index.add(row, row + 1)
    return Items(index.prints, index.table, np.array([facets_of(n) for n in range(1, ITEMS + 1)], np.uint32))


@st.composite
def histories(
    draw: st.DrawFn, most: int = 50, kinds: Sequence[str] = BEHAVIOR_TYPES, gaps: Sequence[float] = GAPS
) -> list[Act]:
    """Behaviors of one user: on time, late, long after, some of them sent twice; no two weigh the same."""
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from(kinds),
                st.sampled_from(gaps),
                st.integers(0, UNKNOWN),
                st.integers(1, 60),
                st.integers(0, 5),
                st.integers(0, 3),
            ),
            max_size=most,
        )
    )
    at, history = NOON, []
    for number, (kind, gap, item, event_id, hour, device) in enumerate(steps):
        at += gap
        shown = tuple(range(item, item + event_id % 9)) if kind == "impression" and item else ()
        weight = OPTIONS.types[kind].weight * (1.0 + 0.003 * number)
        fields = {"weight": weight, "hour": hour, "device": device, "shown": shown, "resolved": event_id % 10 > 0}
        history.append(act(kind, at, item, event_id, **fields))
    return history


@st.composite
def lives(
    draw: st.DrawFn, most: int = 50, kinds: Sequence[str] = BEHAVIOR_TYPES, polarities: Sequence[int] = range(5)
) -> Life:
    """Behaviors, with clauses and stays in the store in between, and sometimes a very long pause."""
    life: Life = list(draw(histories(most, kinds)))
    what = st.sampled_from((*polarities, "pause", "stored"))
    for place, extra, item in draw(st.lists(st.tuples(st.integers(0, most), what, st.integers(1, 47)), max_size=8)):
        place = min(place, len(life))
        at = next((a.at for a in reversed(life[:place]) if not isinstance(a, Stored)), NOON)
        if extra == "pause":
            life[place:] = [a if isinstance(a, Stored) else replace(a, at=a.at + LONG) for a in life[place:]]
        else:
            life.insert(place, Stored() if extra == "stored" else Clause(extra, item, at))
    return life


def long_life(seed: int, length: int = 600) -> Life:
    """Many behaviors of all types, with some clauses and stays in the store."""
    chance = np.random.default_rng(seed)
    at, life = NOON, []
    for number in range(length):
        at += float(chance.choice([0.25, 10.0, 10.0, HOUR, DAY, -HOUR]))
        item, kind = int(chance.integers(1, UNKNOWN)), BEHAVIOR_TYPES[chance.integers(len(BEHAVIOR_TYPES))]
        if number % 45 == 40:
            life += [Clause(int(chance.integers(5)), item % ITEMS or 1, at), Stored()]
        weight = OPTIONS.types[kind].weight * float(chance.uniform(0.5, 1.5))
        shown = tuple(chance.integers(1, UNKNOWN, 5).tolist()) if kind == "impression" else ()
        hour, device = (int(chance.integers(n)) for n in (6, 4))
        life.append(act(kind, at, item, weight=weight, hour=hour, device=device, shown=shown))
    return life
