"""Tables: the byte layouts as the modules' texts state them."""

import re

import numpy as np

TABLE_ROW = re.compile(r"^\| (\d+) \| (?:(\d+) )?(u1|u2|u4|u8|f4|f8|bytes) \| (\S+) \|", re.MULTILINE)

Row = tuple[int, int, str, str]


def documented(text: str | None) -> list[Row]:
    """Rows of the tables in a text as (offset, count, type, field)."""
    return [(int(offset), int(count or 1), kind, name) for offset, count, kind, name in TABLE_ROW.findall(text or "")]


def laid_out(layout: np.dtype) -> list[Row]:
    """The same of a layout; padding is what the table calls (zero)."""
    rows = []
    for name in layout.names:
        dtype, offset = layout.fields[name][:2]
        shown = "(zero)" if name.startswith("pad") else name
        rows.append((offset, int(np.prod(dtype.shape)), dtype.base.str[1:], shown))
    return rows
