"""Aliases: anonymous ids that turned out to be users, and to whom their later behaviors go."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from models.interests.options import InterestOptions
from schemas.handoffs import Claim
from schemas.ids import fingerprint
from schemas.rows import keys
from schemas.rows.alias import AliasRow, decode_alias, encode_alias, event_print, prints_of, prints_to_bytes
from schemas.rows.user import EVENT_IDS
from streams.state.store import LocalStore, Row


@dataclass
class Alias:
    """To whom one anonymous id belongs, and what it has sent; for the fields see AliasRow. events: the oldest first."""

    user_id: str
    partition: int
    claimed_at: float
    at: float
    events: deque[int] = field(default_factory=lambda: deque(maxlen=EVENT_IDS))

    def admit(self, event_id: str, at: float) -> bool:
        """Whether this event is new; it is remembered then, and the alias' time moved on."""
        print_ = event_print(fingerprint(event_id))
        if print_ in self.events:
            return False
        self.events.append(print_)
        self.at = max(self.at, at)
        return True

    def follow(self, claim: Claim) -> None:
        """Belongs to whoever identified last in event time, in whatever order the claims come."""
        if (claim.at, claim.user_id) > (self.claimed_at, self.user_id):
            self.user_id, self.partition, self.claimed_at = claim.user_id, claim.partition, claim.at
        self.at = max(self.at, claim.at)


class Aliases:
    """The aliases of one partition: a few in memory, all in the store.

    Like a user, an alias whose presence has decayed below the floor of the options is none any more. limit: how many
    stay in memory.
    """

    def __init__(self, options: InterestOptions, limit: int) -> None:
        self._half_life, self._floor = options.half_life, options.floor
        self._limit = limit
        self._here: dict[str, Alias | None] = {}
        self._changed: set[str] = set()

    def load(self, store: LocalStore) -> None:
        """Begins from the recovered store."""
        self._store = store

    def of(self, owners: Iterable[str]) -> dict[str, Alias]:
        """Those of these anonymous ids that are aliases."""
        wanted = list(owners)
        missing = [owner for owner in wanted if owner not in self._here]
        for owner, row in zip(missing, self._store.get_many([_key(owner) for owner in missing]), strict=True):
            if row is not None:
                self._here[owner] = _read(row)
        found = ((owner, self._here.get(owner)) for owner in wanted)
        return {owner: alias for owner, alias in found if alias is not None}

    def put(self, owner: str, alias: Alias) -> None:
        """Keeps a new or changed alias."""
        self._here[owner] = alias
        self._changed.add(owner)

    def drop(self, owner: str) -> None:
        """Makes the id an anonymous one again."""
        self._here[owner] = None
        self._changed.add(owner)

    def is_faded(self, alias: Alias, now: float) -> bool:
        """Whether nothing has come of it for so long that its next behavior is a stranger's."""
        return bool(2.0 ** (min(alias.at - now, 0.0) / self._half_life) < self._floor)

    def retire(self, rows: Iterable[tuple[bytes, bytes]], now: float) -> bool:
        """Drops those among these stored rows that have faded at `now` (event time, seconds); says whether any had."""
        owners = [owner for key, _ in rows if (owner := keys.owner_of(key)) is not None and key == _key(owner)]
        faded = [owner for owner, alias in self.of(owners).items() if self.is_faded(alias, now)]
        for owner in faded:
            self.drop(owner)
        return bool(faded)

    def take_rows(self) -> list[Row]:
        """Changed rows, None for one to delete."""
        changed, self._changed = self._changed, set()
        return [(_key(owner), _written(self._here[owner])) for owner in sorted(changed)]

    def committed(self) -> None:
        """Gives up what is not needed in memory; the rows last taken are in the store now."""
        if len(self._here) > self._limit:
            self._here = {owner: self._here[owner] for owner in self._changed}


def _key(owner: str) -> bytes:
    return keys.owner_prefix(owner) + keys.ALIAS


def _read(row: bytes) -> Alias:
    found = decode_alias(row)
    events = deque(prints_of(found.events), EVENT_IDS)
    return Alias(found.user_id, found.partition, found.claimed_at, found.at, events)


def _written(alias: Alias | None) -> bytes | None:
    if alias is None:
        return None
    return encode_alias(
        AliasRow(
            user_id=alias.user_id,
            partition=alias.partition,
            claimed_at=alias.claimed_at,
            at=alias.at,
            events=prints_to_bytes(list(alias.events)),
        )
    )
