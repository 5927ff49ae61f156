"""Verdict: where what came out differs from what the oracle says must come out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from models.interests.options import InterestOptions
from models.interests.records import type_masses
from schemas.behaviors import BEHAVIOR_TYPES
from schemas.ids import item_print
from schemas.interests import decode_interest_record
from schemas.recommendations import decode_recommendations
from schemas.rows.trend import POPULARITY_HALF_LIVES
from tests.chaos.evidence import Evidence
from tests.chaos.oracle import Truth, UserTruth, differing
from tests.kafka.topics import Record

MASS_TOLERANCE = 1e-5
POPULARITY_TOLERANCE = 1e-4
SHOWN = 5


@dataclass(frozen=True)
class Verdict:
    """differences: by the name of the check, every difference it found. facts: one line on what was compared."""

    differences: dict[str, list[str]]
    facts: str

    @property
    def good(self) -> bool:
        """Whether nothing differs."""
        return not any(self.differences.values())

    def __str__(self) -> str:
        lines = [f"{'GOOD' if self.good else 'BAD'}: {self.facts}"]
        for check, found in self.differences.items():
            if found:
                lines += [f"{check}: {len(found)} differences", *(f"    {line}" for line in found[:SHOWN])]
        return "\n".join(lines)


def judge(evidence: Evidence, truth: Truth) -> Verdict:
    """Makes every comparison."""
    checks = {
        "users": users(evidence, truth),
        "interest records": interest_records(evidence.interests, truth),
        "lists": lists(evidence.lists, truth),
        "item trends": item_trends(evidence, truth),
        "dead letters": exactly(evidence.dead, truth.dead, "dead letter"),
        "dead handoffs": (f"{letter.key!r} is a dead letter" for letter in evidence.handoff_letters),
        "waiting": exactly(evidence.waiting_events, truth.waiting, "waiting behavior"),
        "requests": answered(evidence),
        "positions": positions(evidence),
    }
    return Verdict({name: list(found) for name, found in checks.items()}, facts(evidence, truth))


def users(evidence: Evidence, truth: Truth) -> Iterator[str]:
    """The stored heads against the oracle's users: ids and counts exactly, masses nearly."""
    for name in sorted(evidence.heads.keys() | truth.users.keys()):
        wanted, head = truth.users.get(name), evidence.heads.get(name)
        if wanted is None:
            yield f"{name} is unknown to the oracle"
        elif head is None:
            yield f"{name} has no row"
        else:
            yield from head_of(name, head, wanted)


def head_of(name: str, head: object, wanted: UserTruth) -> Iterator[str]:
    """One user's head."""
    for field in ("behaviors", "id_sum", "id_xor"):
        found, right = int(head[field]), getattr(wanted, field)  # type: ignore[index]
        if found != right:
            yield f"{name}: {field} is {found}, must be {right}" + (
                f" ({found - right:+d})" if field == "behaviors" else ""
            )
    if float(head["at"]) != wanted.at:  # type: ignore[index]
        yield f"{name}: at is {float(head['at'])!r}, must be {wanted.at!r}"  # type: ignore[index]
    masses = type_masses(head, InterestOptions().half_lives())  # type: ignore[arg-type]
    for kind, mass in zip(BEHAVIOR_TYPES, masses.tolist(), strict=True):
        yield from differing(f"{name}: mass of {kind}", mass, wanted.masses.get(kind, 0.0), MASS_TOLERANCE)


def interest_records(records: Iterable[Record], truth: Truth) -> Iterator[str]:
    """Per user the totals rise, and what each record says is new adds up to them; only merged visitors go."""
    totals: dict[str, int] = {}
    for message in records:
        if message.value is None:
            visitor = (message.key or b"").decode()
            totals.pop(visitor, None)
            if visitor not in truth.users_of:
                yield f"{visitor} was withdrawn at {message.partition}/{message.offset}"
            continue
        record = decode_interest_record(message.value)
        before = totals.get(record.user_id, 0)
        if record.behaviors <= before or record.behaviors - record.new_behaviors != before:
            yield (
                f"{record.user_id} at {message.partition}/{message.offset}: {record.behaviors} behaviors, "
                f"{record.new_behaviors} of them new, after {before}"
            )
        totals[record.user_id] = record.behaviors
    yield from totals_of(totals, truth)


