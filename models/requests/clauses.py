"""Clauses: what a request in natural language wishes more of, less of, forgotten, muted and unmuted.

Rules, by which every request is read; the cues are in models.requests.cues (English, German, French, Spanish).

| rule | example | is read as |
|---|---|---|
| bare words are wished for | trail running | MORE trail running |
| a cue says what is wished, and is cut out | I'd like to see fewer horror movies, please | LESS horror movies |
| punctuation, "and", "or", "but" and a further cue begin another part | more jazz no rock | MORE jazz, LESS rock |
| bare words after "and" or "or" are wished as those before | no football or golf | LESS football, LESS golf |
| so are those of an enumeration that ends so | no football, golf or tennis | LESS, LESS, LESS |
| other bare words after a comma, "but" or the sentence's end are wished for | no football, hiking | LESS, MORE |
| a cue alone speaks for the bare part after it, the last one for those before it | Hide: football | MUTE football |
| a cue may follow | football I don't like | LESS football |
| "no" alone speaks for the bare part before it | football? No, thanks | LESS football |
| "no", "not" and the like negate: MORE to LESS, LESS and FORGET to MORE, MUTE to UNMUTE, UNMUTE to MUTE |
  not without coffee | MORE coffee |
| "never" makes MORE a MUTE, "no longer" a FORGET; else they negate | I no longer want toys | FORGET toys |
| two negations are one | I don't want no football | LESS football |
| "not only" is no negation | not only jazz but also rock | MORE jazz, MORE rock |
| of several cues the last counts, but MORE only where no other is | stop showing me more rock | MUTE rock |
| "again" at the end makes MORE an UNMUTE | show me football again | UNMUTE football |
| bare words before a sentence with a cue of its own are dropped | my wife says I want jazz | MORE jazz |
| a name in quotation marks is one word and no cue | more "No Doubt" | MORE No Doubt |
| what names nothing gives no clause | no more of that, please | |
| the same wish twice is one | jazz and jazz | MORE jazz |

At most MOST_CLAUSES clauses of at most LONGEST_CLAUSE characters are taken from the first LONGEST_REQUEST characters.
"""

from collections.abc import Sequence
from typing import NamedTuple

from models.requests.cues import Operator
from models.requests.parts import Part, parts_of
from models.requests.words import Word, words_of
from schemas.behaviors import Behavior
from schemas.encoding import MOST_CLAUSES, Polarity

LONGEST_REQUEST = 2000
LONGEST_CLAUSE = 200
MORE, LESS, FORGET, MUTE, UNMUTE = Polarity
NEGATED = {MORE: LESS, LESS: MORE, FORGET: MORE, MUTE: UNMUTE, UNMUTE: MUTE}
# The strongest first.
NEGATED_BY = {
    Operator.NEVER: NEGATED | {MORE: MUTE},
    Operator.OVER: NEGATED | {MORE: FORGET},
    Operator.NOT: NEGATED,
}


class Clause(NamedTuple):
    """One wish, and the words of the request that name what it is about."""

    polarity: Polarity
    text: str


def clauses_of(behavior: Behavior) -> tuple[Clause, ...]:
    """What a behavior's text wishes: all that a `mute` names is muted, all that an `unmute` names is unmuted."""
    found = clauses(behavior.text or "")
    forced = {"mute": MUTE, "unmute": UNMUTE}.get(behavior.type)
    if forced is None:
        return found
    return tuple(dict.fromkeys(clause._replace(polarity=forced) for clause in found))


def clauses(text: str) -> tuple[Clause, ...]:
    """What a request wishes, in the order in which it says so."""
    text = text[:LONGEST_REQUEST]
    words = words_of(text)
    parts = parts_of(words)
    found: dict[tuple[Polarity, str], Clause] = {}
    for part, polarity in zip(parts, _polarities(parts), strict=True):
        name = _name(text, words[part.first : part.last])
        if name:
            found.setdefault((polarity, name.casefold()), Clause(polarity, name))
    return tuple(found.values())[:MOST_CLAUSES]


def _polarities(parts: Sequence[Part]) -> list[Polarity]:
    """What each part wishes."""
    found: list[Polarity] = []
    for place, part in enumerate(parts):
        carried = place > 0 and part.bare and _carries(parts, place)
        said = [act for act in part.acts if isinstance(act, Polarity)]
        polarity = found[-1] if carried else next((act for act in reversed(said) if act is not MORE), MORE)
        polarity = next((flips[polarity] for act, flips in NEGATED_BY.items() if act in part.acts), polarity)
        found.append(UNMUTE if polarity is MORE and _comes_again(parts, place) else polarity)
    return found


def _carries(parts: Sequence[Part], place: int) -> bool:
    """Whether a bare part is wished as the part before it."""
    part, before = parts[place], parts[place - 1]
    if part.mark == "join" or (part.mark in ("comma", "cue") and before.first == before.last):
        return True
    return part.mark == "comma" and _leads_to_join(parts, place)


def _leads_to_join(parts: Sequence[Part], place: int) -> bool:
    """Whether the bare parts after this one end with one that "and" or "or" joins."""
    for part in parts[place + 1 :]:
        if not part.bare or part.mark not in ("comma", "join"):
            return False
        if part.mark == "join":
            return True
    return False


def _comes_again(parts: Sequence[Part], place: int) -> bool:
    """Whether "again" ends this part, or the parts that are joined to it."""
    for index, part in enumerate(parts[place:], place):
        if index > place and not (part.bare and _carries(parts, index)):
            return False
        if Operator.AGAIN in part.acts:
            return True
    return False


def _name(text: str, words: Sequence[Word]) -> str:
    """The words as they stand in the text, without the quotation marks of a name that stands alone."""
    if not words:
        return ""
    start, end = words[0].start, words[-1].end
    if len(words) == 1 and words[0].kind == "quoted":
        start, end = start + 1, end - 1
    if end - start > LONGEST_CLAUSE:
        ends = [word.end for word in words if word.end - start <= LONGEST_CLAUSE]
        end = ends[-1] if ends else start + LONGEST_CLAUSE
    return " ".join(text[start:end].split())
