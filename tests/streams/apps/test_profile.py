"""Profile: a user in plain words for a language model's prompt, the same words for the same record."""

from schemas.interests import CategoryShare, Dimension, InterestRecord, Link, Reason, TurnedAway
from schemas.items import ItemVector
from streams.apps.profile import profile
from tests.interests import DAY, interest_of, record_of

NOW = 1_718_000_000.0
ITEMS = {
    "i1": ItemVector(item_id="i1", encoder="e", title="Blue mug"),
    "i2": ItemVector(item_id="i2", encoder="e", title="Toy\n  drum " + "x" * 100),
}
RECORD = record_of(
    "ann",
    interest_of(
        3,
        label="mugs",
        keywords=("blue", "tea"),
        intensity=0.82,
        attention=0.7,
        mass=6.0,
        short=3.0,
        at=NOW - 120,
        behaviors=17,
        reasons=(Reason("i1", "purchase", NOW - 120, 0.5),),
        older=0.5,
    ),
    interest_of(
        4,
        label="lamps",
        intensity=0.3,
        attention=0.3,
        mass=2.0,
        short=1.0,
        at=NOW - 3 * DAY,
        behaviors=1,
        state="probation",
        turned=2.0,
        asked_at=NOW - 5 * 3600,
    ),
    interest_of(5, label="cards", attention=0.0, mass=1.0, short=0.0, state="muted"),
    interest_of(6, label="toys", attention=0.0, mass=0.0, short=0.0, turned=3.0, state="turned_away"),
    at=NOW,
    behaviors=41,
    categories=(CategoryShare(("Home", "Kitchen", "Mugs"), 0.75), CategoryShare(("Home", "Lamps"), 0.25)),
    dimensions=(Dimension("topic", 0.4), Dimension("brand", 0.6), Dimension("price", 0.0)),
    links=(Link(3, 4, 0.2, 0.5, 2.0),),
    turned_away=(TurnedAway("item", "i2", 3.0), TurnedAway("category", "Home > Toys", 1.5)),
    anomaly=0.75,
    drift=0.5,
)
TEXT = """\
User ann, as of 2024-06-10 06:13 UTC, the time of the latest of 41 behaviors.
Interests, strongest first, with the chance of a return within 7 days and with the share of all interest, now and\
 long-term:
1. mugs (blue, tea): almost certain (82%); 96% now, 76% long-term; active just now; 17 behaviors, mostly buying Blue\
 mug.
2. lamps: possible (30%); 4% now, 24% long-term; active 3 days earlier; 1 behavior; asked for in words 5 hours earlier;\
 in part turned away; not confirmed yet.
Never show, the user has muted: cards.
Turned away lately: toys; item Toy drum xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…; category Home > Toys.
Categories: Home > Kitchen > Mugs 75%; Home > Lamps 25%.
Choices depend on: brand 60%, topic 40%.
Often in one session: mugs with lamps.
Interests are shifting: 50% of them now differ from the long-term ones.
Caution: 75% of the recent behavior looks automated or repeated."""


def test_a_profile_says_what_the_record_says() -> None:
    assert profile(RECORD, ITEMS) == TEXT


def test_a_user_of_whom_nothing_is_known_has_a_profile_too() -> None:
    assert profile(record_of("bob", at=NOW, behaviors=1), {}).splitlines() == [
        "User bob, as of 2024-06-10 06:13 UTC, the time of the latest of 1 behavior.",
        "No interest is known.",
    ]


def test_what_is_calm_is_not_mentioned() -> None:
    calm = record_of("ann", interest_of(1, label="mugs"), at=1000.0)
    assert len(profile(calm, {}).splitlines()) == 3


def test_a_behavior_without_an_item_is_no_example() -> None:
    reasons = (Reason(None, "search", NOW, 0.6), Reason("i1", "click", NOW, 0.4))
    searched = record_of("ann", interest_of(1, label="mugs", behaviors=2, reasons=reasons))
    assert "2 behaviors, such as clicking Blue mug." in profile(searched, ITEMS)
    assert "such as" not in profile(record_of("ann", interest_of(1, reasons=reasons[:1])), ITEMS)


def test_the_fullest_profile_fits_a_prompt() -> None:
    words = profile(fullest(), {}).split()
    assert len(words) <= 300


def fullest() -> InterestRecord:
    """Eight interests with five keywords each, and all else that a record can hold."""
    many = [
        interest_of(
            number,
            label=f"some label {number}",
            keywords=tuple(f"key{number}-{k}" for k in range(5)),
            attention=0.125,
            at=NOW,
            asked_at=NOW,
            reasons=(Reason(f"item-{number}", "purchase", NOW, 0.5),),
        )
        for number in range(8)
    ]
    return record_of(
        "ann",
        *many,
        at=NOW,
        categories=tuple(CategoryShare(("Home", "Kitchen", f"Kind {k}"), 0.1) for k in range(10)),
        dimensions=tuple(Dimension(name, 0.25) for name in ("topic", "category", "brand", "price")),
        links=tuple(Link(0, k, 0.5, 0.5, 2.0) for k in range(1, 8)),
        turned_away=tuple(TurnedAway("category", f"Toys > Kind {k}", 1.0) for k in range(8)),
        anomaly=1.0,
        drift=1.0,
    )
