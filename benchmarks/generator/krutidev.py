"""Unicode Devanagari to the bytes that the Kruti Dev 010 font shows as Hindi: short i typed first, reph typed last."""

from __future__ import annotations

from .tables import rows


def _keys(kind: str, column: str = "full") -> dict[str, str]:
    return {row["devanagari"]: row[column] for row in rows("krutidev") if row["kind"] == kind and row[column]}


_FULL, _HALF = _keys("consonant"), _keys("consonant", "half")
_CONJUNCTS, _VOWELS, _SIGNS, _OTHER = (_keys(kind) for kind in ("conjunct", "vowel", "sign", "other"))
_VIRAMA, _NUKTA = "्", "़"


def encode(text: str) -> str:
    """The text as typed in Kruti Dev 010; digits stay, signs without a key are dropped."""
    out: list[str] = []
    index = 0
    text = text.replace("‌", "").replace("‍", "")
    while index < len(text):
        if text[index] not in _FULL:
            out.append(_VOWELS.get(text[index]) or _OTHER.get(text[index]) or _plain(text[index]))
            index += 1
            continue
        index, code = _syllable(text, index)
        out.append(code)
    return "".join(out)


def _plain(sign: str) -> str:
    return sign if ord(sign) < 128 else ""


def _syllable(text: str, start: int) -> tuple[int, str]:
    """One consonant cluster with its vowel sign and nasal, from start; the position after it and its code."""
    end = start
    reph = False
    body = ""
    if text.startswith("र" + _VIRAMA, start) and start + 2 < len(text) and text[start + 2] in _FULL:
        reph, end = True, start + 2
    while True:
        pair = text[end : end + 3]
        if pair in _CONJUNCTS:
            body, end = body + _CONJUNCTS[pair], end + 3
        else:
            letter = text[end]
            end += 1
            nukta = end < len(text) and text[end] == _NUKTA
            end += nukta
            half = end + 1 < len(text) and text[end] == _VIRAMA and text[end + 1] in _FULL and letter in _HALF
            body += (_HALF if half else _FULL)[letter] + ("+" if nukta else "")
        if end + 1 < len(text) and text[end] == _VIRAMA and text[end + 1] in _FULL:
            if text[end + 1] == "र":
                body, end = body + ("ª" if text[end - 1] in "टठडढ" else "z"), end + 2
                break
            body += "~" if text[end - 1] not in _HALF else ""
            end += 1
            continue
        break
    if end < len(text) and text[end] == _VIRAMA:
        body, end = body + "~", end + 1
    sign = ""
    if text[end - 1 : end + 1] in ("रु", "रू") and body == "j":
        return end + 1, "#" if text[end] == "ु" else ":"
    if end < len(text) and text[end] in _SIGNS:
        sign, end = _SIGNS[text[end]], end + 1
    nasal = ""
    while end < len(text) and text[end] in "ंँ":
        nasal += _OTHER[text[end]]
        end += 1
    code = sign + body if sign == "f" else body + sign
    return end, code + ("Z" if reph else "") + nasal
