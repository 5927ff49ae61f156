"""What an encoder reads of an item."""

from models.encoder.texts import item_text
from schemas.items import Item


def test_title_text_categories_and_tags_are_one_line_each() -> None:
    item = Item(id="1", title="Lunch bag", text="For school.", categories=("Home", "Kitchen"), tags=("red", "dots"))
    assert item_text(item) == "Lunch bag\nFor school.\nHome > Kitchen\nred, dots"


def test_missing_and_blank_parts_leave_no_empty_lines() -> None:
    assert item_text(Item(id="1", title=" Lunch bag ", text="  \n", tags=("red",))) == "Lunch bag\nred"
    assert item_text(Item(id="1", title=" ", attributes={"color": "red"})) == ""
