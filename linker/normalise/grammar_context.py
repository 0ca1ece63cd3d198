"""What a marker means where it stands: the tokens beside it decide.

मो0 is Mohammad in a name, mobile before a number and mohalla in an address; थाना दिल्ली गेट names no state; आधार may be a name; व
begins a further person only if a name follows that goes on like one.
"""

from __future__ import annotations

import numpy as np

from linker.normalise import fields, grammar_state, tokens
from linker.normalise.fields import Field, Mode
from linker.normalise.grammar_state import PERSON, RELATIVES, S, in_relative, of_kinds
from linker.normalise.kernel import kernel_of
from linker.normalise.tokens import Kind

kernel = kernel_of(__file__, fields.__file__, grammar_state.__file__, tokens.__file__)

END = -1
"""Stands for the kind of the token behind the last."""
MOST_PERSONS = 500
"""Persons told apart in one text; a text with more is no list of accused, and what follows stays with the last of them."""
_NO_NAME = -2
_LISTED_NAMES = 12
_NAME_WORDS = 6  # more words than this in a row are not one person's name

# numba cannot choose between a member of an enum and an integer; where either may come out, it is the plain integer.
_WORD, _PHONE, _MOHALLA = int(Kind.WORD), int(Kind.PHONE), int(Kind.MOHALLA)
_STATE, _STATE_FIRST, _RESIDENT = int(Kind.STATE), int(Kind.STATE_FIRST), int(Kind.RESIDENT)

ROLE = of_kinds(
    -1,
    {
        Kind.SON: Field.FATHER, Kind.SON_SHORT: Field.FATHER, Kind.SONS: Field.FATHER,
        Kind.DAUGHTER: Field.FATHER, Kind.DAUGHTER_SHORT: Field.FATHER,
        Kind.WIFE: Field.HUSBAND, Kind.WIFE_SHORT: Field.HUSBAND, Kind.HUSBAND_WORD: Field.HUSBAND,
        Kind.MOTHER_WORD: Field.MOTHER, Kind.CARE: Field.GUARDIAN,
    },
)  # fmt: skip
"""Whose name follows a relation's marker."""
PLACE = of_kinds(
    -1,
    {
        Kind.VILLAGE: Field.VILLAGE, Kind.MOHALLA: Field.MOHALLA, Kind.STATION: Field.STATION, Kind.TEHSIL: Field.TEHSIL,
        Kind.DISTRICT: Field.DISTRICT, Kind.PIN: Field.PIN, Kind.HOUSE: Field.NUMBERED, Kind.LANE: Field.NUMBERED,
        Kind.POST: Field.NONE,
    },
)  # fmt: skip
"""Which part of an address follows its marker."""
_NAMELIKE = of_kinds(
    0,
    dict.fromkeys(
        (Kind.WORD, Kind.HONORIFIC, Kind.HONORIFIC_FEMALE, Kind.LATE, Kind.MO, Kind.DIRECTION, Kind.STATE_FIRST, Kind.WOMEN,
         Kind.KOTWALI, Kind.YEARS, Kind.HUSBAND_WORD, Kind.MOTHER_WORD, Kind.ID_NUMBER, Kind.PERMANENT, Kind.STATE),
        1,
    ),
)  # fmt: skip
_ENDS_NAME = of_kinds(0, dict.fromkeys((Kind.AND, Kind.AND_LATIN, Kind.COMMA, Kind.AGE, Kind.VILLAGE), 1))
_SHORT = of_kinds(
    0, dict.fromkeys((Kind.SON_SHORT, Kind.DAUGHTER_SHORT, Kind.WIFE_SHORT, Kind.HUSBAND_WORD, Kind.MOTHER_WORD), 1)
)
_NUMERIC = of_kinds(0, dict.fromkeys((Kind.AGE, Kind.PHONE, Kind.PIN, Kind.BIRTH, Kind.ID_NUMBER), 1))


@kernel("int64(int8[::1], int64, int64)")
def kind_at(kind, i, hi):  # type: ignore[no-untyped-def]
    return kind[i] if i < hi else END


@kernel("int64(int8[::1], int64, int64)")
def after_signs(kind, i, hi):  # type: ignore[no-untyped-def]
    """The kind of the first token from `i` on that is no mere sign."""
    while i < hi and kind[i] == Kind.SIGN:
        i += 1
    return kind[i] if i < hi else END


@kernel("int64(int8[::1], int64, int64)")
def _name_end(kind, i, hi):  # type: ignore[no-untyped-def]
    """The first token after the name that begins at `i`; -1 where there is no name, or no end of it."""
    words, limit = 0, i + 3 * _NAME_WORDS
    while i < hi and i < limit and (_NAMELIKE[kind[i]] or kind[i] == Kind.SIGN):
        words += _NAMELIKE[kind[i]]
        i += 1
    if words == 0 or words > _NAME_WORDS or i == limit:
        return -1
    return i


