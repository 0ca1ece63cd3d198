"""The police phrase of Uttar Pradesh: name, alias, relative, home, age and mobile in one cell, for one or several people."""

from __future__ import annotations

from dataclasses import dataclass

_LIVES = ("निवासी", "निवासी", "निवासी", "नि0", "नि0", "नि०", "नि.", "सा0", "सा०", "सा.")
_LIVE_BOTH = ("निवासीगण", "निवासीगण", "नि0गण")
_SONS = ("पुत्रगण", "पुत्रगण", "पुत्रगण", "पु0गण")
_URF = ("उर्फ",) * 8 + ("उर्फ़",) * 2 + ("ऊर्फ",) * 2


@dataclass(frozen=True)
class Accused:
    """One person as a clerk would tell about them; `dice` are the clerk's whims."""

    name: str
    alias: list[str]
    relation: str
    relative: str
    address: str
    age: str
    phone: str
    late: bool
    dice: list[float]


def alias_word(point: float) -> str:
    """A spelling of उर्फ."""
    return _URF[int(point * len(_URF))]


def deceased(person: Accused) -> str:
    """'the late' before the relative's name, or nothing."""
    if not person.late:
        return ""
    point = person.dice[8]
    return "स्व0 " if point < 0.55 else "स्व० " if point < 0.8 else "स्व. "


def one(person: Accused) -> tuple[str, bool, bool]:
    """The phrase, and whether it holds the age and the mobile number."""
    d = person.dice
    text = _with_alias(person)
    if person.relation and d[6] < 0.96:
        honour = "श्री " if d[7] < 0.22 else ""
        text += f" {person.relation} {honour}{deceased(person)}{person.relative}"
    if d[4] < 0.96:
        text += f" {_LIVES[int(d[4] / 0.96 * len(_LIVES))]} {person.address}"
    age = bool(person.age) and d[2] < 0.43
    if age:
        told = person.age if person.age.endswith(("वर्ष", "साल")) else person.age + " वर्ष"
        text += f" {'उम्र' if d[0] < 0.65 else 'आयु'} {told}"
    mobile = len(person.phone) == 10 and person.phone.isdigit() and d[3] < 0.27
    if mobile:
        mark = "०" if d[1] < 0.15 else "." if d[1] < 0.35 else "0"
        text += f" मो{mark}नं{mark} {person.phone}"
    return text, age, mobile


def strangers(first: Accused, second: Accused) -> str:
    """Two people of one case, each told fully, without ages and numbers."""
    return f"{_short(first)} व {_short(second)}"


def brothers(first: Accused, second: Accused) -> str:
    """Two sons of one father at one address."""
    sons = _SONS[int(first.dice[0] * len(_SONS))]
    live = _LIVE_BOTH[int(first.dice[1] * len(_LIVE_BOTH))]
    father = first.relative or second.relative
    return f"{_with_alias(first)} व {_with_alias(second)} {sons} {father} {live} {first.address}"


def _short(person: Accused) -> str:
    d = person.dice
    relative = f" {person.relation} {deceased(person)}{person.relative}" if person.relation else ""
    return f"{_with_alias(person)}{relative} {_LIVES[int(d[4] * len(_LIVES))]} {person.address if d[5] < 0.93 else ''}".strip()


def _with_alias(person: Accused) -> str:
    return person.name + "".join([f" {alias_word(person.dice[5])} {alias}" for alias in person.alias])
