"""Telling: what lock-step and free-running found, as lines or JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from models.evaluation.metrics import Quality
from streams.apps.evaluate_kafka.alike import ROUNDING, Comparison, Example, Listed
from streams.apps.evaluate_kafka.free_running import LISTED, PACED, PARTITIONS, WORKERS, Difference, FreeRunning, Way
from streams.apps.evaluate_kafka.lock_step import LockStep
from streams.apps.evaluate_kafka.sending import FEW, MANY
from streams.apps.evaluate_tables import aligned

HEADER = ("", "NDCG@10", "±", "HR@10", "MRR@10", "costs", "±", "informed", "costs them", "±", "behaviors/s")
SHOWN_OF_EXAMPLES = 10


def as_lines(about: str, in_step: LockStep, free: FreeRunning) -> str:
    """Both as text, with what was compared with what."""
    lines = [about, "", *_in_step(in_step), "", *_free(free)]
    return "\n".join(lines) + "\n"


def as_json(about: str, in_step: LockStep, free: FreeRunning) -> str:
    """Both as JSON."""
    told: dict[str, Any] = {
        "about": about,
        "lock_step": {
            "behaviors": in_step.behaviors,
            "published": in_step.published.counts(),
            "foretold": in_step.foretold.counts(),
            "unlike": in_step.unlike,
        },
        "free_running": {
            "behaviors": free.behaviors,
            "targets": free.targets,
            "at_once": _figures(free.at_once),
            "by_itself": _figures(free.by_itself),
            **{way.name.replace(" ", "_"): _way(way) for way in free.ways},
        },
    }
    return msgspec.json.format(msgspec.json.encode(told)).decode() + "\n"


def _in_step(found: LockStep) -> Iterator[str]:
    yield f"lock-step: {found.behaviors:,} behaviors one by one through a Kafka in memory, 1 partition, 1 worker, each"
    yield "sent when the list after the one before is published, and its trends are in the worker's catalog"
    yield "lists of ten published after each, against those of the same steps in one process:"
    yield f"  {_told(found.published)}; {found.unlike:,} for another moment"
    yield "lists of ten of that process right before each, against those of the evaluation (its compiled course):"
    yield f"  {_told(found.foretold)}"
    yield f"ties: only items of equal scores changed places; rounding: of scores within {ROUNDING:g}"
    for example in (*found.published.examples, *found.foretold.examples):
        yield from _example(example)


def _told(found: Comparison) -> str:
    return ", ".join(f"{count:,} {fate}" for fate, count in found.counts().items())


def _example(example: Example) -> Iterator[str]:
    yield f"  behavior {example.place} of {example.owner}:"
    yield f"    in process  {_items(example.one)}"
    yield f"    other       {_items(example.other)}"


def _items(listed: Listed) -> str:
    return " ".join(f"{item}:{score:.4f}" for item, score in listed[:SHOWN_OF_EXAMPLES])


def _free(found: FreeRunning) -> Iterator[str]:
    yield f"free-running: {found.behaviors:,} behaviors, {PARTITIONS} partitions, {WORKERS} workers"
    yield f"{found.targets:,} targets of dev and test together"
    yield from aligned(HEADER, _rows(found))
    yield "targets are judged by the last list of their user that does not know them, of whose"
    yield f"{LISTED} items those that the protocol lets compete count, up to ten"
    yield f"paced: {FEW} behaviors at a time, never two moments of one user, flushes of {PACED.flush_interval:g} s;"
    yield f"full speed: {MANY:,} at a time, flushes as set; each part is sent when the lists of the part before are"
    yield "there, while trends take their time; at full speed a whole visit goes out before a list of it can come,"
    yield "faster than anybody acts: so much an old list costs at the worst"
    yield "costs: less than published in one process, each behavior by itself; informed: share of targets whose list"
    yield "knew all that their user had done, and what it costs for those alone"
    for way in found.ways:
        yield f"{way.name}: {way.lists:,} lists, {way.unknown:,} lost or doubled"


def _rows(found: FreeRunning) -> Sequence[Sequence[str]]:
    return [
        ("in one process, made at the target's moment", *_cells(found.at_once), *[""] * 6),
        ("in one process, published before it", *_cells(found.by_itself), *[""] * 6),
        *(_row(way, found) for way in found.ways),
    ]


def _row(way: Way, found: FreeRunning) -> Sequence[str]:
    rate = f"{found.behaviors / max(way.seconds, 1e-9):,.0f}"
    informed = f"{way.informed / max(found.targets, 1):.1%}"
    return (
        f"through Kafka, {way.name}",
        *_cells(way.quality),
        *_both(way.cost),
        informed,
        *_both(way.informed_cost),
        rate,
    )


def _cells(quality: Quality) -> tuple[str, ...]:
    return tuple(f"{number:.4f}" for number in (quality.ndcg, quality.ndcg_error, quality.hr, quality.mrr))


def _both(difference: Difference) -> tuple[str, str]:
    return f"{difference.ndcg:+.4f}", f"{difference.error:.4f}"


def _way(way: Way) -> dict[str, Any]:
    return {
        **_figures(way.quality),
        "cost": way.cost.ndcg,
        "cost_se": way.cost.error,
        "informed": way.informed,
        "informed_cost": way.informed_cost.ndcg,
        "informed_cost_se": way.informed_cost.error,
        "lists": way.lists,
        "unknown": way.unknown,
        "seconds": round(way.seconds, 3),
    }


def _figures(quality: Quality) -> dict[str, float]:
    return {"ndcg10": quality.ndcg, "ndcg10_se": quality.ndcg_error, "hr10": quality.hr, "mrr10": quality.mrr}
