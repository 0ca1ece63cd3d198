"""Numbers and names as a reader meets them in the report."""

from __future__ import annotations

import re

from linker.schema import Decision

DECISIONS = {Decision.LINK: "linked", Decision.REVIEW: "for review", Decision.NO_LINK: "not linked"}

REASONS = {
    "column_count": "more or fewer cells than the header",
    "undecodable": "bytes that are not text",
    "nul_byte": "a NUL byte inside",
    "huge_cell": "a cell longer than any field can be",
    "no_native_id": "no id of its own",
    "duplicate_id": "an id that another row has with other content",
    "no_name": "no name at all",
    "structure": "the end of the row cannot be told",
}
"""`schema.Quarantined` in words."""

RULES = {
    "link": "probable enough, and no rule speaks against it",
    "uncertain": "too probable to drop, not probable enough to link",
    "improbable": "too little speaks for it",
    "unlike": "too little speaks for it, and something against it",
    "name_conflict": "the names speak against it: perhaps brothers, a couple, a shared phone",
    "alias_only": "only an alias agrees",
    "weak_name": "the names agree in too little",
    "name_and_relation_alone": "too little agrees besides name and relation: a like age, say, is not enough",
    "contradiction": "sex, birth or a strong identifier contradicts",
    "misused_identity": "one identifier, but people who contradict each other",
    "veto": "the two records cannot be one person",
    "namesake": "probable, but nothing strong agrees besides name, relation and age: perhaps namesakes",
    "relative_conflict": "the relatives differ, and no identifier or birth date agrees: perhaps a cousin",
    "no_relative": "neither an identifier nor the relatives agree, and the policy asks for one of them",
    "brother": "only a part of the names agrees: perhaps a brother or twin",
    "pooled": "lacks a little by itself, but all records of its two groups agree",
    "kept": "linked before, and still nearly probable enough",
    "held_groups": "probable enough, but the other records of its two groups make one person improbable",
    "held_decided": "probable enough, but a person has decided that they are different",
    "held_apart": "probable enough, but it would join records that a decision or a veto keeps apart",
    "held_contradiction": "probable enough, but it would join groups that contradict each other",
    "held_bridge": "probable enough, but it alone would hold two groups together",
    "held_hub": "probable enough, but one record alone would hold two groups together",
    "held_sparse": "probable enough, but the weakest evidence of a large, loosely tied group",
    "held_unstated": "probable enough, but one record names no relative and would join groups whose relatives differ",
}
"""`matching.policy.Rule` in words."""

FIGURES = {
    "best": "the best pair weighs {:.1f} bits",
    "mean": "{:.1f} bits on average",
    "against": "{:.1f} bits speak against",
    "relative": "relatives {:.1f} bits on average",
    "personal": "aliases, phone, documents and marks {:.1f} bits",
    "independent": "one pair has {:.1f} bits besides name and relation",
    "unscored": "{:.0%} of the pairs too unlike to be scored",
    "smaller": "{:.0f} in the smaller group",
    "larger": "{:.0f} in the larger group",
}
"""`matching.figures.FIGURES` in words."""

LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){8,}")
"""Nine or more digits: phones and identifiers of all kinds, but not dates."""

IDENTIFIER_TAIL = 4


def number(value: float) -> str:
    """`12,345`; fractions below ten with one decimal."""
    return f"{value:,.1f}" if value < 10 and value != int(value) else f"{round(value):,}"


def share(part: float, whole: float) -> str:
    """A percentage that never rounds something to nothing or nearly all to all."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "under 0.1%"
    if 99.9 < percent < 100:
        return "over 99.9%"
    return f"{percent:.0f}%" if percent >= 10 or percent == int(percent) else f"{percent:.1f}%"


def count(value: int, one: str, many: str | None = None) -> str:
    """`1 record`, `2 records`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def bits(weight: float) -> str:
    """`+12.3` with a real minus sign."""
    return f"{weight:+.1f}".replace("-", "−")


def readable(name: str) -> str:
    """`NAME_CONFLICT` or `father_name` as words."""
    return name.replace("_", " ").lower()


def sure(weight: float) -> str:
    """What a match weight means: how often a pair with such a weight is one person, if the model is right."""
    odds = 2.0 ** min(abs(weight), 60)
    if weight >= 0:
        return f"wrong about once in {number(odds + 1)}" if odds < 1e6 else "wrong less than once in a million"
    return f"right about once in {number(odds + 1)}" if odds < 1e6 else "right less than once in a million"


def probability(p: float) -> str:
    """Probabilities as small as a fixed u or as close to one as a strong link, short."""
    if p == 0 or p >= 0.001:
        return f"{100 * p:.3g}%"
    return f"1 in {number(1 / p)}" if p > 1e-7 else f"1 in {1 / p:.0e}".replace("e+0", "e")


def file_name(path: str) -> str:
    """The last part of a path or address: folders and passwords are nobody's business."""
    return re.split(r"[/\\\\]", path.rstrip("/"))[-1].partition("?")[0]


def masked(text: str) -> str:
    """Text with every long number hidden but for its last four digits."""
    return LONG_NUMBER.sub(lambda found: _hide(found[0]), text)


def masked_identifier(text: str) -> str:
    """An identifier hidden but for its last four characters."""
    return _hide(text)


def _hide(text: str) -> str:
    cut = max(len(text) - IDENTIFIER_TAIL, 0)
    return re.sub(r"\w", "X", text[:cut]) + text[cut:]
