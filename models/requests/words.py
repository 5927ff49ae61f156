"""Words: a text as words, quoted names and separators, whatever its case, accents and apostrophes."""

import re
from typing import NamedTuple
from unicodedata import combining, normalize

# A name in quotation marks is one word, which is no cue. French elisions (d', l', ...) are words of their own.
_TOKEN = re.compile(
    r"(?P<quoted>\"[^\"\n]+\"|“[^”\n]+”|„[^“”\n]+[“”]|«[^»\n]+»)"
    r"|(?P<word>\b(?:[cdjlmnst]|qu)['’](?=\w)|\d+(?:[.,]\d+)+|\w+(?:['’.&+/-]\w+)*[+#]*)"
    r"|(?P<comma>[,:()\[\]–—]|\s-+\s)"
    r"|(?P<stop>[.;!?…\n])",
    re.IGNORECASE,
)


class Word(NamedTuple):
    """A piece of a text, from `start` to `end`.

    folded: how cues are compared; empty for a quoted name. kind: "word", "quoted", "comma" or "stop".
    """

    folded: str
    start: int
    end: int
    kind: str


def words_of(text: str) -> list[Word]:
    """The words and separators of a text, in order."""
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        found.append(Word(fold(match[0]) if kind == "word" else "", match.start(), match.end(), kind))
    return found


def fold(word: str) -> str:
    """The word without case, accents and apostrophes."""
    parts = normalize("NFKD", word.casefold())
    return "".join(letter for letter in parts if letter not in "'’" and not combining(letter))
