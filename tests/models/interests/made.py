"""Made users: states as plain values, put into an arena's rows, and what a record of them must say, slowly."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.facets import category_print
from models.catalog.prints import item_print
from models.interests.arena import UserArena
from models.interests.options import InterestOptions
from schemas.behaviors import BEHAVIOR_TYPES
from schemas.interests import Rates
from schemas.items import ItemVector
from schemas.rows.user import ASKED, MUTED, NO_INTEREST, PROVEN, RECENTS, RING_RECENTS, SLOTS
from schemas.vectors import to_bytes
from tests.models.builders import DAY, NOON, unit_vectors

PATHS = (("Home", "Kitchen", "Mugs"), ("Home", "Kitchen", "Plates"), ("Home", "Lamps"), ("Garden",))
VECTORS = unit_vectors(12)
UNKNOWN = 99


@dataclass(frozen=True)
class Piece:
    """A behavior that an interest is made of, on an item by number. share: of the interest's mass."""

    item: int
    share: float
    age: float = 60.0
    code: int = 7


@dataclass(frozen=True)
class MadeInterest:
    """An interest as its row holds it; age: of all its masses at the user's time, in seconds."""

    mass: float = 1.0
    age: float = 0.0
    short: float = 0.5
    turned: float = 0.0
    half_life: float = 30 * DAY
    flags: int = PROVEN
    behaviors: int = 3
    asked_age: float | None = None
    pieces: tuple[Piece, ...] = ()
    hours: tuple[int, ...] = (0,) * 6
    devices: tuple[int, ...] = (0,) * 3
    vector: int = 0


@dataclass(frozen=True)
class MadeUser:
    """A user. recents: the slots of recent behaviors, None for none, the latest first. turned: names and masses."""

    interests: dict[int, MadeInterest] = field(default_factory=dict)
    recents: tuple[int | None, ...] = ()
    hour: int = 0
    device: int = 0
    categories: tuple[tuple[int, float], ...] = ()
    turned: tuple[tuple[str, float], ...] = ()
    turned_age: float = 0.0
    dimensions: tuple[float, ...] = (0.0,) * 4
    anomaly: float = 0.0


def made_catalog() -> Catalog:
    """Items item-0 to item-11, in the categories of PATHS by turns."""
    catalog = Catalog()
    for number, vector in enumerate(VECTORS):
        path = PATHS[number % len(PATHS)]
        title = f"{path[-1]} number {number}"
        catalog.put(
            ItemVector(item_id=f"item-{number}", encoder="e", vector=to_bytes(vector), title=title, categories=path)
        )
    return catalog


def arena_of(users: Sequence[MadeUser]) -> UserArena:
    """An arena with these users as user-0, user-1, …, in slots of the same number, all as of NOON."""
    arena = UserArena(1)
    for slot in arena.add([f"user-{number}" for number in range(len(users))]).tolist():
        _put(arena, slot, users[slot])
    return arena


def _put(arena: UserArena, slot: int, user: MadeUser) -> None:
    head, feedback = arena.head[slot], arena.feedback[slot]
    head["at"], head["behaviors"], head["hour"], head["device"] = NOON, 41, user.hour, user.device
    head["anomaly"], head["recents_next"] = user.anomaly, len(user.recents) % RECENTS
    head["used"] = sum(1 << place for place in user.interests)
    for place, (path, mass) in enumerate(user.categories):
        head["categories"][place] = UNKNOWN if path == UNKNOWN else category_print(PATHS[path])
        head["category_mass"][place] = mass
    feedback["turned_at"], feedback["dimensions"] = NOON - user.turned_age, user.dimensions
    for place, (name, mass) in enumerate(user.turned):
        feedback["turned"][place], feedback["turned_mass"][place] = print_of(name), mass
    for number, on in enumerate(reversed(user.recents)):
        ring, place = divmod(number, RING_RECENTS)
        arena.rings[slot, ring]["at"][place] = NOON
        arena.rings[slot, ring]["interests"][place] = NO_INTEREST if on is None else on
    for place, interest in user.interests.items():
        _put_interest(arena.meta[slot, place], interest)
        arena.meta[slot, place]["id"] = 10 + place
        arena.directions[slot, place] = 0.5 * VECTORS[interest.vector]
    arena.new_behaviors[slot] = 2


def _put_interest(row: NDArray[np.void], made: MadeInterest) -> None:
    for name in ("mass", "short", "turned", "half_life", "flags", "behaviors", "hours", "devices"):
        row[name] = getattr(made, name)
    row["at"] = NOON - made.age
    if made.asked_age is not None:
        row["asked_at"], row["flags"] = NOON - made.asked_age, made.flags | ASKED
    for place, piece in enumerate(made.pieces):
        row["evidence"][place] = UNKNOWN if piece.item == UNKNOWN else print_of(f"item-{piece.item}")
        row["evidence_at"][place] = NOON - piece.age
        row["evidence_types"][place] = piece.code
        row["evidence_mass"][place] = piece.share * made.mass


def print_of(name: str) -> int:
    """The print of an item, or of a category whose path is joined by " > "."""
    path = tuple(name.split(" > "))
    return category_print(path) if path in PATHS else item_print(name)


# -- what must come of it


