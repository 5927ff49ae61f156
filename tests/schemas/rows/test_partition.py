"""Partition rows: equal positions are equal bytes."""

from hypothesis import given
from msgspec.structs import replace

from schemas.rows.partition import PositionsRow, encode_partition_row
from tests.schemas.strategies import positions_rows


@given(row=positions_rows)
def test_the_order_in_which_sources_were_met_does_not_show(row: PositionsRow):
    turned = replace(row, positions=dict(reversed(row.positions.items())))
    assert encode_partition_row(turned) == encode_partition_row(row)
