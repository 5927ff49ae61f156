"""Row keys: one prefix per owner, no prefix inside another, the partition's own rows first."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.rows.keys import HEAD, POSITIONS_KEY, WAITING_PREFIX, mixer_key, owner_of, owner_prefix, waiting_key
from tests.schemas.strategies import ids


@given(owner=ids, rest=st.binary(max_size=10))
def test_the_owner_is_read_from_the_key(owner: str, rest: bytes):
    assert owner_of(owner_prefix(owner) + rest) == owner


@given(one=ids, other=ids, rest=st.binary(max_size=10))
def test_rows_of_one_owner_are_never_found_under_another(one: str, other: str, rest: bytes):
    assert (owner_prefix(one) + rest).startswith(owner_prefix(other)) == (one == other)


@given(owner=ids)
def test_rows_of_the_partition_sort_before_those_of_any_owner(owner: str):
    assert POSITIONS_KEY < waiting_key(0) < waiting_key(2**64 - 1) < owner_prefix(owner) + HEAD


def test_rows_of_the_partition_have_no_owner():
    assert owner_of(POSITIONS_KEY) is None
    assert owner_of(waiting_key(7)) is None
    assert owner_of(mixer_key("default")) is None


@given(numbers=st.lists(st.integers(0, 2**64 - 1), max_size=10))
def test_waiting_keys_sort_in_order_of_arrival(numbers: list[int]):
    assert sorted(map(waiting_key, numbers)) == list(map(waiting_key, sorted(numbers)))
    assert all(waiting_key(number).startswith(WAITING_PREFIX) for number in numbers)
