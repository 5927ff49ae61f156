"""Cues: the words that say what is wished of a thing, and where in a part of a request they may stand.

A language is a module with three texts. CUES: on each line what a cue does, where it counts, and patterns separated
by " | ". In a pattern `a/b` is one of these words, `[a b/c]` one of these groups, and `(a/b c)` may be missing too.
ADVERBS: words that may stand within a cue, as in "I really do not want". EMPTY: words of which a part may consist
without naming anything. Case, accents and apostrophes do not count; a longer cue wins over a shorter one.
"""

from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from itertools import product

from models.requests import english, french, german, spanish
from models.requests.words import words_of
from schemas.encoding import Polarity

LANGUAGES = (english, german, french, spanish)


class Operator(Enum):
    """What a cue does other than name a polarity.

    NOT, NEVER, OVER: negate the polarity after them. AGAIN: turns MORE into UNMUTE. CUT: is cut out. JOIN and BREAK
    separate parts, as "and" and "but" do. NONE: looks like a cue and is none.
    """

    NOT = "not"
    NEVER = "never"
    OVER = "over"
    AGAIN = "again"
    CUT = "cut"
    JOIN = "join"
    BREAK = "break"
    NONE = "none"


class Place(Enum):
    """Where in a part a cue counts.

    HEAD: at its beginning; what is only cut out also after other cues. AFTER: after other cues there. ANYWHERE: at its
    beginning and end, and within, where it begins another part. SENTENCE: the same, but bare words before it are a
    preamble. TAIL: at its end.
    """

    HEAD = "head"
    AFTER = "after"
    ANYWHERE = "anywhere"
    SENTENCE = "sentence"
    TAIL = "tail"


Act = Polarity | Operator


@lru_cache(maxsize=1)
def cues() -> dict[tuple[str, ...], dict[Place, Act]]:
    """What each cue does, by its folded words and its place."""
    found: dict[tuple[str, ...], dict[Place, Act]] = {}
    for act, place, phrase in _phrases():
        acts = found.setdefault(_folded(phrase), {})
        acts.setdefault(place, act)
        if act is Operator.CUT and place is Place.HEAD:
            acts.setdefault(Place.AFTER, act)
    return found


@lru_cache(maxsize=1)
def adverbs() -> frozenset[str]:
    """Folded words that may stand within a cue."""
    return frozenset(word for language in LANGUAGES for word in _folded(language.ADVERBS))


@lru_cache(maxsize=1)
def empty_words() -> frozenset[str]:
    """Folded words that name nothing."""
    return frozenset(word for language in LANGUAGES for word in _folded(language.EMPTY))


def _folded(phrase: str) -> tuple[str, ...]:
    return tuple(word.folded for word in words_of(phrase) if word.kind == "word")


def _phrases() -> Iterator[tuple[Act, Place, str]]:
    acts: dict[str, Act] = {act.name.lower(): act for act in (*Polarity, *Operator)}
    for language in LANGUAGES:
        for line in language.CUES.strip().splitlines():
            act, place, patterns = line.split(maxsplit=2)
            for pattern in patterns.split(" | "):
                for phrase in _sequences(pattern):
                    yield acts[act], Place(place), phrase


def _sequences(pattern: str) -> list[str]:
    """All phrases that a pattern stands for."""
    return [" ".join(choice) for choice in product(*map(_choices, _split(pattern.strip(), " ")))]


def _choices(element: str) -> list[str]:
    if element.startswith("("):
        return ["", *_groups(element[1:-1])]
    return [phrase for part in _split(element, "/") for phrase in (_groups(part[1:-1]) if part[:1] == "[" else [part])]


def _groups(inner: str) -> list[str]:
    return [phrase for group in _split(inner, "/") for phrase in _sequences(group)]


def _split(pattern: str, mark: str) -> list[str]:
    """The pieces between marks that stand outside all brackets."""
    pieces, depth = [""], 0
    for letter in pattern:
        depth += (letter in "([") - (letter in ")]")
        if letter == mark and not depth:
            pieces.append("")
        else:
            pieces[-1] += letter
    return pieces
