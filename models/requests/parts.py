"""Parts: a request split into the things that it names, each with the cues that stand around it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from models.requests.cues import Act, Operator, Place, adverbs, cues, empty_words
from models.requests.words import Word
from schemas.encoding import MOST_CLAUSES, Polarity

NEGATIONS = frozenset({Operator.NOT, Operator.NEVER, Operator.OVER})
SEPARATORS = frozenset({Operator.JOIN, Operator.BREAK})
FIRST = frozenset({Place.HEAD, Place.ANYWHERE, Place.SENTENCE})
FURTHER = frozenset({Place.AFTER, Place.ANYWHERE, Place.SENTENCE})
WITHIN = frozenset({Place.ANYWHERE, Place.SENTENCE})
LAST = frozenset({Place.TAIL, Place.ANYWHERE, Place.SENTENCE})
# So that no text takes long: parts, cues in a row at a part's end, and adverbs within a cue.
MOST_PARTS = 4 * MOST_CLAUSES
MOST_TRAILING = 6
MOST_ADVERBS = 3


@dataclass(frozen=True)
class Part:
    """One part of a request: the cues in it, and the words from `first` to `last` that name something, if any.

    mark: what stands before it; "stop", "but", "join", "comma", or "cue" for nothing but its own cue.
    """

    mark: str
    acts: tuple[Act, ...]
    first: int
    last: int

    @property
    def bare(self) -> bool:
        """Whether no cue says what is wished."""
        return not any(isinstance(act, Polarity) or act in NEGATIONS for act in self.acts)


class _Cue(NamedTuple):
    act: Act
    place: Place
    end: int


def parts_of(words: Sequence[Word]) -> list[Part]:
    """The parts of a request that name something, and cues alone that speak for the part after them, in order."""
    parts: list[Part] = []
    at, mark = 0, "stop"
    while at < len(words) and len(parts) < MOST_PARTS:
        separator = _separator(words, at)
        if separator is not None:
            mark, at = _stronger(mark, separator[0]), separator[1]
            continue
        part, at, preamble = _part(words, at, mark)
        names = any(word.kind == "quoted" or word.folded not in empty_words() for word in words[part.first : part.last])
        if names and not preamble:
            parts.append(part)
        elif any(isinstance(act, Polarity) for act in part.acts):
            parts.append(replace(part, first=part.last))
        elif not part.bare and parts and parts[-1].bare:
            parts[-1] = replace(parts[-1], acts=parts[-1].acts + part.acts)
        mark = "cue"
    return _with_last_cue(parts)


def _with_last_cue(parts: list[Part]) -> list[Part]:
    """The parts, where a cue alone ends them without it, and with what it says on the bare ones before it."""
    if len(parts) < 2 or parts[-1].first < parts[-1].last:
        return parts
    place, acts = len(parts) - 2, parts[-1].acts
    while place >= 0 and parts[place].bare:
        parts[place] = replace(parts[place], acts=parts[place].acts + acts)
        place = place - 1 if parts[place].mark == "join" else -1
    return parts[:-1]


def _part(words: Sequence[Word], start: int, mark: str) -> tuple[Part, int, bool]:
    """The part that begins here, where the next one begins, and whether it is no more than a preamble to that."""
    acts, first = _leading(words, start, linked=mark in ("but", "join"))
    for at in range(first, len(words)):
        if _separator(words, at) is not None:
            return Part(mark, acts, first, at), at, False
        tail, end = _trailing(words, at)
        if tail:
            return Part(mark, acts + tail, first, at), end, False
        cue = _cue(words, at, WITHIN)
        if cue is not None and at > first:
            part = Part(mark, acts, first, at)
            return part, at, part.bare and cue.place is Place.SENTENCE
    return Part(mark, acts, first, len(words)), len(words), False


def _leading(words: Sequence[Word], at: int, linked: bool) -> tuple[tuple[Act, ...], int]:
    """The cues that begin a part, and where the words after them begin. linked: whether a conjunction stands before."""
    acts: list[Act] = []
    places = FIRST | FURTHER if linked else FIRST
    while _separator(words, at) is None and (cue := _cue(words, at, places)) is not None:
        acts.append(cue.act)
        at = cue.end
        if cue.act is not Operator.CUT:
            places = FURTHER
    return tuple(acts), at


def _trailing(words: Sequence[Word], at: int) -> tuple[tuple[Act, ...], int]:
    """The cues from here to the part's end; none where they do not reach it."""
    acts: tuple[Act, ...] = ()
    places = LAST
    while _separator(words, at) is None:
        cue = _cue(words, at, places)
        if cue is None or len(acts) == MOST_TRAILING:
            return (), at
        acts, at, places = (*acts, cue.act), cue.end, LAST | {Place.AFTER}
    return acts, at


def _separator(words: Sequence[Word], at: int) -> tuple[str, int] | None:
    """The mark that separates parts here, and where it ends."""
    if at >= len(words):
        return "stop", at
    if words[at].kind in ("stop", "comma"):
        return words[at].kind, at + 1
    cue = _cue(words, at, WITHIN)
    if cue is None or cue.act not in SEPARATORS:
        return None
    return ("join" if cue.act is Operator.JOIN else "but"), cue.end


def _stronger(one: str, other: str) -> str:
    """Of two marks in a row the one that counts."""
    return min(one, other, key=("stop", "but", "join", "comma", "cue").index)


def _cue(words: Sequence[Word], at: int, places: frozenset[Place]) -> _Cue | None:
    """The longest cue that begins here and may stand in one of these places; adverbs within it are passed over."""
    node, found, passed = _tree(), None, 0
    while at < len(words) and words[at].kind == "word":
        folded, at = words[at].folded, at + 1
        if folded in node.next:
            node = node.next[folded]
            found = next((_Cue(act, place, at) for place, act in node.acts.items() if place in places), found)
        elif folded in adverbs() and node is not _tree() and passed < MOST_ADVERBS:
            passed += 1
        else:
            break
    return None if found is None or found.act is Operator.NONE else found


class _Node:
    """A word in the tree of cues. acts: what the cue that ends here does, by its place."""

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.acts: dict[Place, Act] = {}


@lru_cache(maxsize=1)
def _tree() -> _Node:
    root = _Node()
    for phrase, acts in cues().items():
        node = root
        for word in phrase:
            node = node.next.setdefault(word, _Node())
        node.acts = acts
    return root
