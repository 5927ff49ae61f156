"""Rules files: what a shop may write, and what it is told when it does not fit."""

from datetime import UTC, datetime

import pytest

from schemas.errors import SchemaError
from schemas.rules import Boost, Cap, Exclude, Pin, Rule, Window, decode_rules

WHOLE = """
rules:
  - name: the week's offer
    pin: {item: sku-1, place: 1}
    when:
      from: 2026-11-23T00:00:00+01:00
      until: 2026-11-30T00:00:00Z
      days: [mon, fri]
      hours: 22:00-02:00
      zone: Europe/Berlin
  - exclude: {category: Tobacco}
  - exclude: {category: [Food, Alcohol]}
  - cap: {per: category, level: 1, most: 4}
  - cap: {tag: sale, most: 3}
  - boost: {brand: Acme, by: -1}
"""
OK = "exclude: {tag: a}"
# What rule 2, called Sale, says; and what the complaint names.
WRONG = [
    ("pin: {item: a}", ["`pin`", "`place`", "whole number"]),
    ("pin: {item: 12, place: 1}", ["`pin.item`", "quotes"]),
    ("pin: {item: a, place: 0}", ["`pin.place`", "1 for the first"]),
    ("pin: {item: a, spot: 1}", ["`pin`", "`spot`", "known are item, place"]),
    ("exclude: {}", ["`exclude`", "exactly one of item, category, brand, tag"]),
    ("exclude: {tag: a, item: b}", ["`exclude`", "item and tag"]),
    ("exclude: {brand: no}", ["`exclude.brand`", "quotes"]),
    ("exclude: {category: [1]}", ["`exclude.category`", "[Food, Alcohol]"]),
    ("exclude: {category: []}", ["`exclude.category`", "[Food, Alcohol]"]),
    ("exclude:", ["exactly one of pin, exclude, cap, boost"]),
    ("hide: {tag: a}", ["`hide`", "known are name, pin, exclude, cap, boost, when"]),
    (f"{OK}\n    boost: {{tag: a, by: 1}}", ["exactly one of pin, exclude, cap, boost", "exclude and boost"]),
    ("cap: {per: tag, most: 1}", ["`cap.per`", "brand or category"]),
    ("cap: {per: brand, most: 0}", ["`cap.most`", "use exclude"]),
    ("cap: {per: brand, level: 1, most: 1}", ["`cap`", "`level`", "leave it out"]),
    ("cap: {tag: a, per: brand, most: 1}", ["`cap`", "exactly one of"]),
    ("boost: {tag: a}", ["`boost`", "`by`", "added to the score"]),
    ("boost: {tag: a, by: much}", ["`boost.by`", "added to the score"]),
    ("boost: {tag: a, by: .nan}", ["`boost`", "`by` is nan"]),
    (f"{OK}\n    when: {{from: 2026-11-23}}", ["`when.from`", "RFC 3339"]),
    (f"{OK}\n    when: {{until: 2026-11-23T00:00:00}}", ["`when.until`", "offset"]),
    (f"{OK}\n    when: {{from: 2026-02-01T00:00:00Z, until: 2026-01-01T00:00:00Z}}", ["`when`", "never hold"]),
    (f"{OK}\n    when: {{days: [monday]}}", ["`when.days`", "mon, tue"]),
    (f"{OK}\n    when: {{days: []}}", ["`when.days`", "mon, tue"]),
    (f"{OK}\n    when: {{hours: 8-9}}", ["`when.hours`", "HH:MM-HH:MM"]),
    (f"{OK}\n    when: {{hours: 08:00-25:00}}", ["`when`", "25:00", "HH:MM-HH:MM"]),
    (f"{OK}\n    when: {{hours: 08:00-08:00}}", ["`when`", "HH:MM-HH:MM"]),
    (f"{OK}\n    when: {{zone: Berlin}}", ["`when`", "'Berlin'", "Europe/Berlin"]),
]


def test_a_whole_file_is_read() -> None:
    window = Window(
        begin=datetime(2026, 11, 22, 23, tzinfo=UTC),
        until=datetime(2026, 11, 30, tzinfo=UTC),
        days=("mon", "fri"),
        hours="22:00-02:00",
        zone="Europe/Berlin",
    )
    assert decode_rules(WHOLE.encode(), "rules.yaml") == (
        Rule(name="the week's offer", pin=Pin(item="sku-1", place=1), when=window),
        Rule(exclude=Exclude(category="Tobacco")),
        Rule(exclude=Exclude(category=("Food", "Alcohol"))),
        Rule(cap=Cap(per="category", level=1, most=4)),
        Rule(cap=Cap(tag="sale", most=3)),
        Rule(boost=Boost(brand="Acme", by=-1.0)),
    )


def test_a_file_may_hold_no_rules() -> None:
    assert decode_rules(b"rules: []", "rules.yaml") == ()


@pytest.mark.parametrize(("written", "named"), WRONG, ids=[written for written, _ in WRONG])
def test_the_complaint_names_file_rule_field_and_mend(written: str, named: list[str]) -> None:
    data = f"rules:\n  - {OK}\n  - name: Sale\n    {written}\n".encode()
    with pytest.raises(SchemaError) as error:
        decode_rules(data, "shop/rules.yaml")
    message = str(error.value)
    assert message.startswith("shop/rules.yaml: rule 2 (Sale): ")
    assert all(part in message for part in named), message


@pytest.mark.parametrize(
    "data", [b"", b"rules:", b"rule: []", b"x", b"rules: {}", b"other: 1\nrules: []"], ids=lambda data: data.decode()
)
def test_a_file_without_a_list_of_rules_is_refused(data: bytes) -> None:
    """An empty one too: it may be half written, and would end every rule."""
    with pytest.raises(SchemaError, match=r"rules\.yaml: .*write `rules:`"):
        decode_rules(data, "rules.yaml")


@pytest.mark.parametrize(
    "data",
    [
        b"rules: [",
        b"\xff",
        b"rules: !!python/object:os.system x",
        b"? [a]\n: b",
        b"rules: [{when: {from: 2026-13-01}}]",
    ],
)
def test_what_is_no_yaml_is_refused(data: bytes) -> None:
    with pytest.raises(SchemaError, match=r"rules\.yaml cannot be read as YAML"):
        decode_rules(data, "rules.yaml")


def test_a_name_given_twice_is_refused_as_one_of_them_would_be_lost() -> None:
    with pytest.raises(SchemaError, match=r"`exclude` is given twice in line 2"):
        decode_rules(b"rules:\n  - exclude: {tag: a}\n    exclude: {tag: b}\n", "rules.yaml")
