"""Tables: examples of keys, ids, codes and headers, by what they are of."""

import json

from schemas import behaviors, dead_letters
from schemas.ids import fingerprint, item_print
from schemas.mixers import mixer_record_key
from schemas.rows import factors, keys, trend
from tests.golden.examples.example import Example

DEAD_LETTER = dead_letters.DeadLetter(
    topic="clickstream",
    partition=3,
    offset=4711,
    key=b"user-1",
    value=b'{"type": "stare"}',
    headers=(("trace", b"abc"), ("empty", None)),
    reason="SchemaError",
    detail="not a behavior: Invalid enum value 'stare' - at `$.type`",
)


def written_keys() -> dict[str, str]:
    """Keys of rows in hex, by what they are of."""
    written = {
        "partition: positions": keys.POSITIONS_KEY,
        "partition: waiting behavior 0": keys.waiting_key(0),
        "partition: waiting behavior 258": keys.waiting_key(258),
        "user-1: head": keys.owner_prefix("user-1") + keys.HEAD,
        "partition: learned": keys.LEARNED_KEY,
        "partition: mixer of default": keys.mixer_key("default"),
        "user-1: feedback": keys.owner_prefix("user-1") + keys.FEEDBACK,
        "user-1: ring 2": keys.owner_prefix("user-1") + keys.RING + bytes([2]),
        "user-1: interest 3": keys.owner_prefix("user-1") + keys.INTEREST + bytes([3]),
        "user-1: seen chunk 2": keys.owner_prefix("user-1") + keys.SEEN + bytes([2]),
        "visitor-1: alias": keys.owner_prefix("visitor-1") + keys.ALIAS,
        "größe: head": keys.owner_prefix("größe") + keys.HEAD,
        "partition: sources": keys.SOURCES_KEY,
        "partition 3: mixer record of default": mixer_record_key("default", 3),
        "item-1: trend": trend.trend_key(item_print("item-1")),
        "item-1: factors": factors.factors_key(item_print("item-1")),
        "item-1: published factors": factors.factors_name(item_print("item-1")).encode(),
    }
    return {what: key.hex() for what, key in written.items()}


def written_ids() -> dict[str, str]:
    """Fingerprints of ids in hex."""
    return {name: f"{fingerprint(name):016x}" for name in ("", "user-1", "item-1", "größe", "x" * 256)}


def plain_headers(letter: dead_letters.DeadLetter) -> list[tuple[str, str | None]]:
    """A dead letter's headers as text."""
    headers = dead_letters.dead_letter_headers(letter)
    return [(name, value.decode() if isinstance(value, bytes) else value) for name, value in headers]


def _plain_json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


TABLES = (
    Example("row_keys.json", written_keys(), _plain_json, json.loads),
    Example("ids.json", written_ids(), _plain_json, json.loads),
    Example("behavior_types.json", behaviors.TYPE_CODES, _plain_json, json.loads),
    Example(
        "dead_letter_headers.json",
        plain_headers(DEAD_LETTER),
        _plain_json,
        lambda data: [tuple(header) for header in json.loads(data)],
    ),
)
