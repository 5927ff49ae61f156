"""Tables: the byte layouts as the modules' texts state them."""

import re

TABLE_ROW = re.compile(r"^\| (\d+) \| (?:(\d+) )?(u1|u2|u4|u8|f8|bytes) \| (\S+) \|", re.MULTILINE)


def documented(text: str | None) -> list[tuple[int, int, str, str]]:
    """Rows of the tables in a text as (offset, count, type, field)."""
    return [(int(offset), int(count or 1), kind, name) for offset, count, kind, name in TABLE_ROW.findall(text or "")]
