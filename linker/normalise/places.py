"""Place names in both scripts → one comparable ASCII key.

`place_key` drops what only says what kind of place it is (ग्राम, VPO, थाना), replaces common words by one form (सिविल
लाइन, Civil Lines), and writes the rest by sound (`linker.normalise.sounds`): बादशाहपुर, Badshahpur and BADSHAH PUR all
give 'bdshpur'. Rampur and Rampura stay two places, and so do Rampur Khurd and Rampur Kalan.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from linker.names.unicode import fold
from linker.normalise.columns import Distinct
from linker.normalise.reference import forms, rows
from linker.normalise.sounds import KEEP_END, sound_key

LONGEST = 160
"""Characters of a cell that are looked at."""

_WORDS = re.compile(r"[^\W_]+(?:[\u0900-\u0903\u093c-\u094f\u0962\u0963॰]+[^\W_]*)*[॰.]?")
_PIN_DIGITS = 6
_PIN = re.compile(r"(?:pin(?: ?code)?[ :.\-]*)?([1-8]\d{2})[ \-]?(\d{3})(?:\.0)?")
_QUALIFIERS = {"khurd", "kalan", "buzurg", "mafi", "jat", "जाट", "ka", "का", "ki", "की"}
"""Words that follow a village's name and are never written together with it."""
_HOUSE = re.compile(
    r"(?<![^\W\d_])(?:h\.? ?no|house(?: no)?|plot(?: no)?|flat(?: no)?|gali(?: no)?|street(?: no)?|म॰ ?नं॰|मकान(?: नं॰)?|गली(?: नं॰)?)"
    r"[.: ]{0,3}\d[\w/\-]{0,12}"
)
_LEADING_HOUSE = (
    r"(?i)^\s*(?:(?:h(?:ouse)?\s?[.]?\s?no|म[0०.॰]?\s?नं?[0०.॰]?|मकान(?:\s?नं[0०.॰]?)?)[.:\s]*)?"
    r"(?P<house>[0-9०-९]{1,5}(?:[/-][0-9०-९A-Za-z]{1,4})?)[\s,]+[^\s,]"
)
_MOST_DIGITS = 8
_DIGIT = re.compile(r"\d")
_BRACKETS = re.compile(r"\([^()]{0,60}\)")


@lru_cache(maxsize=1)
def _phrases() -> dict[tuple[str, ...], str]:
    """The words of each form in place_words.tsv → the one form that stands for it ('' for what is stripped)."""
    return {
        tuple(_tokens(fold(form))): "" if row["means"] == "strip" else row["means"]
        for row in rows("place_words.tsv")
        for form in forms(row["forms"])
    }


@lru_cache(maxsize=1)
def _most_words() -> int:
    return max(map(len, _phrases()))


def _tokens(folded: str) -> list[str]:
    return [token.rstrip(".॰") for token in _WORDS.findall(folded)]


def plain_place(text: str) -> str:
    """The place's own words: folded, without brackets, house numbers, kinds of place and signs; common words in their
    one form."""
    folded = fold(text[:LONGEST])
    if "(" in folded:
        folded = _BRACKETS.sub(" ", folded)
    if _DIGIT.search(folded):
        folded = _HOUSE.sub(" ", folded)
    words, phrases = _tokens(folded), _phrases()
    kept: list[str] = []
    i = 0
    while i < len(words):
        for size in range(min(_most_words(), len(words) - i), 0, -1):
            common = phrases.get(tuple(words[i : i + size]))
            if common is not None:
                kept.append(common)
                i += size
                break
        else:
            kept.append(words[i])
            i += 1
    return " ".join(word for word in kept if word)


@lru_cache(maxsize=200_000)
def place_key(text: str) -> str | None:
    """The comparable ASCII key of a place; None where nothing of a name is left."""
    words = plain_place(text).split()
    if (
        sum(c.isdecimal() for word in words for c in word) > _MOST_DIGITS
    ):  # an identity or telephone number, not a ward or sector
        words = [word for word in words if not any(c.isdecimal() for c in word)]
    name = ""
    for word in words:
        name += (KEEP_END if word in _QUALIFIERS else " ") + word
    return sound_key(name) or None


def parse_pin(text: str) -> str | None:
    """The six digits of a PIN code; None where there is none, or only a placeholder."""
    usual = len(text) == _PIN_DIGITS and text.isascii() and text.isdecimal() and text[0] not in "09"
    pin = None if usual else _PIN.fullmatch(fold(text[:LONGEST]).strip())
    digits = text if usual else pin[1] + pin[2] if pin else ""
    return digits if digits and len(set(digits)) > 1 else None


def house_numbers(address: pa.ChunkedArray) -> pa.Array:
    """The house number that an address begins with, in Latin digits; null where it begins with something else. Worth something only
    together with the locality."""
    found = pc.struct_field(pc.extract_regex(address, _LEADING_HOUSE), "house")
    return Distinct(found, lambda text: fold(text).translate(_LATIN_DIGITS).lstrip("0") or None).texts(
        lambda text: text
    )


_LATIN_DIGITS = {0x966 + digit: str(digit) for digit in range(10)}
