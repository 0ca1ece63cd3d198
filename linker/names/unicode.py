"""Text as it is shown, text as it is compared, and the script of a token.

`clean` is for display: it removes what cannot be seen and leaves every visible letter as it was typed. `fold` is for
comparing: two spellings that differ only by keyboard, font or convention (nukta composed or not, सन्तोष and संतोष, चाँद
and चांद, १२ and 12, a Cyrillic 'а') fold to the same text. Both are idempotent. What carries sound, as nukta, vowel
length or aspiration, is left to the name channel.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from enum import IntEnum
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from linker.config.loading import CONFIGS, Settings, load

ABBREVIATION = "॰"
"""What `fold` writes for a zero (0, ०) or visarga at the end of a Devanagari word: 'मो0' becomes 'मो॰'."""


class Script(IntEnum):
    """The script of a token's letters; digits and signs do not count."""

    OTHER = 0  # no letter, or letters of a third script
    LATIN = 1
    DEVANAGARI = 2
    MIXED = 3  # Latin and Devanagari letters in one token


class _Homoglyphs(Settings):
    letters: dict[str, str]
    signs: dict[str, str]


@lru_cache(maxsize=1)
def _homoglyphs() -> dict[int, str]:
    table = load(CONFIGS / "reference" / "homoglyphs.yaml", _Homoglyphs)
    return {ord(c): read for group in (table.signs, table.letters) for read, seen in group.items() for c in seen}


# --- clean -----------------------------------------------------------------------------------------------------------

# Letters, marks and printable ASCII that need no attention; all else is looked at one by one. Left out is what NFC takes
# apart (U+0958-095F), composes (nukta after न, र, ळ) or puts in another order (nukta after a sign, U+0951-0954).
_WITH_NUKTA = r"[\u0915-\u0927\u092a-\u092f\u0932\u0935-\u0939]\u093c"
_VISIBLE = rf"(?:[!-~\u0900-\u093b\u093d-\u0950\u0955-\u0957\u0960-\u097f]|{_WITH_NUKTA})+"
PLAIN = rf"{_VISIBLE}(?: {_VISIBLE})*"
"""A regular expression for text that `clean` returns as it is."""
_PLAIN = re.compile(rf"{PLAIN}\Z")
# Control and format characters, lone surrogates, and marks that exist to be unseen (variation selectors, fillers).
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)


def clean(text: str) -> str:
    """The text for display: NFC, single blanks, nothing invisible, every visible character as typed."""
    if _PLAIN.match(text):
        return text
    visible = _INVISIBLE.sub("", " ".join(text.split()))
    return unicodedata.normalize("NFC", " ".join(visible.split()))


# --- fold ------------------------------------------------------------------------------------------------------------

_CONSONANT = "\u0915-\u0939\u0958-\u095f"
# Vowel signs, nasal signs, visarga and halant: everything that hangs on a letter but nukta.
_SIGN = "\u0900-\u0903\u093a\u093b\u093e-\u094f\u0951-\u0957\u0962\u0963"
_DIGITS = {0x0966 + digit: str(digit) for digit in range(10)}
_ACCENTS = dict.fromkeys(range(0x0951, 0x0955))
_NASAL_SIGN = {0x0900: "ं", 0x0901: "ं"}
_NUKTA_APART = {0x0929: "न\u093c", 0x0931: "र\u093c", 0x0934: "ळ\u093c"}
_SIMPLE: dict[int, str | None] = {**_DIGITS, **_NASAL_SIGN, **_ACCENTS, **_NUKTA_APART}

