"""The live view: what it says of a given moment, in a small terminal and in a large one."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from streams.apps.demo.state import Customer, DemoState, InterestShown, Numbers, Pick, Stage
from streams.apps.demo.view import view

SIZES = [(80, 24), (120, 40), (60, 12), (200, 60)]
STAGES = (
    Stage("broker", "in memory at 127.0.0.1:1234", 0.1, True),
    Stage("model", "is loaded", 4.25, True),
    Stage("items", "512 of 3,659 encoded, 130/s, now Desk lamp", 9.0),
    Stage("replay"),
)
NUMBERS = Numbers(
    done=12_400,
    total=20_000,
    rate=2_630.4,
    lag=212,
    p50=0.1423,
    p99=0.42,
    records=1_111,
    lists=1_114,
    trials=799,
    hits=(0.0514, 0.0221, 0.0027),
    at="2011-09-02",
)


def customer(name: str, purchases: int) -> Customer:
    return Customer(
        name,
        purchases,
        latest=tuple(f"{name} bought {n}" for n in range(10)),
        interests=(InterestShown("Lamps", 0.6), InterestShown("Tea cups", 0.3), InterestShown("Cards", 0.0)),
        picks=tuple(Pick(f"{name} pick {n}", "like Lamps" if n else "popular") for n in range(10)),
    )


CUSTOMERS = (customer("ann", 128), customer("bob", 1_024), customer("cid", 3))
STARTING = DemoState("20,000 real purchases", 41.3, STAGES, 0.14)
REPLAYING = replace(STARTING, seconds=99.9, share=0.62, numbers=NUMBERS, customers=CUSTOMERS)


def shown(state: DemoState, width: int, height: int) -> list[str]:
    console = Console(file=StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    with console.capture() as capture:
        console.print(view(state, width, height))
    return capture.get().rstrip("\n").split("\n")


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("state", [STARTING, REPLAYING, replace(REPLAYING, customers=())])
def test_a_frame_fits_the_terminal(state: DemoState, width: int, height: int) -> None:
    lines = shown(state, width, height)
    assert len(lines) <= height
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("width", [80, 120])
def test_stages_are_told_with_how_they_go_and_what_they_took(width: int) -> None:
    lines = shown(STARTING, width, 24)
    assert lines[0].startswith("Penchant  20,000 real purchases")
    assert lines[0].endswith(" 0:41")
    told = [line.split() for line in lines if line[:1] in "✓▸·" and line.strip()]
    assert [words[:2] for words in told] == [["✓", "broker"], ["✓", "model"], ["▸", "items"], ["·", "replay"]]
    assert told[1][-2:] == ["4.2", "s"]
    assert "512 of 3,659 encoded, 130/s, now Desk lamp" in "\n".join(lines)
    assert lines[-1].endswith(" 14%")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_the_replay_is_told_in_the_right_numbers(width: int, height: int) -> None:
    words = " ".join(" ".join(shown(REPLAYING, width, height)).split())
    for fact in (
        "1:39 ✓ broker",
        "62% 12,400 of 20,000 2011-09-02",
        "behaviors/s 2,630 lag 212 latency p50 142 ms p99 420 ms lists 1,114",
        "hit rate@10 5.1% most popular 2.2% chance 0.3% of lists 799",
    ):
        assert fact in words


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_three_customers_are_told_by_purchases_interests_and_picks(width: int, height: int) -> None:
    lines = shown(REPLAYING, width, height)
    for one in CUSTOMERS:
        (place,) = [
            n for n, line in enumerate(lines) if line.startswith(f"── {one.name}  {one.purchases:,} purchases ─")
        ]
        rows = lines[place + 1 : place + 6]
        assert [" ".join(row.split()[:3]) for row in rows] == [f"{one.name} bought {n}" for n in range(5)]
        assert [f"{one.name} pick {n}" in row for n, row in enumerate(rows)] == [True] * 5
        assert rows[0].rstrip().endswith("popular")
        assert rows[4].rstrip().endswith("like Lamps")
        assert [words in row for words, row in zip(("Lamps", "Tea cups", "Cards"), rows, strict=False)] == [True] * 3
        bars = [row.count("█") for row in rows[:3]]
        assert bars == [max(4, width // 20), max(4, width // 20) // 2, 0]


def test_before_the_first_list_the_view_says_so() -> None:
    waiting = replace(REPLAYING, numbers=replace(NUMBERS, p50=None, p99=None), customers=())
    text = "\n".join(shown(waiting, 80, 24))
    assert "The first list is on its way" in text
    assert "latency p50 –   p99 –" in text
