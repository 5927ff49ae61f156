"""Accepting: a batch is what its records are one by one, whatever is wrong with some of them."""

from types import SimpleNamespace
from typing import Any

from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from schemas.behaviors import Behavior, encode_behavior
from schemas.dead_letters import EXCEPTION, OFFSET
from streams.agents.accepting import decoded
from streams.agents.dead_letters import DeadLetters
from streams.kafka.transport import Batch
from streams.metrics import WorkerMetrics

NOW = 1_700_000_000_000
LIMIT = 60.0
JSON, XML = (("content-type", b"application/json"),), (("Content-Type", b"text/xml"),)


def value(occurred_at: Any, **more: Any) -> bytes:
    return encode_behavior(
        Behavior(event_id="e", type="view", occurred_at=occurred_at, **({"user_id": "ann", "item_id": "mug"} | more))
    )


FINE = [(value(NOW), ()), (value(NOW + 30_000), JSON)]
WRITTEN_OUT = (
    b'{"event_id":"e","type":"like","occurred_at":"2023-11-14T22:13:20Z","user_id":"bo","item_id":"mug"}',
    JSON,
)
WRONG = {
    "SchemaError": [(None, ()), (b"", ()), (b"{", ()), (value(NOW, user_id=None), ())],
    "ContentTypeError": [(value(NOW), XML)],
    "FutureError": [(value(NOW + 61_000), ())],
    "PastError": [(value(NOW // 1_000), ())],
}
REASONS = {part: reason for reason, parts in WRONG.items() for part in parts}


def accepted(parts: list[tuple[bytes | None, Any]], offset: int = 0) -> tuple[list[Any], list[tuple[int, str]]]:
    """What is accepted of one batch, and offsets and reasons of what is not."""
    records = [
        SimpleNamespace(offset=offset + place, timestamp=NOW, key=b"ann", value=data, headers=headers)
        for place, (data, headers) in enumerate(parts)
    ]
    letters = DeadLetters(0, WorkerMetrics())
    found = decoded(Batch(TP("clickstream", 0), records, offset, offset + len(records), 0), LIMIT, letters)
    told = [dict(output.headers) for output in letters.take()]
    refused = [(int(headers[OFFSET]), headers[EXCEPTION].decode()) for headers in told]
    offsets = [record.offset for record in found.records]
    return list(zip(found.behaviors, found.at, offsets, strict=True)), refused


@given(st.lists(st.sampled_from([*FINE, WRITTEN_OUT, *REASONS]), min_size=1, max_size=8))
def test_a_batch_is_what_its_records_are_one_by_one(parts: list[tuple[bytes | None, Any]]) -> None:
    together = accepted(parts)
    alone = [accepted([part], offset) for offset, part in enumerate(parts)]
    assert together == ([one for fine, _ in alone for one in fine], [one for _, bad in alone for one in bad])
    assert together[1] == [(place, REASONS[part]) for place, part in enumerate(parts) if part in REASONS]
