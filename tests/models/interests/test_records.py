"""Interest records: what readers decode is what the state says."""

from math import fsum, log

import numpy as np
import pytest
from hypothesis import given, settings

from models.interests.names import JOINED
from models.interests.options import InterestOptions
from models.interests.records import LEAST_STRENGTH, RecordWriter, digest, rates_of
from schemas.behaviors import BEHAVIOR_TYPES
from schemas.interests import (
    CategoryShare,
    Dimension,
    Interest,
    InterestRecord,
    Link,
    TurnedAway,
    decode_interest_record,
    encode_interest_record,
)
from schemas.items import ItemVector
from schemas.rows.user import DIMENSION_NAMES, MUTED, PROVEN, SLOTS
from schemas.vectors import from_bytes
from tests.models.builders import DAY, NOON
from tests.models.interests.made import (
    PATHS,
    UNKNOWN,
    VECTORS,
    MadeInterest,
    MadeUser,
    Piece,
    arena_of,
    faded,
    made_catalog,
    made_users,
    slow_intensity,
    slow_shares,
)

OPTIONS = InterestOptions()
CATALOG = made_catalog()
WRITER = RecordWriter(CATALOG, OPTIONS)


def records_of(*users: MadeUser, writer: RecordWriter = WRITER) -> list[InterestRecord]:
    """The records of these users, written in one go."""
    return [decode_interest_record(data) for data in writer.write(arena_of(users), np.arange(len(users)))]


def record_of(user: MadeUser) -> InterestRecord:
    return records_of(user)[0]


def interest_of(made: MadeInterest) -> Interest:
    return record_of(MadeUser({2: made})).interests[0]


@settings(max_examples=50, deadline=None)
@given(made_users, made_users)
def test_a_record_says_what_the_state_means(first, second):
    arena = arena_of([first, second])
    rates = rates_of(arena, OPTIONS)
    theta = tuple(arena.learned["theta"][0])
    for number, (record, user) in enumerate(zip(records_of(first, second), (first, second), strict=True)):
        assert (record.user_id, record.at, record.behaviors) == (f"user-{number}", NOON, 41)
        assert (record.new_behaviors, record.encoder, record.rates) == (2, "e", rates)
        assert record.anomaly == user.anomaly
        attention = slow_shares(user, OPTIONS, theta)
        assert (record.vector is None) == (not any(attention))
        assert [interest.id for interest in record.interests] == [10 + slot for slot in sorted(user.interests)]
        for interest, slot in zip(record.interests, sorted(user.interests), strict=True):
            assert_says(interest, user.interests[slot])
            assert interest.attention == pytest.approx(attention[slot], rel=1e-4, abs=1e-7)
            assert interest.intensity == pytest.approx(slow_intensity(user.interests[slot], rates), rel=1e-5, abs=1e-9)
        assert record.categories == category_list(user)
        assert record.turned_away == turned_list(user)
        positive = [max(weight, 0.0) for weight in user.dimensions]
        shares = [
            Dimension(name, one / sum(positive))
            for name, one in zip(DIMENSION_NAMES, positive, strict=True)
            if sum(positive)
        ]
        assert record.dimensions == tuple(shares)


def assert_says(interest: Interest, made: MadeInterest) -> None:
    """The interest has the made one's numbers, state and reasons."""
    for name in ("mass", "short", "turned", "half_life", "behaviors"):
        assert getattr(interest, name) == getattr(made, name)
    assert interest.at == NOON - made.age
    assert interest.asked_at == (None if made.asked_age is None else NOON - made.asked_age)
    turned = faded(made.turned, made.age, OPTIONS.turned_half_life)
    wanted = "proven" if made.flags & PROVEN else "probation"
    if turned > faded(made.mass, made.age, made.half_life):
        wanted = "turned_away"
    assert interest.state == ("muted" if made.flags & MUTED else wanted)
    pieces = [piece for piece in made.pieces if made.mass]
    assert [reason.share for reason in interest.reasons] == pytest.approx(
        sorted((piece.share for piece in pieces), reverse=True), abs=1e-6
    )
    said = {(reason.item_id, reason.type, reason.at) for reason in interest.reasons}
    assert said == {
        (None if one.item == UNKNOWN else f"item-{one.item}", BEHAVIOR_TYPES[one.code], NOON - one.age)
        for one in pieces
    }