_ONLY_PLAIN_SCRIPTS = re.compile(r"[ -~\u0900-\u097f]*\Z")
# A nasal consonant with halant before a stop of its own place is an anusvara; न् is typed before any stop.
_NASAL_CONSONANT = re.compile("(?<=[अ-हा-ौ\u093cॠ])(?:[ङञणन]्(?=[क-घच-झट-ढत-धप-भशषस])|म्(?=[प-भ]))")
_ZERO_MARK = re.compile(r"(?<=[\u0900-\u0963])00?(?![0-9])")
_VISARGA_MARK = re.compile(r"\u0903(?![\u0900-\u0963\u0971-\u097f])")
_TWICE = re.compile(f"([{_SIGN}\u093c{ABBREVIATION}])\\1+")
# What no careful typist produces: two vowel signs, a vowel letter with a vowel sign, nukta without a consonant.
_ODD = re.compile(
    f"[\u093a\u093b\u093e-\u094f\u0955-\u0957\u0962\u0963]{{2}}|[\u0900-\u0903]{{2}}|{ABBREVIATION}{{2}}"
    f"|[\u0904-\u0914\u0960\u0961][\u093e-\u094c]|(?<![{_CONSONANT}])\u093c"
)
_NUKTA_LATE = re.compile(f"([{_SIGN}]+)\u093c")
_NUKTA_ALONE = re.compile(f"(?<![{_CONSONANT}])\u093c+")
_VOWEL_PIECES = {
    "अा": "आ", "अो": "ओ", "अौ": "औ", "आे": "ओ", "आै": "औ", "एे": "ऐ", "अि": "इ", "अी": "ई", "अु": "उ", "अू": "ऊ",
    "अे": "ए", "अै": "ऐ", "ाे": "ो", "ाै": "ौ", "ेा": "ो", "ैा": "ौ", "इी": "ई", "उू": "ऊ", "ेे": "ै", "्ा": "",
}  # fmt: skip
_VOWEL_PIECE = re.compile("|".join(_VOWEL_PIECES))
_COMBINING_AFTER_LATIN = re.compile("(?<=[a-z])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0]+")
_MOST_ROUNDS = 12  # far above what the folds below can cascade; only a guard against an endless loop


def fold(text: str) -> str:
    """The text for comparing. In this order:

    1. `clean`; compatibility forms (full width, ligatures), lower case, look-alike letters to Latin, no Latin accents;
    2. Devanagari digits to ASCII, chandrabindu to anusvara, nukta as a sign of its own right after its consonant;
    3. vowels typed in pieces (अा) joined, doubled signs made single;
    4. nasal consonant with halant before a stop to anusvara;
    5. a zero or visarga that ends a Devanagari word to the abbreviation mark ॰.
    """
    text = clean(text)
    if text.isascii():
        return text.lower()
    if _ONLY_PLAIN_SCRIPTS.match(text):
        folded = _fold_devanagari(text.lower())
        if not _ODD.search(folded):
            return folded
    return _fold_thoroughly(text)


def _fold_devanagari(text: str) -> str:
    text = text.translate(_SIMPLE)
    if "्" in text:
        text = _NASAL_CONSONANT.sub("ं", text)
    if "ः" in text:
        text = _VISARGA_MARK.sub(ABBREVIATION, text)
    if "0" in text:
        text = _ZERO_MARK.sub(ABBREVIATION, text)
    return text


def _fold_thoroughly(text: str) -> str:
    for _ in range(_MOST_ROUNDS):
        before = text
        text = clean(unicodedata.normalize("NFKC", text).casefold())
        text = text.translate(_homoglyphs())
        text = _COMBINING_AFTER_LATIN.sub("", unicodedata.normalize("NFKD", text))
        text = unicodedata.normalize("NFC", text).translate(_NUKTA_APART)
        text = "".join([str(unicodedata.digit(c)) if c.isdecimal() and not c.isascii() else c for c in text])
        text = _NUKTA_ALONE.sub("", _NUKTA_LATE.sub("\u093c\\1", text))
        text = _VOWEL_PIECE.sub(lambda m: _VOWEL_PIECES[m[0]], _TWICE.sub(r"\1", text))
        text = clean(_fold_devanagari(text)).translate(_NUKTA_APART)
        if text == before:
            break
    return text


# --- script ----------------------------------------------------------------------------------------------------------

_LATIN = re.compile("[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]")
_DEVANAGARI = re.compile("[\u0900-\u0963\u0971-\u097f\ua8e0-\ua8ff]")


def script(token: str) -> Script:
    """The script of the token's letters."""
    if token.isascii():
        return Script.LATIN if _LATIN.search(token) else Script.OTHER
    devanagari, latin = bool(_DEVANAGARI.search(token)), bool(_LATIN.search(token))
    if devanagari:
        return Script.MIXED if latin else Script.DEVANAGARI
    return Script.LATIN if latin else Script.OTHER


# --- whole columns ---------------------------------------------------------------------------------------------------


def clean_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`clean` of every value of a text column; null stays null."""
    return map_distinct(column, clean)


def fold_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`fold` of every value of a text column; null stays null."""
    return map_distinct(column, fold)


def script_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The `Script` of every value of a text column as int8; null stays null."""
    return map_distinct(column, script, pa.int8())


def map_distinct(
    column: pa.Array | pa.ChunkedArray, function: Callable[[str], object], result: pa.DataType | None = None
) -> pa.Array:
    """`function` of every value of a text column, called once per distinct value; `result` is its Arrow type (text)."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # no chunk at all
        column = pa.array([], pa.string())
    encoded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    mapped = [None if value is None else function(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(mapped, result or pa.string()).take(encoded.indices)