def faded(mass: float, age: float, half_life: float) -> float:
    """What is left."""
    return float(mass * 2.0 ** (-age / half_life))


def slow_shares(user: MadeUser, options: InterestOptions, theta: Sequence[float]) -> list[float]:
    """Attention, written out as its definition says."""
    logits = {
        place: slow_logit(user, place, options, theta)
        for place, one in user.interests.items()
        if one.mass > 0 and not one.flags & MUTED
    }
    first = max(logits.values(), default=0.0)
    for place, logit in logits.items():
        if (age := user.interests[place].asked_age) is not None:
            ahead = first - logit + options.asked_boost
            logits[place] = logit + ahead * faded(1.0, age, options.asked_half_life)
    proven = {place: logit for place, logit in logits.items() if user.interests[place].flags & PROVEN}
    limit = max(proven.values(), default=np.inf)
    for place in logits.keys() - proven.keys():
        logits[place] = min(logits[place], limit) + log(options.probation)
    weights = {place: exp(logit - max(logits.values())) for place, logit in logits.items()}
    return [weights.get(place, 0.0) / (sum(weights.values()) or 1.0) for place in range(SLOTS)]


def slow_logit(user: MadeUser, place: int, options: InterestOptions, theta: Sequence[float]) -> float:
    """What speaks for one interest of the user."""
    one = user.interests[place]
    logit = theta[0] * log(faded(one.mass, one.age, one.half_life) + 1e-9)
    logit += theta[1] * log(faded(one.short, one.age, options.short_half_life) + 0.01)
    on = [slot for slot in user.recents if slot is not None]
    logit += theta[2] * sum(0.7**k for k, slot in enumerate(on) if slot == place)
    if options.context:
        logit += theta[3] * log(6 * (one.hours[user.hour] + 1) / (sum(one.hours) + 6))
    if options.context and user.device:
        logit += theta[4] * log(3 * (one.devices[user.device - 1] + 1) / (sum(one.devices) + 3))
    return logit - options.turned_penalty * faded(one.turned, one.age, options.turned_half_life)


def slow_intensity(one: MadeInterest, rates: Rates, steps: int = 20_000) -> float:
    """By adding up the rate over the horizon in small steps."""
    width = rates.horizon / steps
    mass, short = faded(one.mass, one.age, one.half_life), faded(one.short, one.age, rates.short_half_life)
    ages = (np.arange(steps) + 0.5) * width
    rate = rates.mu * (mass * 2 ** (-ages / one.half_life)) ** 0.75
    rate += rates.alpha * (short * 2 ** (-ages / rates.short_half_life)) ** 0.75
    return float(1 - np.exp(-rate.sum() * width))


# -- any user

_counts = st.integers(0, 200)
_masses = st.sampled_from([0.0, 1e-6, 0.25, 1.0, 2.5, 40.0])
_ages = st.sampled_from([0.0, 60.0, DAY, 30 * DAY])


@st.composite
def _pieces(draw: st.DrawFn) -> tuple[Piece, ...]:
    items = draw(st.lists(st.sampled_from([0, 1, 2, 3, UNKNOWN]), max_size=3, unique=True))
    left, pieces = 1.0, []
    for item in items:
        share = draw(st.sampled_from([0.5, 1 / 3, 1.0])) * left
        left -= share
        if share > 1e-3:
            pieces.append(Piece(item, share, draw(_ages), draw(st.integers(0, len(BEHAVIOR_TYPES) - 1))))
    return tuple(pieces)


made_interests = st.builds(
    MadeInterest,
    mass=_masses,
    age=_ages,
    short=st.sampled_from([0.0, 0.125, 0.75]),
    turned=st.sampled_from([0.0, 0.5, 4.0]),
    half_life=st.sampled_from([8 * DAY, 30 * DAY, 120 * DAY]),
    flags=st.sampled_from([0, PROVEN, MUTED, PROVEN | MUTED]),
    behaviors=st.integers(1, 1000),
    asked_age=st.none() | _ages,
    pieces=_pieces(),
    hours=st.tuples(*[_counts] * 6),
    devices=st.tuples(*[_counts] * 3),
    vector=st.integers(0, len(VECTORS) - 1),
)
made_users = st.builds(
    MadeUser,
    interests=st.dictionaries(st.integers(0, SLOTS - 1), made_interests, max_size=SLOTS),
    recents=st.lists(st.none() | st.integers(0, SLOTS - 1), max_size=RECENTS).map(tuple),
    hour=st.integers(0, 5),
    device=st.integers(0, 3),
    categories=st.dictionaries(
        st.sampled_from([0, 1, 2, 3, UNKNOWN]), st.sampled_from([0.0, 0.5, 3.0]), max_size=5
    ).map(lambda masses: tuple(masses.items())),
    turned=st.dictionaries(
        st.sampled_from(["item-1", "item-2", "Garden", "Home > Lamps", "gone"]), st.sampled_from([0.03, 1.0, 6.0])
    ).map(lambda masses: tuple(masses.items())),
    turned_age=_ages,
    dimensions=st.sampled_from([(0.0,) * 4, (-1.0, -1.0, 0.0, -2.0), (0.5, -0.5, 0.25, 0.25)]),
    anomaly=st.sampled_from([0.0, 0.5]),
)