def category_list(user: MadeUser) -> tuple[CategoryShare, ...]:
    known = [(PATHS[path], mass) for path, mass in user.categories if path != UNKNOWN and mass]
    total = sum(mass for _, mass in known)
    ordered = sorted(known, key=lambda one: -one[1])
    return tuple(CategoryShare(path, pytest.approx(mass / total)) for path, mass in ordered)


def turned_list(user: MadeUser) -> tuple[TurnedAway, ...]:
    left = [
        (name, faded(mass, user.turned_age, OPTIONS.turned_half_life)) for name, mass in user.turned if name != "gone"
    ]
    said = [
        TurnedAway("category" if tuple(name.split(JOINED)) in PATHS else "item", name, pytest.approx(mass))
        for name, mass in sorted(left, key=lambda one: -one[1])
        if mass >= LEAST_STRENGTH
    ]
    return tuple(said)


@settings(max_examples=50, deadline=None)
@given(made_users)
def test_reasons_and_older_sum_to_one_exactly_whatever_the_order(user):
    for interest in record_of(user).interests:
        shares = [interest.older, *(reason.share for reason in interest.reasons)]
        assert sum(shares) == sum(reversed(shares)) == fsum(shares) == 1.0
        assert min(shares) >= 0.0


def test_a_record_reads_the_same_when_it_was_written_one_by_one():
    user = MadeUser({0: MadeInterest(pieces=(Piece(1, 0.5),)), 3: MadeInterest(asked_age=5.0)}, categories=((0, 1.0),))
    record = record_of(user)
    assert decode_interest_record(encode_interest_record(record)) == record


def test_the_fullest_users_are_written_whole():
    pieces = tuple(Piece(item, 0.25) for item in range(3))
    full = MadeUser(
        {slot: MadeInterest(pieces=pieces, asked_age=9.0, vector=slot) for slot in range(SLOTS)},
        categories=tuple((path, 1.0) for path in range(len(PATHS))),
        turned=tuple((f"item-{number}", 2.0) for number in range(8)),
        dimensions=(1.0, 2.0, 3.0, 4.0),
    )
    arena = arena_of([full] * 20)
    arena.head["sessions"], arena.meta["sessions"], arena.meta["together"] = 200, 9, 3
    for record in (decode_interest_record(data) for data in WRITER.write(arena, np.arange(20))):
        parts = (record.interests, record.links, record.categories, record.turned_away, record.dimensions)
        assert [len(part) for part in parts] == [8, 8, 4, 8, 4]
        assert all(len(interest.reasons) == 3 for interest in record.interests)


def test_an_item_that_has_left_or_not_come_is_no_name():
    interest = interest_of(MadeInterest(pieces=(Piece(UNKNOWN, 0.5), Piece(1, 0.25))))
    assert [reason.item_id for reason in interest.reasons] == [None, "item-1"]


def test_an_interest_of_three_known_behaviors_has_nothing_older():
    thirds = tuple(Piece(item, 1 / 3) for item in range(3))
    interest = interest_of(MadeInterest(mass=2.7, pieces=thirds))
    assert interest.older == 0.0
    assert [reason.share for reason in interest.reasons] == pytest.approx([1 / 3] * 3, abs=1e-6)


def test_an_interest_is_called_by_the_words_of_its_items_and_keeps_them_while_the_catalog_grows():
    catalog = made_catalog()
    writer = RecordWriter(catalog, OPTIONS)
    user = MadeUser({0: MadeInterest(pieces=(Piece(0, 0.5), Piece(4, 0.5)))}, categories=((1, 1.0),))
    before = records_of(user, writer=writer)[0]
    for number in range(3_000):
        catalog.put(another(number))
    after = records_of(user, writer=writer)[0]
    assert before.interests[0].label == after.interests[0].label == "mugs"
    assert [reason.item_id for reason in after.interests[0].reasons] == ["item-0", "item-4"]
    assert before.categories == after.categories == (CategoryShare(PATHS[1], 1.0),)


