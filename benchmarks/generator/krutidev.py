"""Unicode Devanagari to the bytes that the Kruti Dev 010 font shows as Hindi: short i typed first, reph typed last."""

from __future__ import annotations

from .tables import rows


def _keys(kind: str, column: str = "full") -> dict[str, str]:
    return {row["devanagari"]: row[column] for row in rows("krutidev") if row["kind"] == kind and row[column]}


_FULL, _HALF = _keys("consonant"), _keys("consonant", "half")
_CONJUNCTS, _VOWELS, _SIGNS, _OTHER = (_keys(kind) for kind in ("conjunct", "vowel", "sign", "other"))
_VIRAMA, _NUKTA = "्", "़"


def encode(text: str, plain: bool = False) -> str:
    """The text as typed in Kruti Dev 010; ASCII stays, signs without a key are dropped.

    plain: without the special keys for प्र and द्र, which not every typist knows.
    """
    out: list[str] = []
    index = 0
    text = text.replace("\u200c", "").replace("\u200d", "")
    while index < len(text):
        sign = text[index]
        if sign in _FULL:
            index, code = _syllable(text, index, plain)
            out.append(code)
            continue
        out.append(_VOWELS.get(sign) or _OTHER.get(sign) or (sign if sign.isascii() else ""))
        index += 1
    return "".join(out)


def _syllable(text: str, start: int, plain: bool) -> tuple[int, str]:
    """One consonant cluster with its vowel sign and nasals, from start; the position after it and its code."""
    letters: list[str] = []  # consonants, a nukta with its consonant
    end = start
    virama = False
    while end < len(text) and text[end] in _FULL:
        nukta = text[end + 1 : end + 2] == _NUKTA
        letters.append(text[end] + (_NUKTA if nukta else ""))
        end += 1 + nukta
        virama = text[end : end + 1] == _VIRAMA
        if not virama:
            break
        end += 1
    sign = text[end : end + 1] if text[end : end + 1] in _SIGNS else ""
    end += len(sign)
    nasal = ""
    while end < len(text) and text[end] in "ंँ":
        nasal += _OTHER[text[end]]
        end += 1
    reph = len(letters) > 1 and letters[0] == "र"
    body = _cluster(letters[1:] if reph else letters, plain) + ("~" if virama else "")
    if body == "j" and sign in _RA_WITH:
        return end, _RA_WITH[sign] + nasal
    code = _SIGNS[sign] + body if sign == "ि" else body + _SIGNS.get(sign, "")
    return end, code + ("Z" if reph else "") + nasal


_RA_WITH = {"ु": "#", "ू": ":"}
_SPECIAL_KEYS = (_CONJUNCTS["प्र"], _CONJUNCTS["द्र"])
_RETROFLEX = frozenset("टठडढ")


def _cluster(letters: list[str], plain: bool) -> str:
    code = ""
    index = 0
    while index < len(letters):
        letter, rest = letters[index], letters[index + 1 :]
        pair = _CONJUNCTS.get(letter + _VIRAMA + rest[0]) if rest else None
        if plain and pair in _SPECIAL_KEYS:
            pair = None
        if pair and (len(rest) == 1 or pair.endswith("k")):
            code += pair if len(rest) == 1 else pair[:-1]
            index += 2
        elif rest == ["र"]:  # a stroke below the whole letter
            code += _key(letter, _FULL) + ("ª" if letter in _RETROFLEX else "z")
            index += 2
        else:
            code += _key(letter, _HALF if rest else _FULL)
            index += 1
    return code


def _key(letter: str, keys: dict[str, str]) -> str:
    base = letter[0]
    return (keys[base] if base in keys else _FULL[base] + "~") + ("+" if letter.endswith(_NUKTA) else "")