@kernel("int64(int8[::1], int64, int64)")
def _name_ahead(kind, i, hi):  # type: ignore[no-untyped-def]
    """The kind of what follows the name that begins at `i`: END at the text's end, _NO_NAME where there is no name."""
    after = _name_end(kind, i, hi)
    return kind_at(kind, after, hi) if after >= 0 else _NO_NAME


@kernel("boolean(int8[::1], int64, int64)")
def _list_ahead(kind, i, hi):  # type: ignore[no-untyped-def]
    """Whether names parted by commas begin at `i` that end in 'व' and one more or in a relation of them all."""
    for _ in range(_LISTED_NAMES):
        after = _name_end(kind, i, hi)
        if after < 0 or after >= hi:
            return False
        if kind[after] != Kind.COMMA:
            return kind[after] in (Kind.AND, Kind.AND_LATIN, Kind.SONS)
        i = after + 1
    return False


@kernel("boolean(int8[::1], int64, int64)")
def others_follow(kind, i, hi):  # type: ignore[no-untyped-def]
    """'2 अन्य', 'अन्य साथी': further persons without a name."""
    if i < hi and kind[i] == Kind.NUMBER:
        i += 1
    return i < hi and kind[i] == Kind.OTHERS


@kernel("boolean(int64)")
def relates(k):  # type: ignore[no-untyped-def]
    return k >= 0 and (ROLE[k] >= 0 or k in (Kind.ALIAS, Kind.RESIDENT, Kind.RESIDENTS))


@kernel("boolean(int64[::1], int8[::1], int64, int64)")
def _person_after_comma(s, kind, i, hi):  # type: ignore[no-untyped-def]
    related = s[S.SEEN] & RELATIVES != 0 or (in_relative(s) and s[S.OPEN] >= 0)
    if not related:
        return s[S.ZONE] == PERSON and s[S.FIELD] <= Field.ALIAS and _list_ahead(kind, i, hi)
    ahead = _name_ahead(kind, i, hi)
    return ahead >= 0 and (ROLE[ahead] >= 0 or ahead == Kind.ALIAS)


@kernel("boolean(int64[::1], int8[::1], int64, int64, int64)")
def person_begins(s, kind, k, i, hi):  # type: ignore[no-untyped-def]
    """Whether what follows token `i` (व, a comma, a number in a numbered list) is a further person."""
    nobody_yet = s[S.SEEN] == 0 and s[S.OPEN] < 0
    if s[S.MODE] != Mode.PHRASE or s[S.PART] >= MOST_PERSONS - 1 or nobody_yet:
        return False
    if k == Kind.NUMBER:
        numbered = s[S.NUMBERED] != 0 and kind_at(kind, i + 1, hi) in (Kind.SIGN, Kind.CLOSE)
        return numbered and relates(_name_ahead(kind, i + 2, hi))
    if k == Kind.COMMA:
        return _person_after_comma(s, kind, i + 1, hi)
    ahead = _name_ahead(kind, i + 1, hi)
    if ahead == _NO_NAME or others_follow(kind, i + 1, hi):
        return False
    if relates(ahead):
        return True
    # 'Jammu and Kashmir' may end an address, 'थाना सदर व मोहन' names a person
    return (k == Kind.AND or s[S.ZONE] == PERSON) and (ahead == END or _ENDS_NAME[ahead] != 0)


@kernel("int64(int64[::1], int8[::1], int64, int64)")
def _resolve_state(s, kind, i, hi):  # type: ignore[no-untyped-def]
    """A state's name counts as one only at the end of a piece of an address; 'थाना दिल्ली गेट' holds none."""
    k = np.int64(kind[i])
    if s[S.ZONE] == PERSON:
        return _WORD
    following = kind_at(kind, i + 1, hi)
    if k == Kind.STATE_FIRST:
        return _STATE_FIRST if following == Kind.STATE_LAST else _WORD
    if k == Kind.STATE_LAST:
        return _WORD
    named = Field.VILLAGE <= s[S.FIELD] <= Field.DISTRICT and s[S.FIELD] != Field.LOCALITY
    if named and s[S.OPEN] < 0:
        return _WORD
    if following >= 0 and (_NAMELIKE[following] or following == Kind.FILLER):
        return _WORD
    return _STATE


@kernel("int64(int64[::1], int8[::1], int8[::1], int64, int64)")
def _resolve_mo(s, kind, digits, following, i):  # type: ignore[no-untyped-def]
    if following == Kind.NO:
        return _PHONE
    if following == Kind.NUMBER:
        number = i + 1
        while kind[number] == Kind.SIGN:
            number += 1
        return _PHONE if digits[number] >= 8 else _MOHALLA
    return _WORD if s[S.ZONE] == PERSON else _MOHALLA


