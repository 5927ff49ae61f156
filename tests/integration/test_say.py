"""Say, on a real broker: a wish in plain words is in the user's very next interest record."""

import re
import time

import pytest

from tests.chaos.deployment import environment_of
from tests.integration.shop import Shop, behavior, cosine
from tests.streams.command import penchant

pytestmark = pytest.mark.kafka


def test_a_wish_shows_as_it_was_understood_and_in_the_interests_after_it(running_shop: Shop) -> None:
    now = int(time.time() * 1000)
    running_shop.send(behavior("ann", "a1", "view", "lamp", occurred_at=now - 60_000))
    running_shop.record("ann", 1)
    done = penchant(
        "say",
        "ann",
        "more paper bird, no red tin lamp",
        "--wait",
        "60",
        environment=environment_of(running_shop.deployment.settings),
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:3] == ["Understood", "  more    paper bird", "  less    red tin lamp"]
    assert lines[4].split() == ["Interests", "of", "ann", "before", "after"]
    told = {line.split()[-1]: line for line in lines[5:]}
    assert "paper bird" in told["new"]
    (lamp,) = [line for line in lines[5:] if re.search(r"red tin.* 100% ", line)]
    assert int(re.findall(r"(\d+)%", lamp)[-1]) < 10
    after = running_shop.record("ann", 2)
    shares = sorted(int(re.findall(r"(\d+)%", line)[-1]) for line in lines[5:])
    assert shares == sorted(int(f"{100 * interest.attention:.0f}") for interest in after.interests)
    assert cosine(after.vector, "paper bird") > 0.7
