"""Place names in both scripts → one comparable ASCII key.

`place_key` drops what only says what kind of place it is (ग्राम, VPO, थाना), replaces common words by one form (सिविल लाइन, Civil Lines), and writes
the rest by sound (`linker.normalise.sounds`): बादशाहपुर, Badshahpur and BADSHAH PUR all give 'bdshpur'. Rampur and Rampura stay two places, and so
do Rampur Khurd and Rampur Kalan.
"""

from __future__ import annotations

import re
from functools import lru_cache

from linker.names.unicode import fold
from linker.normalise.reference import forms, rows
from linker.normalise.sounds import KEEP_END, sound_key

LONGEST = 160
"""Characters of a cell that are looked at."""

_WORDS = re.compile(r"[^\W_]+(?:[\u0900-\u0903\u093c-\u094f\u0962\u0963॰]+[^\W_]*)*[॰.]?")
_QUALIFIERS = {"khurd", "kalan", "buzurg", "mafi", "jat", "जाट", "ka", "का", "ki", "की"}
"""Words that follow a village's name and are never written together with it."""
_HOUSE = re.compile(
    r"(?<![^\W\d_])(?:h\.? ?no|house(?: no)?|plot(?: no)?|flat(?: no)?|gali(?: no)?|street(?: no)?|म॰ ?नं॰|मकान(?: नं॰)?|गली(?: नं॰)?)"
    r"[.: ]{0,3}\d[\w/\-]{0,12}"
)
_BRACKETS = re.compile(r"\([^()]{0,60}\)")


@lru_cache(maxsize=1)
def _phrases() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for all forms of place_words.tsv, longest first, and what replaces each ('' for what is stripped)."""
    replace = {}
    for row in rows("place_words.tsv"):
        for form in forms(row["forms"]):
            replace[" ".join(_tokens(fold(form)))] = "" if row["means"] == "strip" else row["means"]
    known = sorted((form for form in replace if form), key=len, reverse=True)
    pattern = "|".join(re.escape(form) for form in known)
    return re.compile(rf"(?<=\x20)(?:{pattern})(?=\x20)"), replace


def _tokens(folded: str) -> list[str]:
    return [token.rstrip(".॰") for token in _WORDS.findall(folded)]


def plain_place(text: str) -> str:
    """The place's own words: folded, without brackets, kinds of place and signs; common words in their one form."""
    folded = _HOUSE.sub(" ", _BRACKETS.sub(" ", fold(text[:LONGEST])))
    words = " " + "  ".join(_tokens(folded)) + " "
    pattern, replace = _phrases()
    return " ".join(pattern.sub(lambda m: replace[m[0]], words.replace("  ", " ")).split())


def place_key(text: str) -> str | None:
    """The comparable ASCII key of a place; None where nothing of a name is left."""
    name = ""
    for word in plain_place(text).split():
        name += (KEEP_END if word in _QUALIFIERS else " ") + word
    return sound_key(name) or None
