"""Retail: a shipped sample of real purchases in an online shop (UCI Online Retail, CC BY 4.0; see ATTRIBUTION.md)."""

from collections.abc import Iterator
from pathlib import Path

from models.samples.recording import read_behaviors, read_items
from schemas.behaviors import Behavior
from schemas.items import Item

EVENTS = Path(__file__).with_name("online_retail_events.csv.gz")
ITEMS = Path(__file__).with_name("online_retail_items.jsonl.gz")
CREDIT = "UCI Online Retail by Daqing Chen, CC BY 4.0"


def retail_behaviors() -> Iterator[Behavior]:
    """About 20,000 purchases of some 340 customers, each with their whole history, in event-time order."""
    return iter(read_behaviors(EVENTS))


def retail_items() -> Iterator[Item]:
    """All 3,659 items of the shop; the title is the product's description."""
    return read_items(ITEMS)
