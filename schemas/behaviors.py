"""Behaviors: what a user did, as services produce it to the clickstream topic (JSON, keyed by the owner's id)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, get_args

import msgspec

from schemas.decoding import REFUSALS, json_refusal
from schemas.errors import FutureError, PastError, SchemaError, TooLargeError
from schemas.ids import Id
from schemas.times import EPOCH, epoch_seconds, rfc3339

BehaviorType = Literal[
    "impression",
    "view",
    "search",
    "click",
    "dwell",
    "add_to_cart",
    "remove_from_cart",
    "purchase",
    "like",
    "dislike",
    "hide",
    "skip",
    "request",
    "mute",
    "unmute",
    "identify",
]
BEHAVIOR_TYPES: tuple[str, ...] = get_args(BehaviorType)
TYPE_CODES: dict[str, int] = {name: code for code, name in enumerate(BEHAVIOR_TYPES)}
LAST_SECOND = 2**32 - 1
LAST_MOMENT = datetime.fromtimestamp(LAST_SECOND, UTC)
# What carries a behavior whole (a request to the encoder, a row that waits) adds to it, and must fit into a message.
LARGEST_BYTES = 16 << 20
# 1990-01-01, before the first web page; until 2106 any epoch seconds, read as milliseconds, lie in 1970.
FIRST_LIKELY_SECOND = 631_152_000


class Context(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Where and how a behavior happened, as far as anything here depends on it."""

    device: str | None = None
    time_zone: str | None = None


class Behavior(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One behavior; unknown fields are ignored, so that producers may send more.

    occurred_at: epoch milliseconds, or RFC 3339 with its offset; from 1970 to 2106, since stored rows keep 32 bits of
    seconds.
    """

    event_id: Id
    type: BehaviorType
    occurred_at: Annotated[int, msgspec.Meta(ge=0, le=LAST_SECOND * 1000)] | Annotated[datetime, msgspec.Meta(tz=True)]
    user_id: Id | None = None
    anonymous_id: Id | None = None
    item_id: Id | None = None
    item_ids: Annotated[tuple[Id, ...], msgspec.Meta(max_length=1000)] = ()
    text: Annotated[str, msgspec.Meta(max_length=1_000_000)] | None = None
    value: float | None = None
    recommendation_id: Id | None = None
    context: Context | None = None
    schema_version: Literal[1] = 1

    @property
    def owner(self) -> str:
        """Whose state this behavior changes: the user's, else the anonymous visitor's."""
        return self.user_id or self.anonymous_id or ""

    @property
    def shown(self) -> tuple[str, ...]:
        """What an impression shows, each item once, in order; the one of item_id stands first."""
        items = self.item_ids if self.item_id is None else (self.item_id, *self.item_ids)
        return tuple(dict.fromkeys(items))

    @property
    def at(self) -> float:
        """Event time in epoch seconds; a decoded behavior always has one."""
        return epoch_seconds(self.occurred_at)


def owners_of(behaviors: Iterable[Behavior]) -> list[str]:
    """The owner of each, which is asked for often."""
    return [behavior.user_id or behavior.anonymous_id or "" for behavior in behaviors]


_decoder = msgspec.json.Decoder(Behavior)
_encoder = msgspec.json.Encoder()
_parse = _decoder.decode


def decode_behavior(data: bytes) -> Behavior:
    """A valid behavior from its JSON. Raises SchemaError that names the field and the mend."""
    try:
        behavior = _parse(data)
    except REFUSALS as error:
        raise json_refusal("a behavior", error, data) from None
    return _checked(behavior)


def decode_behaviors(messages: Sequence[bytes]) -> list[Behavior]:
    """What decode_behavior makes of each, in a fraction of its time. Raises SchemaError for the first that is none."""
    try:
        return [
            behavior
            if (behavior := _parse(data)).item_id is not None
            and behavior.user_id is not None
            and behavior.type != "identify"
            and type(behavior.occurred_at) is int
            else _checked(behavior)
            for data in messages
        ]
    except REFUSALS:
        return [decode_behavior(data) for data in messages]


def encode_behavior(behavior: Behavior) -> bytes:
    """The behavior as JSON."""
    return _encoder.encode(behavior)


def _checked(behavior: Behavior) -> Behavior:
    """The behavior, if all is there that its type needs."""
    if not (behavior.user_id or behavior.anonymous_id):
        raise SchemaError("not a behavior: it has neither user_id nor anonymous_id")
    if behavior.type == "identify":
        _require_identity(behavior)
    elif behavior.item_id is None and not behavior.text and not behavior.item_ids:
        _require_subject(behavior)
    if isinstance(behavior.occurred_at, datetime):
        _require_storable(behavior.occurred_at)
    return behavior


def too_large(data: bytes) -> TooLargeError:
    """The error to raise for a message of over LARGEST_BYTES."""
    return TooLargeError(f"the message has {len(data):,} bytes, a behavior at most {LARGEST_BYTES:,}")


def unlikely_time(behavior: Behavior, future_limit: float) -> FutureError | PastError:
    """The error to raise for a behavior that lies over `future_limit` s in the future, or before all likely times.

    For readers of the clickstream, which know when a message came; what is stored already stays readable.
    """
    if behavior.at >= FIRST_LIKELY_SECOND:
        return FutureError(
            f"occurred_at is {rfc3339(behavior.at)}, over {future_limit:g} s after the broker received it:"
            " mend the sender's clock"
        )
    return PastError(
        f"occurred_at is {rfc3339(behavior.at)}, before {rfc3339(FIRST_LIKELY_SECOND)[:10]}: write RFC 3339 or epoch"
        " milliseconds, not seconds"
    )


def _require_subject(behavior: Behavior) -> None:
    if behavior.type == "impression":
        raise SchemaError("not a behavior: an impression has item_ids (or one item_id)")
    if behavior.type in ("search", "request"):
        raise SchemaError(f"not a behavior: a {behavior.type} has a text")
    raise SchemaError(f"not a behavior: a {behavior.type} has an item_id or a text")


def _require_identity(behavior: Behavior) -> None:
    if not (behavior.user_id and behavior.anonymous_id):
        missing = "anonymous_id" if behavior.user_id else "user_id"
        raise SchemaError(f"not a behavior: an identify says which anonymous_id is which user_id; it has no {missing}")


def _require_storable(moment: datetime) -> None:
    if 1970 < moment.year < 2106:
        return
    if not EPOCH <= moment <= LAST_MOMENT:
        raise SchemaError(f"not a behavior: `$.occurred_at` is before {EPOCH:%Y-%m-%d} or after {LAST_MOMENT:%Y-%m-%d}")