@kernel("int64(int64[::1], int64, int64)")
def _resolve_short(s, k, following):  # type: ignore[no-untyped-def]
    """'पु0', 'so' and their like relate only a name before to a name after."""
    if k in (Kind.HUSBAND_WORD, Kind.MOTHER_WORD):  # 'पति श्री राम', 'माता का नाम'; but राम पति, माता प्रसाद
        return k if following in (Kind.FILLER, Kind.HONORIFIC, Kind.HONORIFIC_FEMALE, Kind.LATE) else _WORD
    if in_relative(s) and s[S.OPEN] < 0 and s[S.MODE] == Mode.PHRASE:
        return _WORD  # पुत्र प0 राम
    named = s[S.ZONE] == PERSON and (s[S.OPEN] >= 0 or s[S.SEEN] & (1 << Field.NAME) != 0)
    begins_cell = s[S.MODE] == Mode.RELATIVE and s[S.OPEN] < 0
    follows = following in (Kind.FILLER, Kind.PLURAL, Kind.RESIDENT, Kind.RESIDENTS)
    follows = follows or (following >= 0 and _NAMELIKE[following] != 0)
    return k if (named or begins_cell) and follows else _WORD


@kernel("int64(int64[::1], int64, int64)")
def _resolve_detail(s, k, following):  # type: ignore[no-untyped-def]
    """Words that announce a number announce none where no number follows: आधार, उम्र may begin a name."""
    announced = following in (Kind.NUMBER, Kind.NO, Kind.ABOUT)
    if k in (Kind.AGE, Kind.BIRTH):
        announced = announced or s[S.ZONE] != PERSON or s[S.SEEN] != 0 or s[S.OPEN] >= 0
    return k if announced else _WORD


@kernel("int64(int64[::1], int64, int64)")
def _resolve_place(s, k, following):  # type: ignore[no-untyped-def]
    if s[S.MODE] in (Mode.NAME, Mode.RELATIVE) and s[S.ZONE] == PERSON:
        return _WORD
    if s[S.OPEN] < 0:
        return k
    if following == END or following == Kind.COMMA or (following == Kind.STATE and k == Kind.VILLAGE):  # noqa: PLR1714
        return _WORD  # 'PS Palam Village'
    return k


@kernel("int64(int64[::1], int64, int64)")
def _resolve_other(s, k, following):  # type: ignore[no-untyped-def]
    """Kinds that one condition decides."""
    in_person = s[S.ZONE] == PERSON
    if k in (Kind.FILLER, Kind.NO):
        marks = s[S.OPEN] < 0
    elif k == Kind.LATE:
        marks = s[S.FIELD] != Field.NAME
    elif k in (Kind.HONORIFIC, Kind.HONORIFIC_FEMALE):
        marks = in_relative(s) and s[S.OPEN] < 0
    elif k in (Kind.PRESENT, Kind.PERMANENT):
        marks = following in (Kind.FILLER, Kind.RESIDENT) or (k == Kind.PRESENT and not in_person)
        marks = marks or (following >= 0 and PLACE[following] >= 0)
    elif k == Kind.ABOUT:
        marks = following == Kind.NUMBER or s[S.FIELD] == Field.AGE
    elif k == Kind.YEARS:
        marks = s[S.FIELD] == Field.AGE
    elif k == Kind.WOMEN:
        marks = following == Kind.STATION
    elif k == Kind.KOTWALI:
        marks = not in_person and s[S.SEEN] & (1 << Field.STATION) == 0
    elif k in (Kind.AND, Kind.AND_LATIN):
        marks = s[S.MODE] == Mode.PHRASE
    elif k == Kind.RESIDENT_SHORT:
        return _RESIDENT if in_relative(s) and s[S.OPEN] >= 0 else _WORD
    elif k in (Kind.CASTE, Kind.SONS):
        marks = not in_person or s[S.MODE] == Mode.PHRASE
    else:
        marks = k not in (Kind.DIRECTION, Kind.OTHERS)
    return k if marks else _WORD


@kernel("int64(int64[::1], int8[::1], int8[::1], int64, int64)")
def resolve(s, kind, digits, i, hi):  # type: ignore[no-untyped-def]
    """The kind of token `i` in its context: a marker that is only a word here becomes WORD."""
    k = np.int64(kind[i])
    following = after_signs(kind, i + 1, hi)
    if k == Kind.WORD:
        found = k
    elif k == Kind.MO:
        found = _resolve_mo(s, kind, digits, following, i)
    elif _SHORT[k]:
        found = _resolve_short(s, k, following)
    elif k in (Kind.STATE, Kind.STATE_FIRST, Kind.STATE_LAST):
        found = _resolve_state(s, kind, i, hi)
    elif _NUMERIC[k]:
        found = _resolve_detail(s, k, following)
    elif PLACE[k] >= 0:
        found = _resolve_place(s, k, following)
    else:
        found = _resolve_other(s, k, following)
    return found
