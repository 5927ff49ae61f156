"""Requests in natural language: what they wish, sentence by sentence, and what holds for any text."""

from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.requests.clauses import LONGEST_CLAUSE, LONGEST_REQUEST, clauses, clauses_of
from models.requests.cues import LANGUAGES, cues
from schemas.behaviors import Behavior
from schemas.encoding import MOST_CLAUSES
from tests.models.requests.sentences import SENTENCES

CUES = [" ".join(cue) for cue in cues()]
phrases = st.lists(
    st.sampled_from(
        [*CUES, ",", ".", "?", ":", " - ", '"', "“", "”", "football", "Größe 42", "l'escalade", "C++", "☕"]
    )
    | st.text(max_size=8),
    max_size=30,
).map(" ".join)
texts = st.text(max_size=200) | phrases


def shown(text: str) -> str:
    """The clauses as the table writes them."""
    return "; ".join(f"{clause.polarity.name} {clause.text}" for clause in clauses(text))


@pytest.mark.parametrize(("sentence", "wished"), SENTENCES, ids=[sentence for sentence, _ in SENTENCES])
def test_a_sentence_wishes_what_the_rules_say(sentence: str, wished: str):
    assert shown(sentence) == wished


@pytest.mark.parametrize("sentence", ["No FOOTBALL, más café", "I’m done with tents", "J’ai déjà une tente"])
def test_case_accents_and_the_kind_of_apostrophe_do_not_change_what_is_wished(sentence: str):
    plain = sentence.replace("’", "'").replace("á", "a").replace("é", "e").lower()
    assert [clause.polarity for clause in clauses(plain)] == [clause.polarity for clause in clauses(sentence)]
    assert all(clause.text in sentence for clause in clauses(sentence))


@settings(max_examples=200)
@given(text=texts)
def test_any_text_gives_few_short_clauses_whose_words_stand_in_it_in_order(text: str):
    found = clauses(text)
    assert found == clauses(text)
    assert len(found) <= MOST_CLAUSES
    assert len(set(found)) == len(found)
    rest = " ".join(text.split())
    for clause in found:
        assert 0 < len(clause.text) <= LONGEST_CLAUSE
        assert clause.text == " ".join(clause.text.split())
        _, there, rest = rest.partition(clause.text)
        assert there


@settings(max_examples=60)
@given(words=st.lists(st.sampled_from(CUES), max_size=6), mark=st.sampled_from([" ", ", ", ". ", ": "]))
def test_a_cue_before_a_thing_is_never_part_of_the_thing(words: list[str], mark: str):
    for clause in clauses(mark.join([*words, "zzz"])):
        assert "zzz" in clause.text or clause.text in " ".join(words)


@pytest.mark.parametrize(
    "cue", ["less", "no", "I am done with", "stop showing me", "unmute", "more of", "weniger", "sin"]
)
@pytest.mark.parametrize("around", ["{}", "{}, please", "  {} . ", "{} that", "{}!!!"])
def test_a_cue_without_a_thing_wishes_nothing(cue: str, around: str):
    assert clauses(around.format(cue)) == ()


@pytest.mark.parametrize("text", ["", " \n\t ", "...", "?!", "☕", ", , ,", '""', "“”"])
def test_a_text_without_words_wishes_nothing(text: str):
    assert clauses(text) == ()


def test_only_the_first_wishes_of_a_long_text_are_taken():
    many = ", ".join(f"no thing{n}" for n in range(20))
    assert [clause.text for clause in clauses(many)] == [f"thing{n}" for n in range(MOST_CLAUSES)]
    assert clauses(" " * LONGEST_REQUEST + "no football") == ()


def test_a_long_thing_is_cut_between_words_where_it_has_some():
    (clause,) = clauses("no " + "football " * 100)
    assert clause.text == ("football " * 100)[: LONGEST_CLAUSE // 9 * 9].strip()
    (clause,) = clauses("no " + "x" * 1000)
    assert clause.text == "x" * LONGEST_CLAUSE


@pytest.mark.parametrize(
    ("kind", "wished"),
    [("request", ["MORE", "LESS"]), ("mute", ["MUTE", "MUTE"]), ("unmute", ["UNMUTE", "UNMUTE"])],
)
def test_a_mute_mutes_and_an_unmute_unmutes_all_that_its_text_names(kind: str, wished: list[str]):
    behavior = Behavior(event_id="e", type=kind, occurred_at=0, user_id="u", text="football, no golf")
    found = clauses_of(behavior)
    assert [clause.polarity.name for clause in found] == wished
    assert [clause.text for clause in found] == ["football", "golf"]


def test_a_mute_of_a_thing_named_twice_mutes_it_once():
    behavior = Behavior(event_id="e", type="mute", occurred_at=0, user_id="u", text="golf, no golf")
    assert len(clauses_of(behavior)) == 1


def test_a_behavior_without_a_text_wishes_nothing():
    assert clauses_of(Behavior(event_id="e", type="mute", occurred_at=0, user_id="u", item_id="i")) == ()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.__name__.rpartition(".")[2])
def test_a_language_has_cues_for_every_polarity_and_for_the_words_between(language: ModuleType):
    wanted = {"more", "less", "forget", "mute", "unmute", "not", "never", "again", "join", "break", "cut"}
    assert {line.split()[0] for line in language.CUES.strip().splitlines()} >= wanted
