"""The slow twin of the interest kernels: a user as a frozen value, and pure functions of it in plain Python floats."""

from dataclasses import dataclass, replace
from math import sqrt

from models.interests.options import InterestOptions
from schemas.behaviors import BEHAVIOR_TYPES
from schemas.rows.user import EVENT_IDS, RECENT, SEEN_CHUNK, SEEN_CHUNKS, SLOTS, UNWANTED

WORD = 2**64
Vector = tuple[float, ...]


@dataclass(frozen=True)
class Act:
    """A behavior whose item, if it has one, is resolved."""

    event_id: int
    code: int
    at: float
    item: int = 0
    vector: Vector | None = None


@dataclass(frozen=True)
class Interest:
    id: int
    mass: float
    at: float
    behaviors: int
    direction: Vector


@dataclass(frozen=True)
class User:
    at: float = 0.0
    behaviors: int = 0
    id_sum: int = 0
    id_xor: int = 0
    next_interest: int = 0
    type_masses: tuple[float, ...] = (0.0,) * len(BEHAVIOR_TYPES)
    event_ids: tuple[int, ...] = ()
    recent: tuple[tuple[int, int, int], ...] = ()
    had: tuple[int, ...] = ()
    interests: tuple[Interest | None, ...] = (None,) * (SLOTS + 1)


def received(user: User, act: Act, options: InterestOptions, had: tuple[str, ...]) -> User:
    """The user after a behavior was received; the same user when it is a duplicate."""
    start = User() if is_faded(user, max(act.at, user.at), options) else user
    if act.event_id in start.event_ids:
        return user
    remembered = (*start.event_ids, act.event_id)[-EVENT_IDS:]
    return applied(replace(start, event_ids=remembered), act, options, had)


def is_faded(user: User, now: float, options: InterestOptions) -> bool:
    """Whether nothing of the user is left at `now`."""
    left = faded_share(now - user.at, options.half_life)
    for mass, half_life in zip(user.type_masses, options.half_lives(), strict=True):
        left += mass * faded_share(now - user.at, half_life)
    left += sum(mass_at(interest, now, options.half_life) for interest in user.interests if interest)
    return left < options.floor


def applied(user: User, act: Act, options: InterestOptions, had: tuple[str, ...]) -> User:
    """The user after an admitted behavior was applied."""
    kind = BEHAVIOR_TYPES[act.code]
    user = counted(moved(user, act.at, options), act, options)
    if act.item:
        user = replace(user, recent=(*user.recent, (act.item, int(act.at), act.code))[-RECENT:])
        if kind in had and act.item not in user.had[-SEEN_CHUNK * SEEN_CHUNKS :]:
            user = replace(user, had=(*user.had, act.item))
    weight = options.types[kind].weight
    return user if act.vector is None or weight == 0.0 else learned(user, act, weight, options)


def moved(user: User, at: float, options: InterestOptions) -> User:
    """The user at a later time."""
    if at <= user.at:
        return user
    pairs = zip(user.type_masses, options.half_lives(), strict=True)
    masses = tuple(mass * faded_share(at - user.at, half_life) for mass, half_life in pairs)
    return replace(user, at=at, type_masses=masses)


def counted(user: User, act: Act, options: InterestOptions) -> User:
    """The user with the behavior in its counts and in its type's mass."""
    mixed = mix(act.event_id)
    masses = list(user.type_masses)
    masses[act.code] += faded_share(user.at - act.at, options.half_lives()[act.code])
    return replace(
        user,
        behaviors=user.behaviors + 1,
        id_sum=(user.id_sum + mixed) % WORD,
        id_xor=user.id_xor ^ (mixed * 0x2545F4914F6CDD1D % WORD),
        type_masses=tuple(masses),
    )


def learned(user: User, act: Act, weight: float, options: InterestOptions) -> User:
    """The user with the behavior's vector in the interest where it belongs."""
    assert act.vector is not None
    slot = UNWANTED
    if weight > 0.0:
        user, slot = with_place_for(user, act.vector, options)
    old = user.interests[slot]
    added = Interest(user.next_interest, abs(weight), act.at, 1, act.vector)
    if old is None:
        user = replace(user, next_interest=user.next_interest + 1)
    new = added if old is None else joined(old, added, options.half_life)
    return replace(user, interests=with_at(user.interests, slot, new))


def with_place_for(user: User, vector: Vector, options: InterestOptions) -> tuple[User, int]:
    """The slot of the nearest interest if it is near enough, else an empty one, for which two may have to join."""
    places = [slot for slot in range(SLOTS) if user.interests[slot]]
    nearest = nearest_of(user, places, vector)
    if nearest is not None and cosine(vector, user.interests[nearest].direction) >= options.novelty:
        return user, nearest
    if len(places) < SLOTS:
        return user, min(set(range(SLOTS)) - set(places))
    weakest = min(places, key=lambda slot: mass_at(user.interests[slot], user.at, options.half_life))
    lost = user.interests[weakest]
    into = nearest_of(user, [slot for slot in places if slot != weakest], lost.direction)
    interests = with_at(user.interests, into, joined(user.interests[into], lost, options.half_life))
    return replace(user, interests=with_at(interests, weakest, None)), weakest


def nearest_of(user: User, places: list[int], vector: Vector) -> int | None:
    """The first of the places whose interest has the greatest cosine to the vector."""
    return max(places, key=lambda slot: cosine(vector, user.interests[slot].direction), default=None)


def joined(one: Interest, other: Interest, half_life: float) -> Interest:
    """Both interests as one that keeps the first one's id."""
    at = max(one.at, other.at)
    a, b = mass_at(one, at, half_life), mass_at(other, at, half_life)
    direction = one.direction
    if a + b > 0.0:
        direction = tuple((a * x + b * y) / (a + b) for x, y in zip(one.direction, other.direction, strict=True))
    return Interest(one.id, a + b, at, one.behaviors + other.behaviors, direction)


def with_at(
    interests: tuple[Interest | None, ...], slot: int, interest: Interest | None
) -> tuple[Interest | None, ...]:
    """The interests with another one in that slot."""
    return (*interests[:slot], interest, *interests[slot + 1 :])


def mass_at(interest: Interest, now: float, half_life: float) -> float:
    """The interest's mass at `now`."""
    return interest.mass * faded_share(now - interest.at, half_life)


def faded_share(age: float, half_life: float) -> float:
    """What is left of 1 after that age."""
    return 2.0 ** (-age / half_life)


def cosine(one: Vector, other: Vector) -> float:
    """Cosine of the angle, 0 if one has no length."""
    lengths = sqrt(sum(x * x for x in one)) * sqrt(sum(y * y for y in other))
    return sum(x * y for x, y in zip(one, other, strict=True)) / lengths if lengths else 0.0


def mix(value: int) -> int:
    """SplitMix64's next output after the state `value`."""
    z = (value + 0x9E3779B97F4A7C15) % WORD
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WORD
    return z ^ (z >> 31)
