"""The named outcomes of comparing two names, and the kinds of keys that bring names together."""

from __future__ import annotations

from enum import IntEnum


class NameLevel(IntEnum):
    """How two names agree, from conflict to exact agreement. How much that is worth is the weight's business."""

    UNKNOWN = 0
    """One of the two is missing or holds nothing but titles."""
    GENDER_CONFLICT = 1
    """The names differ by what marks a woman's name: Kumar and Kumari, Nazir and Nazira, Kapil and Kapila."""
    GIVEN_CONFLICT = 2
    """The given names differ although another part agrees: two brothers, or two people of one caste name."""
    DIFFERENT = 3
    """No part agrees beyond chance."""
    SURNAME_ONLY = 4
    """Only parts that many people bear agree (a surname, Singh, Kumar, Devi); a given name stands on one side alone or not at all."""
    INITIALS = 5
    """The given name stands as an initial on one side, and the initial fits: R. K. Sharma and Rakesh Kumar Sharma."""
    GIVEN_ONLY = 6
    """The given name agrees and the other parts differ: Vijender Gupta and Vijender Kumar."""
    FILLERS_DIFFER = 7
    """The given name agrees; what differs besides are words that come and go on one side (Singh, Kumar, Lal), and such words or a surname
    on the other: Kali Singh and Kali Chand, Vijender Gupta and Vijender Kumar."""
    SIMILAR = 8
    """Every part has a partner, one of them spelled so differently that it may be another name."""
    PARTIAL = 9
    """One name is inside the other: a surname, a suffix or a middle name was left out; the given name agrees."""
    SAME = 10
    """Every part agrees in sound: other spellings, another script, joined or split words, written-out abbreviations, another order."""
    EXACT = 11
    """The same letters after folding, titles aside."""


class KeyKind(IntEnum):
    """How strictly a key was made. Names with a common key are worth comparing; the stricter the key, the fewer share it."""

    STRICT = 0
    """Consonant skeleton of the canonical romanisation."""
    NEAR = 1
    """Consonant skeletons of the further best romanisations, and of two neighbouring words written as one."""
    LOOSE = 2
    """Skeleton with v/b/w, s/sh, j/z/y, aspirates, nasals and retroflexes folded into one."""