def lists(records: Iterable[Record], truth: Truth) -> Iterator[str]:
    """No list comes twice, and per user the totals rise."""
    totals: dict[str, int] = {}
    names: Counter[str] = Counter()
    for message in records:
        found = decode_recommendations(message.value or b"")
        names[found.recommendation_id] += 1
        if names[found.recommendation_id] == 2:
            yield f"{found.recommendation_id} of {found.user_id} comes twice"
        if found.behaviors <= totals.get(found.user_id, 0):
            yield f"{found.user_id}: {found.behaviors} behaviors after {totals[found.user_id]}"
        totals[found.user_id] = found.behaviors
    yield from totals_of({name: total for name, total in totals.items() if name not in truth.users_of}, truth)


def totals_of(totals: dict[str, int], truth: Truth) -> Iterator[str]:
    """The last totals of every user against the oracle's."""
    for name in sorted(totals.keys() | truth.users.keys()):
        found, wanted = totals.get(name, 0), truth.users[name].behaviors if name in truth.users else 0
        if found != wanted:
            yield f"{name} ends with {found} behaviors, must be {wanted}"


def item_trends(evidence: Evidence, truth: Truth) -> Iterator[str]:
    """The latest trend of every item against the oracle's.

    The order in which users' behaviors came together is not known, so popularity only has bounds: it is the number of
    behaviors, if all came at the end, or what is left of them after as many events as there were, if all came first.
    """
    wanted_of = {item_print(name): (name, wanted) for name, wanted in truth.items.items()}
    events = sum(wanted.behaviors for wanted in truth.items.values())
    for value in sorted(evidence.item_trends.keys() | wanted_of.keys()):
        head, (name, wanted) = evidence.item_trends.get(value), wanted_of.get(value, (f"print {value:08x}", None))
        if head is None or wanted is None:
            yield f"{name} is {head}, must be {wanted}"
            continue
        for field, right in (("behaviors", wanted.behaviors), ("at", wanted.at)):
            if head[field] != right:
                yield f"{name}: {field} is {head[field]}, must be {right}"
        if not 0 <= head["events"] < events:
            yield f"{name}: its latest behavior came after {head['events']} events, there were {events}"
        for popularity, half_life in zip(head["popularity"].tolist(), POPULARITY_HALF_LIVES, strict=True):
            least = max(wanted.behaviors * 2.0 ** (-events / half_life), 1.0) * (1.0 - POPULARITY_TOLERANCE)
            if not least <= popularity <= wanted.behaviors * (1.0 + POPULARITY_TOLERANCE):
                yield f"{name}: popularity is {popularity} of {wanted.behaviors}, must be at least {least}"


def exactly(found: Iterable[Any], wanted: set[Any], what: str) -> Iterator[str]:
    """Exactly these, each once."""
    times = Counter(found)
    for one in sorted(times.keys() | wanted):
        if times[one] != int(one in wanted):
            yield f"{what} {one} comes {times[one]} times, must come {int(one in wanted)} times"


def answered(evidence: Evidence) -> Iterator[str]:
    """Every request has exactly one answer, with the same key on the same partition, in the same order."""
    for partition in range(evidence.settings.topics.partitions):
        asked = [record.key for record in evidence.requests if record.partition == partition]
        answers = [record.key for record in evidence.answers if record.partition == partition]
        if asked != answers:
            yield f"partition {partition}: {len(asked)} requests, {len(answers)} answers"


def positions(evidence: Evidence) -> Iterator[str]:
    """The stored positions against the ends of every source."""
    for place, end in evidence.ends.items():
        if evidence.positions.get(place) != end:
            yield f"{place[0]}[{place[1]}] is read up to {evidence.positions.get(place)}, ends at {end}"


def facts(evidence: Evidence, truth: Truth) -> str:
    """What was compared, in numbers."""
    return (
        f"{truth.behaviors} behaviors of {len(truth.users)} users, {len(truth.users_of)} of them visitors once, "
        f"{truth.duplicates} duplicates, "
        f"{len(truth.dead)} dead letters, {len(truth.waiting)} waiting, {len(evidence.requests)} texts, "
        f"{len(evidence.interests)} records, {len(evidence.lists)} lists, {len(evidence.users_changelog)} rows"
    )
