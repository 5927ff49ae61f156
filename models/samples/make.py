"""Makes the shipped sample from a folder with the whole prepared data set: `python -m models.samples.make FOLDER`.

FOLDER holds events.csv.gz (user,item,ts,value: ts in epoch seconds, item the number of a line of items.jsonl) and
items.jsonl (item, id, text). The sample keeps all items, and of the events those of randomly drawn customers, whole:
what a customer bought before is what a recommendation is made of, so a stretch of time, which would cut most histories
short, serves less well. The same folder gives the same bytes on every run.
"""

import csv
import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from models.samples.retail import EVENTS, ITEMS
from schemas.items import Item, encode_item
from schemas.times import rfc3339

LIMIT = 20_000
SEED = 1
HEADER = ("user_id", "item_id", "occurred_at", "value")


@dataclass(frozen=True)
class Purchase:
    """One line of the whole data set: the customer's and the item's number, epoch seconds, how many pieces."""

    user: int
    item: int
    at: float
    pieces: float


def make(source: Path, target: Path) -> None:
    """Writes the sample's two files into the folder `target`."""
    items = read_catalog(source / "items.jsonl")
    with gzip.open(source / "events.csv.gz", "rt", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        purchases = [Purchase(int(r["user"]), int(r["item"]), float(r["ts"]), float(r["value"])) for r in rows]
    kept = draw_users(purchases)
    sample = sorted((p for p in purchases if p.user in kept), key=lambda p: p.at)
    lines = (f"customer-{p.user},{items[p.item].id},{_time(p.at)},{p.pieces:g}" for p in sample)
    write_lines(target / EVENTS.name, (",".join(HEADER), *lines))
    write_lines(target / ITEMS.name, (encode_item(item).decode() for item in items))


def draw_users(purchases: list[Purchase], limit: int = LIMIT) -> set[int]:
    """Customers in random order until the next one would bring the sample over `limit` purchases."""
    counts = Counter(purchase.user for purchase in purchases)
    order = sorted(counts)
    random.Random(SEED).shuffle(order)
    kept: set[int] = set()
    total = 0
    for user in order:
        total += counts[user]
        if total > limit:
            break
        kept.add(user)
    return kept


def read_catalog(path: Path) -> list[Item]:
    """The items in the order of their numbers, the description as the title."""
    lines = sorted((json.loads(line) for line in path.read_text("utf-8").splitlines()), key=lambda line: line["item"])
    return [Item(id=line["id"], title=line["text"]) for line in lines]


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """The lines gzipped; neither name nor time of writing get into the file."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write("".join(f"{line}\n" for line in lines).encode())


def _time(seconds: float) -> str:
    return rfc3339(seconds).replace(".000Z", "Z")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m models.samples.make FOLDER")
    make(Path(sys.argv[1]), Path(__file__).parent)
