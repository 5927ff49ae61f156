"""Memory: which events a user sent, what it did last, and which items it has had."""

from dataclasses import replace

from schemas.rows.user import EVENT_IDS, RECENTS
from tests.models.interests.slow.masses import LATEST, left
from tests.models.interests.slow.user import Act, Recent, User, World

WORD = 2**64
RING_WORD = 2**48


def is_known(user: User, act: Act) -> bool:
    """Whether this event was received lately."""
    return act.event_id % RING_WORD in user.event_ids


def received(user: User, act: Act) -> User:
    """The user who has sent this event."""
    return replace(user, event_ids=(*user.event_ids, act.event_id % RING_WORD)[-EVENT_IDS:])


def counted(user: User, act: Act, world: World) -> User:
    """The user with the behavior in its counts, its type's mass and its context."""
    mixed = mix(act.event_id)
    masses = list(user.type_masses)
    masses[act.code] += left(user.at - act.at, world.half_lives[act.code])
    return replace(
        user,
        behaviors=user.behaviors + 1,
        new_behaviors=user.new_behaviors + 1,
        id_sum=(user.id_sum + mixed) % WORD,
        id_xor=user.id_xor ^ (mixed * 0x2545F4914F6CDD1D % WORD),
        type_masses=tuple(masses),
        hour=act.hour,
        device=act.device,
    )


def remembered(user: User, act: Act, interest: int | None) -> User:
    """The user whose latest behavior this is."""
    recent = Recent(act.item, int(min(max(act.at, 1.0), LATEST)), act.code, interest)
    return replace(user, recents=(*user.recents, recent)[-RECENTS:])


def having(user: User, item: int) -> User:
    """The user who has had the item."""
    return replace(user, had=user.had | {item})


def mix(value: int) -> int:
    """SplitMix64's next output after the state `value`."""
    z = (value + 0x9E3779B97F4A7C15) % WORD
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WORD
    return z ^ (z >> 31)
