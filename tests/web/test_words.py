"""Both languages say everything, with the same blanks to fill."""

from __future__ import annotations

import re

from linker.batch.erasure import BY_ORDER
from linker.config.loading import CONFIGS, load
from linker.config.matching import ComparisonKind, Matching
from linker.config.review import ReviewSettings
from linker.identity.events import Cause
from linker.identity.events import Kind as EventKind
from linker.matching.figures import FIGURES
from linker.matching.policy import Rule
from linker.normalise.reference import rows
from linker.review.evidence.masks import FIELDS
from linker.review.people import Role
from linker.web.words import Teller, words

EN, HI = words("en"), words("hi")


def test_both_languages_have_the_same_words() -> None:
    assert set(EN) == set(HI)
    blanks = re.compile(r"\{\w*\}")
    assert not [k for k in EN if set(blanks.findall(EN[k])) != set(blanks.findall(HI[k]))]


def test_hindi_is_in_devanagari() -> None:
    latin = {k for k, v in HI.items() if v and not re.search("[\u0900-\u097f]", v)}
    assert latin <= {"app.other_language", "app.other_language_code", "case.missing", "sign.none"}


def test_everything_that_a_page_names_has_words() -> None:
    matching = load(CONFIGS / "matching" / "offenders.yaml", Matching)
    reasons = ReviewSettings().reasons
    wanted = [
        *(f"rule.{r}" for r in Rule), *(f"role.{r}" for r in Role), *(f"event.{k}" for k in EventKind), *(f"field.{f}" for f in FIELDS),
        *(f"figure.{f}" for f in FIGURES), *(f"cause.{c.replace(' ', '_')}" for c in (*Cause, BY_ORDER)),
        *(f"reason.{code}" for code in (*reasons.same, *reasons.different, *reasons.unsure)),
        *(f"comparison.{c.name}" for c in matching.comparisons if c.kind is not ComparisonKind.JOINT),
    ]  # fmt: skip
    assert not [key for key in wanted if key not in EN]


def test_states_are_named_in_the_page_s_language() -> None:
    hindi, english = Teller("hi"), Teller("en")
    assert (
        hindi.states(["Delhi", "Uttar Pradesh", "UP", "Rajasthan", "HARYANA"])
        == "दिल्ली · उत्तर प्रदेश · उत्तर प्रदेश · राजस्थान · हरियाणा"
    )
    assert english.states(["Delhi", "Haryana"]) == "Delhi · Haryana"
    assert hindi.state("Eprison") == "Eprison"
    for row in rows("states.tsv"):
        assert re.fullmatch("[\u0900-\u097f ]+", hindi.state(row["state"]))
        assert hindi.state(row["state"].title()) == row["hindi"]


def test_an_unknown_word_is_readable() -> None:
    assert Teller("hi")("comparison.shoe_size") == "shoe size"
    assert Teller("xx").language == "en"
