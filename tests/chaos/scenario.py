"""Scenario: a deployment under a feed, faults in between, and the verdict at the end."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from tests.chaos.deployment import Deployment
from tests.chaos.evidence import Evidence, gather
from tests.chaos.feed import ITEMS, Feed
from tests.chaos.oracle import Truth, truth_of
from tests.chaos.verdict import Verdict, judge

# Seconds within which the group's lag must be 0 after the last fault, whatever it was.
RECOVERY_LIMIT = 40.0
START_LIMIT = 120.0
TAKEOVER_LIMIT = 40.0
RATE = 1_000.0


class Scenario:
    """Everything runs in one thread: whoever waits here also feeds, and restarts whoever died."""

    def __init__(self, deployment: Deployment, seed: int, rate: float = RATE, visitors: bool = False) -> None:
        self.deployment = deployment
        self.feed = Feed(deployment.settings, seed, rate, visitors)
        self.began = time.monotonic()
        self.actions: list[str] = []
        self.evidence: Evidence | None = None

    def __enter__(self) -> "Scenario":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(f"what was done: {', '.join(self.actions)}")

    # -- time

    def wait(self, condition: Callable[[], Any], deadline: float, what: str) -> Any:
        """The first true value of the condition, feeding meanwhile."""

        def fed() -> Any:
            self.feed.attend()
            return condition()

        return self.deployment.wait(fed, deadline, what, pause=0.01)

    def note(self, action: str) -> None:
        """Notes an action with its time, for the report."""
        self.actions.append(f"{time.monotonic() - self.began:.1f} s {action}")

    # -- steps

    def open_shop(self) -> None:
        """Publishes the first items, waits for their vectors, and begins to feed."""
        self.feed.publish_items(ITEMS)
        topics = self.deployment.settings.topics
        self.deployment.wait(
            lambda: len(self.deployment.glimpse(topics.items_encoded)) >= ITEMS,
            START_LIMIT,
            "the encoder has all items",
            0.3,
        )
        self.feed.begin()
        self.note("fed")

    def wait_until_all_flow(self, what: str, deadline: float = TAKEOVER_LIMIT) -> None:
        """Waits until somebody commits on every partition of the clickstream, from now on."""
        clickstream = [self.deployment.settings.topics.clickstream]
        before = self.deployment.group_positions(clickstream)
        looked = time.monotonic()

        def moved() -> bool:
            nonlocal looked
            if time.monotonic() - looked < 0.3:
                return False
            looked = time.monotonic()
            now = self.deployment.group_positions(clickstream)
            return all(now[place] > before[place] for place in before)

        self.wait(moved, deadline, what)
        self.note(what)

    def wait_until_started(self, name: str) -> None:
        """Waits until a worker has joined the group; being sticky, the assignor may give a third one nothing."""
        worker = self.deployment.members[name]
        self.wait(lambda: worker.running.events("started"), START_LIMIT, f"{name} has joined")
        self.note(f"{name} joined")

    def reach_stage(self, name: str, deadline: float = START_LIMIT) -> None:
        """Waits until the member lingers at its stage."""
        reached = self.deployment.reached_of(name)
        self.wait(reached.exists, deadline, f"{name} reaches its stage")

    def freeze_until_others_took_over(self, name: str, stage: str) -> None:
        """Freezes the member where it lingers, until others serve all partitions, and lets it go on."""
        member = self.deployment.members[name]
        self.reach_stage(name)
        member.freeze()
        self.note(f"froze {name} {stage}")
        self.pause(1.0)
        self.wait_until_all_flow(f"others took over from {name}")
        member.thaw()
        self.note(f"thawed {name}")

    def pause(self, seconds: float) -> None:
        """Lets time pass, feeding meanwhile."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end, seconds + 30, "time passes")

    # -- the end

    def finish(self, limit: float = RECOVERY_LIMIT) -> Verdict:
        """Ends the feed, waits until everything is applied, and judges.

        That this takes longer than `limit` seconds is a difference too. Call it right after the last fault.
        """
        last_fault = time.monotonic()
        self.feed.finish()
        evidence, truth, settled = self._settle(last_fault + limit)
        took = time.monotonic() - last_fault
        self.evidence = evidence
        verdict = judge(evidence, truth)
        if not settled:
            verdict.differences["time"] = [f"not settled {limit:g} s after the last fault, lag {self.deployment.lag()}"]
        self.note(f"{'settled' if settled else 'gave up'} {took:.1f} s after the last fault")
        print(
            f"{verdict}\n    aborted {self.feed.aborted}, deaths {self.deployment.deaths()}; {', '.join(self.actions)}"
        )
        return verdict

    def _settle(self, end: float) -> tuple[Evidence, Truth, bool]:
        while True:
            self.deployment.attend()
            late = time.monotonic() > end
            if late or self.deployment.lag() == 0:
                evidence = gather(self.deployment)
                truth = self.truth(evidence)
                settled = self._is_settled(evidence, truth)
                if settled or late:
                    return evidence, truth, settled
            time.sleep(0.3)

    def truth(self, evidence: Evidence) -> Truth:
        """What the oracle says."""
        published = {f"item-{number}" for number in range(self.feed.items_published)}
        return truth_of(evidence.clickstream, published, self.deployment.settings.interests)

    def _is_settled(self, evidence: Evidence, truth: Truth) -> bool:
        """Whether nothing is under way: sources read to their ends, texts answered, items come."""
        read = all(evidence.positions.get(place) == end for place, end in evidence.ends.items())
        answered = len(evidence.requests) == len(evidence.answers)
        return read and answered and len(evidence.waiting) <= len(truth.waiting) and self.deployment.lag() == 0
