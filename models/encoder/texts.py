"""Texts: what an encoder reads of an item and of a behavior."""

from schemas.items import Item

LONGEST_TEXT = (
    8192  # characters; far beyond the 256 tokens a model reads, so that a huge text costs no more than a long one
)


def item_text(item: Item) -> str:
    """An item's title, text, categories and tags, one part a line; empty when it has none of them.

    Categories are a path, written with " > "; tags are written with ", ". The most telling part comes first, since a
    model reads only the beginning of a long text.
    """
    parts = (item.title, item.text, " > ".join(item.categories), ", ".join(item.tags))
    return "\n".join(part for part in map(str.strip, parts) if part)
