"""User: what is known of one, as frozen values. A number that is stored in four bytes is rounded as these hold it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from models.interests.kernels.types import Rules
from schemas.behaviors import BEHAVIOR_TYPES
from schemas.rows.learned import EXPOSURE, SQUARES, THETA, TOUCHES
from schemas.rows.user import ATTRIBUTES, CATEGORIES, DEVICES, EVIDENCE, HOURS, SHOWN, SLOTS, TURNED
from tests.models.interests.slow.singles import round_fields

Vector = tuple[float, ...]
Sketch = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Item:
    """An item of the catalog: its vector, if it has one, and the prints of its category, brand and price band."""

    vector: Vector | None
    category: int = 0
    brand: int = 0
    price: int = 0


@dataclass(frozen=True)
class World:
    """All that a step goes by: half_lives of the types by code, and codes after which an item counts as had."""

    rules: Rules
    half_lives: tuple[float, ...]
    had: frozenset[int]
    items: Mapping[int, Item]


@dataclass(frozen=True)
class Act:
    """A behavior; one that is not resolved is admitted and no more."""

    event_id: int
    code: int
    weight: float
    at: float
    item: int = 0
    vector: Vector | None = None
    hour: int = 0
    device: int = 0
    shown: tuple[int, ...] = ()
    resolved: bool = True


@dataclass(frozen=True)
class Evidence:
    """An item that gave an interest some of its mass."""

    item: int = 0
    mass: float = 0.0
    at: int = 0
    code: int = 0

    def __post_init__(self) -> None:
        round_fields(self, "mass")


@dataclass(frozen=True)
class Interest:
    """One interest; together: how many sessions touched another, by its id, and then this one."""

    id: int
    direction: Vector
    at: float
    half_life: float
    mass: float = 0.0
    short: float = 0.0
    turned: float = 0.0
    gap: float = 0.0
    behaviors: int = 0
    sessions: int = 0
    proven: bool = False
    muted: bool = False
    asked: bool = False
    asked_at: int = 0
    evidence: tuple[Evidence, ...] = (Evidence(),) * EVIDENCE
    hours: tuple[int, ...] = (0,) * HOURS
    devices: tuple[int, ...] = (0,) * len(DEVICES)
    together: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        round_fields(self, "half_life", "short", "turned", "gap")


@dataclass(frozen=True)
class Recent:
    """A behavior that is remembered; interest is the id of the one it was on, None for none."""

    item: int
    at: int
    code: int
    interest: int | None


@dataclass(frozen=True)
class Feedback:
    """What was turned away, what was shown, and by what the user chooses."""

    shown: tuple[int, ...] = (0,) * SHOWN
    shown_at: int = 0
    turned: Sketch = ((0, 0.0),) * TURNED
    turned_at: float = 0.0
    dimensions: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    attributes: Sketch = ((0, 0.0),) * ATTRIBUTES
    attributes_at: float = 0.0

    def __post_init__(self) -> None:
        round_fields(self, "turned", "attributes", "dimensions")


@dataclass(frozen=True)
class User:
    """Interests are by place, None where there is none; session: ids of those that the latest session touched."""

    at: float = 0.0
    tokens: float = 0.0
    anomaly: float = 0.0
    behaviors: int = 0
    new_behaviors: int = 0
    id_sum: int = 0
    id_xor: int = 0
    next_interest: int = 0
    sessions: int = 0
    session: frozenset[int] = frozenset()
    hour: int = 0
    device: int = 0
    type_masses: tuple[float, ...] = (0.0,) * len(BEHAVIOR_TYPES)
    categories: Sketch = ((0, 0.0),) * CATEGORIES
    event_ids: tuple[int, ...] = ()
    recents: tuple[Recent, ...] = ()
    had: frozenset[int] = frozenset()
    interests: tuple[Interest | None, ...] = (None,) * SLOTS
    feedback: Feedback | None = None

    def __post_init__(self) -> None:
        round_fields(self, "tokens", "anomaly", "categories")

    @property
    def places(self) -> list[int]:
        """Where there is an interest."""
        return [place for place, interest in enumerate(self.interests) if interest is not None]


@dataclass(frozen=True)
class Learned:
    """What all users of a partition share."""

    theta: tuple[float, ...] = THETA
    squares: tuple[float, ...] = (SQUARES,) * len(THETA)
    touches: tuple[float, float] = (TOUCHES, TOUCHES)
    exposure: tuple[float, float] = EXPOSURE


def with_interest(user: User, place: int, interest: Interest | None) -> User:
    """The user with another interest in that place."""
    return replace(user, interests=(*user.interests[:place], interest, *user.interests[place + 1 :]))
