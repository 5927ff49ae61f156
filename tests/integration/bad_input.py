"""Bad input, row by row of schemas/BAD_INPUT.md: what comes, and what is to become of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from streams.kafka.partitioners import partition_of
from tests.chaos.deployment import PARTITIONS
from tests.integration.shop import (
    NOON,
    homes,
    users_living,
)

MEGABYTE = 1_000_000
HOUR = 3_600_000
LARGEST = 19_900_000
NATIVES = users_living([f"good-{n}" for n in range(200)], "crc32", 200)
GOOD = list({partition_of("crc32", user.encode(), PARTITIONS): user for user in NATIVES}.values())
STRANGERS = [user for user in (f"stranger-{n}" for n in range(100)) if len(homes(user)) < PARTITIONS][:2]
MIXED = next(iter(users_living([f"mixed-{n}" for n in range(100)], "murmur2", 1)))


@dataclass(frozen=True)
class Row:
    """What comes, and what is to become of it.

    topic: the setting that names it. user: of the behavior, or the item's id. key: None for none; the user's, else.
    reason and detail: of the dead letter; without a reason it counts `counts` times.
    """

    name: str
    value: bytes | None
    reason: str = ""
    detail: str = ""
    topic: str = "clickstream"
    user: str = ""
    keyed: bool = True
    key: bytes = b""
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int = -1
    counts: int = 1
    times: int = 1

    @property
    def sent_key(self) -> bytes | None:
        """The key as it is sent."""
        return (self.key or self.user.encode()) if self.keyed else None


def click(name: str, reason: str = "", detail: str = "", *, without: Sequence[str] = (), **more: Any) -> Row:
    """A view of the lamp by a user of this name, with other fields, or without some."""
    outside = {f: more.pop(f) for f in tuple(more) if f in Row.__dataclass_fields__ and f != "value"}
    user = outside.get("user", name)
    fields = {"event_id": f"{name}-1", "type": "view", "user_id": user, "item_id": "lamp", "occurred_at": NOON} | more
    value = json.dumps({field: value for field, value in fields.items() if field not in without}).encode()
    return Row(name, value, reason, detail, **({"user": user} | outside))


def item(item_id: str, reason: str = "", detail: str = "", **more: Any) -> Row:
    """An item of this id, with other fields."""
    outside = {f: more.pop(f) for f in tuple(more) if f in Row.__dataclass_fields__ and f != "value"}
    value = json.dumps({"id": item_id, "title": "glass heart"} | more).encode()
    return Row(item_id, value, reason, detail, **({"topic": "items", "user": item_id} | outside))


def raw(name: str, value: bytes | None, reason: str, detail: str, **more: Any) -> Row:
    """A message of just this value, keyed by its name."""
    return Row(name, value, reason, detail, **({"user": name} | more))


AVRO = (("content-type", b"application/avro"),)
UTF8 = (("trace", b"\xff"), ("content-type", b"application/json; charset=utf-8"))
SCHEMA = "SchemaError"
STRAY = {"partition": next(p for p in range(PARTITIONS) if p not in homes(STRANGERS[0]))}
UNKEYED = {"partition": next(p for p in range(PARTITIONS) if p not in homes(STRANGERS[1])), "keyed": False}
CLICKS = (
    raw("broken-json", b'{"event_id": "e', SCHEMA, "truncated"),
    raw("empty-value", b"", SCHEMA, "truncated"),
    raw("no-utf8", b'{"event_id": "\xff\xfe"}', SCHEMA, "UTF-8"),
    raw("a-list", b"[1, 2]", SCHEMA, "Expected `object`"),
    raw("null-value", None, SCHEMA, "the message has no value"),
    click("wrong-type", SCHEMA, "`$.item_id`", item_id=7),
    click("no-event-id", SCHEMA, "`event_id`", without=["event_id"]),
    click("empty-id", SCHEMA, "`$.event_id`", event_id=""),
    click("too-long-id", SCHEMA, "`$.item_id`", item_id="x" * 257),
    click("no-user", SCHEMA, "neither user_id nor anonymous_id", without=["user_id"]),
    click("no-type", SCHEMA, "`type`", without=["type"]),
    click("no-time", SCHEMA, "`occurred_at`", without=["occurred_at"]),
    click("about-nothing", SCHEMA, "an item_id or a text", without=["item_id"]),
    click("identify-without-visitor", SCHEMA, "it has no anonymous_id", type="identify"),
    click("identify-without-user", SCHEMA, "it has no user_id", type="identify", anonymous_id="v", without=["user_id"]),
    click("unknown-type", SCHEMA, "'stare' - at `$.type`", type="stare"),
    click("future", "FutureError", "mend the sender's clock", occurred_at=4_000_000_000_000),
    click("microseconds", SCHEMA, "`$.occurred_at`", occurred_at=NOON * 1000),
    click("negative-time", SCHEMA, "`$.occurred_at`", occurred_at=-1),
    click("no-offset", SCHEMA, "`$.occurred_at`", occurred_at="2023-11-14T22:13:20"),
    click("seconds", "PastError", "milliseconds, not seconds", occurred_at=NOON // 1000),
    click("before-the-web", "PastError", "1985-04-01", occurred_at="1985-04-01T12:00:00Z"),
    click("long-ago", occurred_at="1997-09-20T12:00:00Z"),
    click("empty-text", SCHEMA, "a search has a text", type="search", text="", without=["item_id"]),
    click("blank-text", type="search", text=" \n ", without=["item_id"]),
    click("wishes-nothing", type="request", text="less, please", without=["item_id"]),
    click("mutes-nothing", type="mute", text="hide all of that", without=["item_id"]),
    click("wishes-too-much", type="request", text=", ".join(f"no thing{n}" for n in range(300)), without=["item_id"]),
    click("shows-a-lot", type="impression", item_ids=["lamp", "bird"] * 500, without=["item_id"]),
    click("shows-too-much", SCHEMA, "`$.item_ids`", type="impression", item_ids=["lamp"] * 1_001, without=["item_id"]),
    click("no-such-zone", context={"time_zone": "Mars/Olympus Mons"}),
    click("odd-device", context={"device": "fridge"}),
    click("long-text", type="search", text="glass heart " * 83_333, without=["item_id"]),
    click("too-long-text", SCHEMA, "`$.text`", type="search", text="x" * (MEGABYTE + 1), without=["item_id"]),
    raw("10-mb-of-nothing", b"\x01" * (10 * MEGABYTE), SCHEMA, "malformed"),
    click("10-mb-of-unknown-fields", unknown="x" * (10 * MEGABYTE)),
    click("too-large-to-pass-on", "TooLargeError", "at most 16,777,216", item_id="never-made", unknown="x" * LARGEST),
    click("nul-and-newline", user="nul\0and\nnewline"),
    click("longest-ids", user="☕" * 256, event_id="é" * 256),
    click("sent-three-times", times=3),
    click("no-such-item", "ItemNeverCame", "item never-made did not come", item_id="never-made"),
    click("item-without-text", item_id="textless"),
    click("on-a-deleted-item", item_id="deleted"),
    click("no-key-but-at-home", keyed=False, partition=partition_of("crc32", b"no-key-but-at-home", PARTITIONS)),
    click("no-key", "PartitionerError", "it has no key", user=STRANGERS[1], **UNKEYED),
    click("stray", "PartitionerError", "let all producers use the same partitioner", user=STRANGERS[0], **STRAY),
    click(
        "other-partitioner",
        "PartitionerError",
        "by crc32",
        user=MIXED,
        partition=partition_of("murmur2", MIXED.encode(), PARTITIONS),
    ),
    click("avro-header", "ContentTypeError", "`application/avro`", headers=AVRO),
    click("json-header", headers=UTF8),
    raw("registry", b"\0\0\0\0\x07" + b"{}", "ContentTypeError", "schema registry"),
    click("newer-schema", "UnknownVersionError", "run the newer program", schema_version=2, type=["view"]),
)
ITEMS = (
    raw("item-broken-json", b"{", SCHEMA, "not an item", topic="items"),
    item("item-wrong-type", SCHEMA, "`$.title`", title=7),
    item("item-of-other-key", SCHEMA, "its key is not its id", key=b"other"),
    item("item-avro", "ContentTypeError", "`application/avro`", headers=AVRO),
    item("item-of-newer-schema", "UnknownVersionError", "run the newer program", schema_version=2),
    item("item-of-too-long-text", SCHEMA, "`$.text`", text="x" * (MEGABYTE + 1)),
    raw("item-null-no-utf8", None, SCHEMA, "its key is not UTF-8", topic="items", key=b"\xff"),
    raw("item-10-mb", b"\x01" * (10 * MEGABYTE), SCHEMA, "not an item", topic="items"),
    item("item-too-large-to-pass-on", "AnswerTooLarge", "a message at most 20000000", title="x" * 19_998_000),
    item("textless", title=""),
    item("item-of-long-text", text="x" * MEGABYTE),
    item("item-of-odd-attributes", attributes={"brand": 7, "price": "cheap"}),
    item("changed", title="red tin lamp"),
    item("changed"),
    item("deleted"),
    replace(item("deleted"), value=None),
)
INTERNAL = tuple(
    raw(f"{topic}-broken", b"\xc1", SCHEMA, "not a", topic=topic)
    for topic in ("encode_requests", "behaviors_encoded", "handoffs", "item_signals")
)
ROWS = CLICKS + ITEMS + INTERNAL
REFUSED = [row for row in ROWS if row.reason]
COUNTED = [row for row in CLICKS if not row.reason]
