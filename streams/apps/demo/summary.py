"""Demo summary: what a run of the demo showed, in numbers and by the example of one customer."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.behaviors import Behavior
from streams.apps.demo.options import Sample
from streams.apps.demo.view import milliseconds
from streams.apps.demo.watch import Watch
from streams.apps.display import main_reason, moment, names_of, title_of

EXAMPLE_PURCHASES = 5
TALKATIVE = 10
WIDTH = 80
TITLE_WIDTH = 35
WHAT_WIDTH = 21
NUMBER_WIDTH = 9
MIB = 1 << 20


@dataclass(frozen=True)
class DemoResult:
    """What was sent, what came of it, and the seconds of the items, of the replay and of the whole.

    lead: how many behaviors were sent ahead of their interest records at most. memory: the peak of each process, in
    bytes, by name; those that the system does not tell are left out.
    """

    sample: Sample
    watch: Watch
    lead: int
    encode_seconds: float
    replay_seconds: float
    seconds: float
    memory: Mapping[str, int]


def summary(result: DemoResult) -> list[str]:
    """The summary as lines."""
    rows = [*_counts(result), *_speed(result), *_hit_rates(result), *_memory(result)]
    return [f"Done in {result.seconds:.0f} s.", "", *rows, "", *_explained(result), "", *example(result)]


def _counts(result: DemoResult) -> list[str]:
    watch = result.watch
    kept = "each counted once" if watch.counted_once else "SOME CUSTOMERS' COUNTS ARE WRONG"
    rows = [
        _row("behaviors in", f"{len(result.sample.behaviors):,}", f"of {result.sample.customers:,} customers; {kept}"),
        _row(
            "vectors",
            f"{watch.vectors:,}",
            f"one per item; {result.encode_seconds:.1f} s with the model's loading",
        ),
        _row("interest records out", f"{watch.records_out:,}", "one for each customer and flush"),
        _row("lists out", f"{watch.lists_out:,}", "one with each record"),
    ]
    if watch.refusals:
        reason, times = Counter(watch.refusals).most_common(1)[0]
        rows.append(_row("dead letters", f"{len(watch.refusals):,}", f"{times:,} because: {reason}"))
    return rows


def _speed(result: DemoResult) -> list[str]:
    latencies = result.watch.latencies
    speed = len(result.sample.behaviors) / max(result.replay_seconds, 1e-3)
    return [
        _row("throughput", f"{speed:,.0f}/s", f"{result.replay_seconds:.1f} s, {result.lead} under way at most"),
        _row("latency p50", milliseconds(latencies.quantile(0.5)), "from produced to readable in a list"),
        _row("latency p99", milliseconds(latencies.quantile(0.99)), f"of {len(latencies):,} behaviors"),
    ]


def _hit_rates(result: DemoResult) -> list[str]:
    hits = result.watch.hits
    if not hits.trials:
        return []
    lists, popular, chance = hits.rates()
    return [
        _row("hit rate@10", f"{lists:.1%}", f"{hits.lists:,} of {hits.trials:,} lists held the next purchase"),
        _row("  most popular", f"{popular:.1%}", f"{hits.popular:,} of the popular lists of the same moments"),
        _row("  chance", f"{chance:.1%}", "of lists drawn by lot would"),
    ]


def _memory(result: DemoResult) -> list[str]:
    peaks = [f"{name} {peak // MIB:,}" for name, peak in result.memory.items()]
    return [_row("peak memory, MiB", "", ", ".join(peaks))] if peaks else []


def _explained(result: DemoResult) -> list[str]:
    """How latency and hit rate are counted."""
    hits = result.watch.hits
    told = [
        "Latency: from handing a behavior to the producer until a reader of committed records had the list that covers"
        f" it, with up to {result.lead} behaviors queueing; without the first behavior, which waited for the worker."
    ]
    if hits.trials:
        purchases = len(result.sample.behaviors) - result.sample.customers
        told.append(
            "Hit rate: a list after a customer's n purchases is held against purchase n + 1, which it cannot know,"
            f" though it may be on its way; the replay is so quick that only"
            f" {hits.trials:,} of {purchases:,} purchases have a list of that very moment, and"
            f" {hits.returns:,} of these open a later visit (a flush holds most of a basket). The popular list: the ten"
            " items sold most until then, without those the customer had. Drawn: any ten that the customer had not."
        )
    return [line for text in told for line in textwrap.wrap(text, WIDTH)]


def example(result: DemoResult) -> list[str]:
    """One customer's last purchases, and the list that came of them with its reasons."""
    watch, behaviors = result.watch, result.sample.behaviors
    user = example_user(behaviors)
    if user not in watch.lists or user not in watch.records:
        return []
    bought = [behavior for behavior in behaviors if behavior.owner == user][-EXAMPLE_PURCHASES:]
    purchases = [
        f"  {moment(b.at)}  {title_of(watch.items.get(b.item_id or ''), b.item_id or '')}" for b in reversed(bought)
    ]
    names = names_of(watch.records[user])
    places = [
        f"  {place:>3}  {title_of(watch.items.get(entry.item_id), entry.item_id):<{TITLE_WIDTH}}"
        f"  {main_reason(entry.reasons, names)}"
        for place, entry in enumerate(watch.lists[user].items, 1)
    ]
    return [
        f"For example {user}, who bought last",
        *purchases,
        "",
        "is recommended, with the interest behind it",
        *places,
    ]


def example_user(behaviors: Sequence[Behavior]) -> str:
    """The customer whose behavior is the latest, of those with a history worth telling; else the busiest."""
    counts = Counter(behavior.owner for behavior in behaviors)
    for behavior in reversed(behaviors):
        if counts[behavior.owner] >= TALKATIVE:
            return behavior.owner
    return counts.most_common(1)[0][0]


def _row(what: str, number: str, note: str) -> str:
    return f"  {what:<{WHAT_WIDTH}}{number:>{NUMBER_WIDTH}}  {note}".rstrip()
