"""Which training pairs teach what: a final vowel more or less is usually another name (Kapil and Kapila), whatever a lexicon accepts."""

from __future__ import annotations

import re

CONFLICT_SHARE = 0.05
"""How much of its weight a pair keeps whose spellings differ in having a final vowel."""

_LATIN_VOWEL_END = re.compile("[ai]$|ee$")
_LATIN_CLUSTER_END = re.compile("[bcdfgjklmnpqrstvwxz]h?[bcdfgjklmnpqrstvwxz]h?$|[eouyh]$")
_LATIN_CLUSTER_A_END = re.compile("[bcdfgjklmnpqrstvwxz]h?[bcdfgjklmnpqrstvwxz]h?a$")
_DEVANAGARI_VOWEL_END = re.compile("[ािी]$")
_DEVANAGARI_CLUSTER_END = re.compile("(्|ं)[क-ह]\u093c?$|य$|[ुूृेैोौंःअ-औ]$")


def final_vowel_conflict(a: str, b: str) -> bool:
    """Whether one of two folded spellings, in any scripts, ends in a or i and the other in a single consonant.

    After several consonants and after य the inherent vowel is sounded and written at will (मिश्र, Mishra), so that is no conflict.
    """
    return {_ending(a), _ending(b)} == {"vowel", "consonant"}


def _ending(word: str) -> str:
    latin = word.isascii()
    if latin and _LATIN_CLUSTER_A_END.search(word):
        return "either"
    if (_LATIN_VOWEL_END if latin else _DEVANAGARI_VOWEL_END).search(word):
        return "vowel"
    if (_LATIN_CLUSTER_END if latin else _DEVANAGARI_CLUSTER_END).search(word):
        return "either"
    return "consonant"