def another(number: int) -> ItemVector:
    return ItemVector(
        item_id=f"more-{number}", encoder="e", title=f"thing {number}", categories=("New", f"Kind {number}")
    )


@settings(max_examples=20, deadline=None)
@given(made_users, made_users)
def test_names_that_were_forgotten_are_written_again(first, second):
    forgetful = RecordWriter(CATALOG, OPTIONS, kept=0)
    for user in (first, second, first):
        assert records_of(user, writer=forgetful) == [record_of(user)]


def test_interests_of_the_same_sessions_are_linked_by_their_ids():
    arena = arena_of([MadeUser({0: MadeInterest(), 4: MadeInterest(vector=1)}), MadeUser({1: MadeInterest()})])
    arena.head["sessions"] = 20
    arena.meta["sessions"][0, [0, 4]] = 8, 10
    arena.meta["together"][0, 4, 0] = 6
    one, other = (decode_interest_record(data) for data in WRITER.write(arena, np.arange(2)))
    assert one.links == (Link(10, 14, pytest.approx(0.3), pytest.approx(0.75), pytest.approx(1.5)),)
    assert other.links == ()


def test_drift_is_the_share_of_attention_that_short_masses_have_moved():
    steady = {0: MadeInterest(mass=3.0, short=0.75), 1: MadeInterest(mass=1.0, short=0.25)}
    moved = {0: MadeInterest(mass=3.0, short=0.25), 1: MadeInterest(mass=1.0, short=0.75)}
    assert [record.drift for record in records_of(MadeUser(steady), MadeUser(moved))] == pytest.approx([0.0, 0.5])


def test_a_user_of_whom_nothing_is_known_has_no_vector():
    record = record_of(MadeUser())
    assert (record.vector, record.interests, record.categories, record.turned_away) == (None, (), (), ())
    assert (record.links, record.dimensions, record.drift) == ((), (), 0.0)


def test_readers_can_compute_the_intensity_of_a_later_moment():
    made = MadeInterest(mass=4.0, short=1.0, age=DAY)
    interest, rates = interest_of(made), record_of(MadeUser({0: made})).rates

    def ahead(mass: float, half_life: float) -> float:
        faster = half_life / 0.75
        return mass**0.75 * faster / log(2) * (1 - 2 ** (-rates.horizon / faster))

    def at(moment: float) -> float:
        age = moment - interest.at
        mass = interest.mass * 2 ** (-age / interest.half_life)
        short = interest.short * 2 ** (-age / rates.short_half_life)
        expected = rates.mu * ahead(mass, interest.half_life) + rates.alpha * ahead(short, rates.short_half_life)
        return 1 - float(np.exp(-expected))

    assert at(NOON) == pytest.approx(interest.intensity)
    later = MadeInterest(mass=4.0, short=1.0, age=8 * DAY)
    assert at(NOON + 7 * DAY) == pytest.approx(interest_of(later).intensity)


def test_vectors_are_of_unit_length():
    record = record_of(MadeUser({0: MadeInterest(vector=3)}))
    for vector in (record.vector, record.interests[0].vector):
        np.testing.assert_allclose(from_bytes(vector or b""), VECTORS[3], atol=1e-3)


def test_new_behaviors_are_counted_from_record_to_record():
    arena = arena_of([MadeUser()])
    counts = []
    for new in (2, 5):
        arena.new_behaviors[0] = new
        counts.append(decode_interest_record(WRITER.write(arena, np.array([0]))[0]).new_behaviors)
    assert counts == [2, 5]
    assert arena.new_behaviors[0] == 0


def test_the_digest_is_read_from_the_head():
    arena = arena_of([MadeUser()])
    arena.head["id_sum"], arena.head["id_xor"] = 2**64 - 2, 7
    arena.head["type_mass"][0, 3] = 1.5
    half_lives = np.full(len(BEHAVIOR_TYPES), 1.5 * NOON)
    found = digest(arena, 0, half_lives)
    assert (found.behaviors, found.id_sum, found.id_xor, found.at) == (41, 2**64 - 2, 7, NOON)
    assert (len(found.type_masses), found.type_masses[3]) == (len(BEHAVIOR_TYPES), pytest.approx(1.5 * 2 ** (-2 / 3)))
