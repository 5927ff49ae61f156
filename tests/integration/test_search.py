"""Search, on a real broker: a text finds what the user's published interests make of it."""

import re

import pytest

from schemas.items import Item, encode_item
from tests.chaos.deployment import environment_of
from tests.integration.shop import Shop, behavior
from tests.kafka.topics import produce
from tests.streams.command import penchant

pytestmark = pytest.mark.kafka

SOLD = {
    "apple": "apple laptop",
    "pie": "apple pie with cinnamon",
    "mouse": "laptop mouse",
    "bread": "cinnamon bread and pie",
}


def test_a_search_finds_first_what_the_user_is_interested_in(running_shop: Shop) -> None:
    running_shop.stock(SOLD)
    text = "Bake it for forty minutes."
    vector = running_shop.encoder.encode([SOLD["pie"]])[0].tolist()
    pie = encode_item(Item(id="pie", title=SOLD["pie"], text=text, vector=tuple(vector)))
    settings = running_shop.deployment.settings
    produce(settings.kafka.bootstrap, settings.topics.items, [(b"pie", pie)])
    running_shop.send(behavior("cook", "c1", "purchase", "bread"), behavior("cook", "c2", "purchase", "bread"))
    running_shop.record("cook", 2)
    environment = environment_of(settings)

    lists = penchant("search", "cook", "apple", "--top", "2", "--weight", "0.4", environment=environment, timeout=120)
    assert (lists.returncode, lists.stderr) == (0, "")
    head, attention, _, _, *found = lists.stdout.splitlines()
    assert head == "“apple” for cook (as of 2023-11-14 22:13, weight 0.4)"
    assert attention.startswith("Attention of this text: 100% ")
    assert [re.findall(r"apple \w+", line) for line in found] == [
        ["apple laptop", "apple pie"],
        ["apple pie", "apple laptop"],
    ]
    assert "↑1" in found[0]

    passage = penchant("search", "cook", "apple", "--passage", environment=environment, timeout=120)
    assert (passage.returncode, passage.stderr) == (0, "")
    assert text in passage.stdout

    stranger = penchant("search", "stranger", "apple", environment=environment, timeout=120)
    assert stranger.returncode == 2
    assert "nothing is published for `stranger`" in stranger.stderr
