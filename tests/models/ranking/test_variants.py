"""Variants: users are split by the shares, stay where they are when others come, and wrong ones are told."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.ranking.options import RankingOptions
from models.ranking.variants import Variant, VariantError, assigned, variants_of
from schemas.ids import fingerprint, fingerprints
from streams.kafka.partitioners import PARTITIONERS, partition_of

BASE = RankingOptions()
MANY = 20_000
USERS = fingerprints([f"user-{number}" for number in range(MANY)])
# Of so many drawings, that one share is off by more happens once in two billion times.
SIGMAS = 6.0

names = st.text("abcdefgh0123", min_size=1, max_size=6)
shares = st.lists(st.tuples(names, st.floats(0.0, 1.0)), max_size=6, unique_by=lambda one: one[0])


def split(*given: tuple[str, float]) -> list[str]:
    """The name of each user's variant."""
    variants = variants_of(BASE, [Variant(name, share, BASE) for name, share in given])
    return [variants[place].name for place in assigned(USERS, variants).tolist()]


def scaled(drawn: list[tuple[str, float]], whole: float) -> list[tuple[str, float]]:
    """The same, their shares being at most `whole` in sum."""
    total = max(1.0, sum(share for _, share in drawn))
    return [(name, share * whole / total) for name, share in drawn]


@settings(max_examples=40, deadline=None)
@given(drawn=shares, whole=st.floats(0.0, 1.0))
def test_each_variant_gets_its_share_of_users_and_the_base_the_rest(
    drawn: list[tuple[str, float]], whole: float
) -> None:
    given_shares = scaled(drawn, whole)
    found = split(*given_shares)
    wanted = dict(given_shares) | {"default": 1.0 - sum(share for _, share in given_shares)}
    for name, share in wanted.items():
        error = SIGMAS * np.sqrt(max(share * (1.0 - share), 0.0) / MANY) + 10 / MANY
        assert abs(found.count(name) / MANY - share) <= error


@settings(max_examples=40, deadline=None)
@given(drawn=shares, added=st.tuples(names, st.floats(0.0, 0.5)), whole=st.floats(0.0, 0.5))
def test_a_user_keeps_its_variant_when_another_takes_its_share_from_the_base(
    drawn: list[tuple[str, float]], added: tuple[str, float], whole: float
) -> None:
    assume(added[0] not in dict(drawn))
    before = scaled(drawn, whole)
    moved = {(a, b) for a, b in zip(split(*before), split(*before, added), strict=True) if a != b}
    assert moved <= {("default", added[0])}


def test_a_user_keeps_its_variant_when_the_share_of_the_last_one_grows() -> None:
    pairs = zip(split(("one", 0.2), ("two", 0.1)), split(("one", 0.2), ("two", 0.3)), strict=True)
    assert {(a, b) for a, b in pairs if a != b} == {("default", "two")}


def test_few_users_move_when_variants_change_places_or_an_earlier_one_goes() -> None:
    both = split(("one", 0.2), ("two", 0.1))
    for other, most in ((split(("two", 0.1), ("one", 0.2)), 3 * 0.2 * 0.1), (split(("two", 0.1)), 0.2 + 0.2 * 0.1)):
        assert sum(a != b for a, b in zip(both, other, strict=True)) / MANY < most + 0.01
    kept = [b for a, b in zip(both, split(("two", 0.1)), strict=True) if a == "two"]
    assert kept.count("two") / len(kept) > 0.75


def test_users_of_one_variant_are_not_those_of_another_name_with_the_same_share() -> None:
    both = [a != "default" and b != "default" for a, b in zip(split(("one", 0.5)), split(("two", 0.5)), strict=True)]
    assert 0.23 < sum(both) / MANY < 0.27


@pytest.mark.parametrize("partitioner", PARTITIONERS)
def test_the_users_of_one_partition_are_split_like_all(partitioner: str) -> None:
    owners = [f"user-{number}" for number in range(MANY)]
    here = np.array([partition_of(partitioner, owner.encode(), 8) == 3 for owner in owners])
    found = np.array(split(("one", 0.3)))[here]
    assert len(found) > 1_500 and abs((found == "one").mean() - 0.3) < SIGMAS * np.sqrt(0.21 / len(found))


def test_the_split_is_the_same_in_every_program() -> None:
    variants = variants_of(BASE, [Variant("bold", 0.5, BASE), Variant("shy", 0.25, BASE)])
    users = fingerprints([f"user-{number}" for number in range(12)])
    assert assigned(users, variants).tolist() == [slow(int(user)) for user in users]


def slow(user: int) -> int:
    """The slow twin: SplitMix64 of the user's and the variant's fingerprints, in Python's own numbers."""
    left, full = 1.0, 2**64
    for place, (name, share) in enumerate((("bold", 0.5), ("shy", 0.25)), 1):
        salt = fingerprint(f"variant of ranking\0{name}")
        z = (user + (salt + 1) * 0x9E3779B97F4A7C15) % full
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % full
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % full
        if (z ^ (z >> 31)) / full * left < share:
            return place
        left -= share
    return 0


def test_lists_of_a_variant_carry_its_name() -> None:
    base, bold = variants_of(RankingOptions(variant="plain"), [Variant("bold", 0.2, RankingOptions(exploration=0.1))])
    assert (base.name, base.options.variant, base.share) == ("plain", "plain", 0.8)
    assert (bold.name, bold.options.variant, bold.options.exploration) == ("bold", "bold", 0.1)


@pytest.mark.parametrize("name", ["", "a b", "a__b", "-a", "a.", "ü", 'a"b', "x" * 41])
def test_a_name_that_is_no_label_is_told(name: str) -> None:
    with pytest.raises(VariantError, match="cannot be the name of a variant"):
        Variant(name, 0.1, BASE)


@pytest.mark.parametrize(
    ("given_shares", "told"),
    [
        ([("one", 0.6), ("two", 0.5)], "1.1 in sum"),
        ([("one", 0.1), ("one", 0.1)], "two variants are called one"),
        ([("default", 0.1)], "two variants are called default"),
        ([(f"v{number}", 0.1) for number in range(8)], "at most 7"),
    ],
)
def test_variants_that_do_not_go_together_are_told(given_shares: list[tuple[str, float]], told: str) -> None:
    with pytest.raises(VariantError, match=told):
        split(*given_shares)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_is_none_is_told(share: float) -> None:
    with pytest.raises(VariantError, match="share of variant one"):
        Variant("one", share, BASE)


def test_what_users_have_had_is_one_for_all_variants() -> None:
    with pytest.raises(VariantError, match="variant one has a `had` of its own"):
        variants_of(BASE, [Variant("one", 0.1, RankingOptions(had=("view",)))])
