"""Demo summary: what a run of the demo showed, in numbers and by the example of one customer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.behaviors import Behavior
from streams.apps.display import catalog_of, lines_of_list, moment, title_of, words_of
from streams.apps.watch import Watch

EXAMPLE_PURCHASES = 5
TALKATIVE = 10
TELLING = 100


@dataclass(frozen=True)
class DemoResult:
    """What was sent, what came of it, and the seconds of the replay and of the whole.

    lead: how many behaviors were sent ahead of their interest records at most.
    """

    behaviors: Sequence[Behavior]
    watch: Watch
    lead: int
    replay_seconds: float
    seconds: float


def summary(result: DemoResult) -> list[str]:
    """The summary as lines."""
    watch, count = result.watch, len(result.behaviors)
    speed = count / max(result.replay_seconds, 1e-3)
    kept = "each customer's count is right" if watch.counted_once else "SOME CUSTOMERS' COUNTS ARE WRONG"
    lines = [
        f"Done in {result.seconds:.0f} s; all processes are stopped.",
        "",
        _row("behaviors in", f"{count:,}", f"of {len(watch.records):,} customers; {kept}"),
        _row("vectors", f"{watch.vectors:,}", "one for each item"),
        _row("interest records out", f"{watch.records_out:,}", "one for each customer and flush"),
        _row("lists out", f"{watch.lists_out:,}", ""),
        _row("replay", f"{result.replay_seconds:.1f} s", f"{speed:,.0f} behaviors/s, {result.lead} under way at most"),
    ]
    if watch.lists_tried >= TELLING:
        found = f"of {watch.lists_tried:,} lists held the customer's very next purchase"
        by_chance = f"{_list_length(watch) / max(1, watch.vectors):.1%} would by chance"
        lines.append(_row("hit rate", f"{watch.lists_hit / watch.lists_tried:.1%}", f"{found}; {by_chance}"))
    if watch.refusals:
        reason, times = Counter(watch.refusals).most_common(1)[0]
        lines.append(_row("dead letters", f"{len(watch.refusals):,}", f"{times:,} because: {reason}"))
    return [*lines, "", *example(result)]


def example(result: DemoResult) -> list[str]:
    """One customer's last purchases, and the list that came of them with its reasons."""
    watch = result.watch
    user = example_user(result.behaviors)
    if user not in watch.lists or user not in watch.records:
        return []
    bought = [behavior for behavior in result.behaviors if behavior.owner == user][-EXAMPLE_PURCHASES:]
    purchases = [
        f"  {moment(b.at)}  {title_of(watch.items.get(b.item_id or ''), b.item_id or '')}" for b in reversed(bought)
    ]
    catalog = catalog_of(watch.items)
    names = {i.id: f"like {words[0]}" for i in watch.records[user].interests if (words := words_of(i, catalog))}
    listed = lines_of_list(watch.lists[user], watch.items, names)
    return [f"For example {user}, who bought last", *purchases, "", "is recommended", *listed[1:]]


def example_user(behaviors: Sequence[Behavior]) -> str:
    """The customer whose behavior is the latest, of those with a history worth telling; else the busiest."""
    counts = Counter(behavior.owner for behavior in behaviors)
    for behavior in reversed(behaviors):
        if counts[behavior.owner] >= TALKATIVE:
            return behavior.owner
    return counts.most_common(1)[0][0]


def _list_length(watch: Watch) -> int:
    return max((len(listed.items) for listed in watch.lists.values()), default=0)


def _row(what: str, number: str, note: str) -> str:
    return f"  {what:<21}{number:>9}  {note}".rstrip()
