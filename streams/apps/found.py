"""Found: the results of a search without and with a user's interests, side by side and with the reasons."""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from models.search.attention import attend
from models.search.blend import Found, places, search, silenced
from models.search.interests import interests_of, turned_away_of
from models.search.options import SearchOptions
from schemas.interests import InterestRecord
from schemas.items import ItemVector
from streams.apps.display import Catalog, catalog_of, moment, names_of

TELLING_SHARE = 0.05
LEAST_WIDTH, MOST_WIDTH = 78, 140
PLACE, SCORES, MOVED, BECAUSE = 5, 14, 6, 20
LEAST_TITLE = 22
FEW = 5


@dataclass(frozen=True)
class Results:
    """What a text finds for a user.

    plain, personal: the best rows of the catalog by the text alone and by the interests too. places: those of
    personal's rows in the plain search, the best being 1. attention (s,): of the query over the record's interests.
    silent: plain's rows that the user has muted.
    """

    text: str
    weight: float
    record: InterestRecord
    catalog: Catalog
    plain: Found
    personal: Found
    places: NDArray[np.int64]
    attention: NDArray[np.float64]
    silent: NDArray[np.int64]

    def first_ids(self) -> set[str]:
        """The ids of the best item without and of the best with the interests."""
        return {self.catalog.ids[row] for found in (self.plain, self.personal) for row in found.rows[:1].tolist()}


def found_for(
    text: str,
    query: NDArray[np.float32],
    record: InterestRecord,
    items: Mapping[str, ItemVector],
    options: SearchOptions,
    top: int,
) -> Results:
    """Searches these items for the text, whose vector is `query` (128,), without and with the record's interests."""
    catalog = catalog_of(items)
    interests = interests_of(record, options.interests)
    categories = [items[name].categories for name in catalog.ids]
    turned_away = turned_away_of(record, catalog.ids, categories, options.interests)
    plain = search(query, catalog.vectors, count=top)
    personal = search(query, catalog.vectors, interests, options, top, turned_away)
    return Results(
        text,
        options.weight,
        record,
        catalog,
        plain,
        personal,
        places(query, catalog.vectors, personal.rows),
        attend(query, interests, options.temperature),
        plain.rows[silenced(catalog.vectors, interests, options)[plain.rows]],
    )


def lines_of_lists(found: Results, width: int) -> Iterator[Text]:
    """Both lists side by side, as wide as `width` allows: what each part of a score is, and what moved whom."""
    titles = found.catalog.titles
    longest = max((len(titles[row]) for row in {*found.plain.rows.tolist(), *found.personal.rows.tolist()}), default=0)
    room = (min(max(width, LEAST_WIDTH), MOST_WIDTH) - PLACE - SCORES - MOVED - BECAUSE - 6) // 2
    title = min(room, max(longest, LEAST_TITLE))
    yield from _head(found)
    heading = f"{'by the text alone':<{title}}  {'by the interests too':<{title}}"
    yield Text(f"{'':<{PLACE}}{heading}  {'text interests':>{SCORES}}  moved", "bold")
    names, places_kept = names_of(found.record), set(found.personal.rows.tolist())
    for place, row in enumerate(found.plain.rows.tolist()):
        line = Text(f"{place + 1:>{PLACE - 2}}  ")
        line.append(f"{_fitted(titles[row], title)}  ", "" if row in places_kept else "dim")
        if place < len(found.personal.rows):
            _append_personal(line, found, place, names, title)
        line.rstrip()
        line.truncate(max(width, LEAST_WIDTH), overflow="ellipsis")
        yield line
    if len(found.silent):
        yield Text()
        yield Text(f"Left out, as near to what is muted: {_named(found)}", "dim")


def lines_of_passages(found: Results, texts: Mapping[str, str], width: int) -> Iterator[Text]:
    """The best passage without and with the interests. Args: texts: by item id; the title stands for one without."""
    yield from _head(found)
    firsts = [one.rows[:1].tolist() for one in (found.plain, found.personal)]
    if firsts[0] == firsts[1]:
        yield from _passage("By the text alone, and by the interests too", found, firsts[0], texts, width)
        return
    yield from _passage("By the text alone", found, firsts[0], texts, width)
    yield Text()
    cause = _cause(found, 0, names_of(found.record)) if firsts[1] else ""
    heading = f"By the interests too (number {found.places[0]} before{f', {cause}' if cause else ''})"
    yield from _passage(heading if firsts[1] else "By the interests too", found, firsts[1], texts, width)


def _head(found: Results) -> Iterator[Text]:
    record, names = found.record, names_of(found.record)
    when = f"as of {moment(record.at)}, weight {found.weight:g}"
    yield Text(f"“{found.text}” for {record.user_id} ({when})", "bold")
    ordered = sorted(zip(found.attention.tolist(), record.interests, strict=True), key=lambda pair: -pair[0])
    told = [f"{share:.0%} {names[one.id]}" for share, one in ordered if share >= TELLING_SHARE]
    yield Text(f"Attention of this text: {', '.join(told)}" if told else "No interest that counts is known.")
    yield Text()


def _append_personal(line: Text, found: Results, place: int, names: Mapping[int, str], width: int) -> None:
    personal, row = found.personal, int(found.personal.rows[place])
    moved = int(found.places[place]) - place - 1
    style = "green" if moved > 0 else "red" if moved < 0 else ""
    line.append(f"{_fitted(found.catalog.titles[row], width)}  ", style)
    by_interests = round(personal.liked[place] - personal.disliked[place], 2) + 0.0
    line.append(f"{personal.text[place]:>4.2f}{by_interests:>+10.2f}  ", "dim")
    line.append(f"{'' if moved == 0 else f'↑{moved}' if moved > 0 else f'↓{-moved}':<{MOVED}}", style)
    if moved:
        line.append(_cause(found, place, names))


def _cause(found: Results, place: int, names: Mapping[int, str]) -> str:
    """What moved the item at this place of the personal list."""
    personal, interests = found.personal, found.record.interests
    if personal.disliked[place] > max(personal.liked[place], 0.0):
        by = int(personal.disliked_by[place])
        return "turned away" if by < 0 else f"turned away: {names[interests[by].id]}"
    by = int(personal.liked_by[place])
    return names[interests[by].id] if by >= 0 and found.places[place] > place + 1 else ""


def _named(found: Results) -> str:
    titles = [found.catalog.titles[row] for row in found.silent.tolist()]
    more = f" and {len(titles) - FEW} more" if len(titles) > FEW else ""
    return f"{', '.join(titles[:FEW])}{more}"


def _passage(heading: str, found: Results, rows: list[int], texts: Mapping[str, str], width: int) -> Iterator[Text]:
    yield Text(heading, "bold")
    if not rows:
        yield Text("  nothing that is not muted")
    for row in rows:
        title, text = found.catalog.titles[row], texts.get(found.catalog.ids[row], "")
        yield Text(f"  {title}")
        yield from (Text(f"  {line}", "dim") for line in textwrap.wrap(text, min(width, MOST_WIDTH) - 2))


def _fitted(title: str, width: int) -> str:
    line = " ".join(title.split())
    return (line if len(line) <= width else f"{line[: width - 1]}…").ljust(width)
