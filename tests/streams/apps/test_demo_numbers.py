"""Demo on a real Kafka: what its summary says is what lies on the topics, and it leaves Kafka as it found it."""

import json
import re
import signal
import subprocess
import urllib.request
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from confluent_kafka.admin import AdminClient

from schemas.interests import decode_interest_record
from tests.kafka.topics import Record, read_all
from tests.kafka.waiting import wait_until
from tests.streams.apps.demo_twin import moment_of, next_purchase, popular_list
from tests.streams.apps.test_demo import LIMIT, assert_nothing_is_left, number
from tests.streams.command import running

pytestmark = pytest.mark.kafka

EVENTS = 1_500
INTERRUPTED = "Stopping …\nAll processes are stopped."
PREFIX = "penchant-demo-"
COMMAND = ("demo", "--fake-encoder", "--broker")


def topics_of_demos(kafka: str) -> set[str]:
    names = AdminClient({"bootstrap.servers": kafka, "log_level": 0}).list_topics(timeout=30).topics
    return {name for name in names if name.startswith(PREFIX)}


def delete(kafka: str, names: set[str]) -> None:
    admin = AdminClient({"bootstrap.servers": kafka, "log_level": 0})
    for future in admin.delete_topics(list(names)).values():
        future.result(30)


def said_until(demo: "subprocess.Popen[str]", words: str) -> str:
    """What the demo says up to the line that holds these words."""
    assert demo.stdout is not None
    lines = []
    for line in demo.stdout:
        lines.append(line)
        if words in line:
            return "".join(lines)
    raise AssertionError(f"the demo ended without saying {words!r}: {''.join(lines)}{demo.communicate()[1]}")


def exported(said: str) -> dict[str, str]:
    return dict(re.findall(r"^  export (\w+)='?([^'\n]+)'?$", said, re.MULTILINE))


def rows_of(records: list[Record]) -> list[dict]:
    return [json.loads(record.value or b"null") for record in records]


def sales_of(clickstream: list[Record]) -> list[tuple[str, str]]:
    """Customers and items in the order in which they were sent, which the sample's event ids tell."""
    sold = sorted(rows_of(clickstream), key=lambda row: int(row["event_id"].rpartition("-")[2]))
    return [(row["user_id"], row["item_id"]) for row in sold]


def hits_of(lists: list[Record], sales: list[tuple[str, str]]) -> tuple[int, int, int]:
    """Trials, and how many the lists and the popular lists hit."""
    trials = own = popular = 0
    for listed in rows_of(lists):
        user, purchases = listed["user_id"], listed["behaviors"]
        bought_next = next_purchase(sales, user, purchases)
        if bought_next is not None:
            then = sales[: moment_of(sales, user, purchases)]
            had = {item_id for buyer, item_id in then if buyer == user}
            trials += 1
            own += bought_next in [entry["item_id"] for entry in listed["items"][:10]]
            popular += bought_next in popular_list([item_id for _, item_id in then], had)
    return trials, own, popular


def waits_of(lists: list[Record], clickstream: list[Record]) -> list[int]:
    """Milliseconds from the broker's receipt of each behavior, but the first of all, to that of its list."""
    received = defaultdict(list)
    ordered = sorted(
        clickstream, key=lambda record: int(json.loads(record.value or b"")["event_id"].rpartition("-")[2])
    )
    for record in ordered:
        received[record.key].append(record.timestamp)
    answers = defaultdict(list)
    for record, row in zip(lists, rows_of(lists), strict=True):
        answers[record.key].append((row["behaviors"], record.timestamp))
    return [
        min(at for behaviors, at in answers[user] if behaviors >= count) - sent
        for user, times in received.items()
        for count, sent in enumerate(times, 1)
        if (user, count) != (ordered[0].key, 1)
    ]


def test_the_summary_says_what_lies_on_the_topics(kafka: str, tmp_path: Path) -> None:
    flags = (kafka, "--events", str(EVENTS), "--keep-running")
    with running(*COMMAND, *flags, environment={"TMPDIR": str(tmp_path)}) as demo:
        said = said_until(demo, "--delete --topic")
        names = exported(said)
        urls = re.findall(r"http://127\.0\.0\.1:\d+/metrics", said)
        assert len(urls) == 2
        for url in urls:
            assert b"penchant_" in urllib.request.urlopen(url, timeout=30).read()
        demo.send_signal(signal.SIGINT)
        _, errors = demo.communicate(timeout=60)
    assert (demo.returncode, errors.strip()) == (130, INTERRUPTED)
    assert_nothing_is_left(tmp_path)

    app = names["PENCHANT_APP"]
    assert app.startswith(PREFIX)
    assert f"'{app}[.].*'" in said
    left = {name for name in topics_of_demos(kafka) if name.startswith(f"{app}.")}
    assert {value for name, value in names.items() if name.startswith("PENCHANT_TOPICS")} <= left
    found = {
        name: read_all(kafka, names[f"PENCHANT_TOPICS__{name.upper()}"])
        for name in ("clickstream", "items_encoded", "interests", "recommendations")
    }
    delete(kafka, left)

    sales, lists = sales_of(found["clickstream"]), found["recommendations"]
    records = [decode_interest_record(record.value or b"") for record in found["interests"]]
    assert number(said, "behaviors in") == len(sales) == EVENTS
    assert f"of {len({user for user, _ in sales})} customers; each counted once" in said
    assert sum(record.new_behaviors for record in records) == EVENTS
    assert number(said, "vectors") == len({record.key for record in found["items_encoded"]})
    assert number(said, "interest records out") == len(records)
    assert number(said, "lists out") == len(lists)

    trials, own, popular = hits_of(lists, sales)
    assert trials > 0
    assert f"hit rate@10{own / trials:>19.1%}  {own} of {trials} lists held the next purchase" in said
    assert f"most popular{popular / trials:>16.1%}  {popular} of the popular lists of the same moments" in said

    waits = waits_of(lists, found["clickstream"])
    assert f"of {len(waits):,} behaviors\n" in said
    assert len(waits) == EVENTS - 1
    for share in (50, 99):  # what the demo measures begins before the broker's receipt and ends after it
        assert number(said, f"latency p{share}") >= np.percentile(waits, share, method="inverted_cdf") - 5


def test_ctrl_c_in_the_middle_leaves_no_topic_and_no_group(kafka: str, tmp_path: Path) -> None:
    with running(*COMMAND, kafka, environment={"TMPDIR": str(tmp_path)}) as demo:
        said = said_until(demo, "replay   as fast")
        (app,) = set(re.findall(rf"{PREFIX}[0-9a-f]+", said))
        assert any(name.startswith(app) for name in topics_of_demos(kafka))
        demo.send_signal(signal.SIGINT)
        _, errors = demo.communicate(timeout=LIMIT)
    assert (demo.returncode, errors.strip()) == (130, INTERRUPTED)
    assert_nothing_is_left(tmp_path)
    wait_until(lambda: not any(n.startswith(app) for n in topics_of_demos(kafka)), 30, "the demo's topics are gone")
    admin = AdminClient({"bootstrap.servers": kafka, "log_level": 0})
    assert not [group for group in admin.list_consumer_groups().result(30).valid if group.group_id.startswith(app)]
