"""The grammar of police phrases: which tokens belong to which field of which person.

One pass from left to right. A marker (उर्फ, S/o, थाना, Distt) says what the words after it are, until the next marker. The pass
is in one of three zones: a person's names, the home address, a present address. Where a marker is ambiguous, the tokens
beside it decide (`_resolve`): मो0 is Mohammad in a name, mobile before a number, mohalla in an address.

What comes out are spans: (text, part, field, first byte, last byte + 1). Every word and number of the text lies in some span,
so nothing is lost: what no field takes has the field REST. The work is linear in the number of tokens but for a bounded look
ahead, and any sequence of tokens is accepted.
"""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np

from linker.normalise.tokens import Kind


class Field(IntEnum):
    """What a span holds."""

    NAME = 0
    ALIAS = 1
    FATHER = 2
    MOTHER = 3
    HUSBAND = 4
    GUARDIAN = 5
    RELATIVE = 6  # in a column of relatives: the relation is stated elsewhere
    VILLAGE = 7
    MOHALLA = 8
    LOCALITY = 9  # words of an address without a marker
    STATION = 10
    TEHSIL = 11
    DISTRICT = 12
    STATE = 13
    PIN = 14
    AGE = 15
    PHONE = 16
    BIRTH = 17
    ADDRESS = 18  # the home address as it was typed; it covers village to pin
    PRESENT = 19
    REST = 20
    LATE = 21  # the word that says that the relative is dead
    NONE = 22  # inside an address: house, lane, post office; stands in ADDRESS only
    NUMBERED = 23  # as NONE, and a number is due


class Mode(IntEnum):
    """What the column holds."""

    PHRASE = 0  # everything about one or several persons
    NAME = 1
    RELATIVE = 2
    ADDRESS = 3


class _S(IntEnum):
    """Places in the vector of the pass's state."""

    FIELD = 0  # what words belong to now
    OPEN = 1  # where the field's span began, -1 while it is empty
    CLOSE = 2
    ADDRESS_OPEN = 3
    ADDRESS_CLOSE = 4
    ZONE = 5
    PART = 6
    SEEN = 7  # bit set of the part's fields
    SAVED = 8  # the field before a bracket, -1 outside
    SPANS = 9  # how many spans are written
    TEXT = 10
    MODE = 11
    NUMBERED = 12  # the persons of this text are numbered
    SHARED_ADDRESS = 13  # 'निवासीगण': the address is that of all persons before


_PERSON, _HOME, _PRESENT = 0, 1, 2
_END = -1

_KINDS = len(Kind)
_STATE_SIZE = len(_S)
# numba cannot choose between a member of an enum and an integer; where both may come out, it is the plain integer.
_WORD, _PHONE, _MOHALLA = int(Kind.WORD), int(Kind.PHONE), int(Kind.MOHALLA)
_STATE, _STATE_FIRST = int(Kind.STATE), int(Kind.STATE_FIRST)
_ADDRESS_FIELD, _PRESENT_FIELD, _REST, _NONE = int(Field.ADDRESS), int(Field.PRESENT), int(Field.REST), int(Field.NONE)
_LOCALITY, _NAME, _ALIAS, _RELATIVE = int(Field.LOCALITY), int(Field.NAME), int(Field.ALIAS), int(Field.RELATIVE)
_MOTHER, _AGE, _PHONE_FIELD = int(Field.MOTHER), int(Field.AGE), int(Field.PHONE)


def _table(default: int, entries: dict[Kind, int]) -> np.ndarray:
    table = np.full(_KINDS, default, np.int64)
    for kind, value in entries.items():
        table[kind] = value
    return table


_ROLE = _table(
    -1,
    {
        Kind.SON: Field.FATHER, Kind.SON_SHORT: Field.FATHER, Kind.SONS: Field.FATHER,
        Kind.DAUGHTER: Field.FATHER, Kind.DAUGHTER_SHORT: Field.FATHER,
        Kind.WIFE: Field.HUSBAND, Kind.WIFE_SHORT: Field.HUSBAND,
        Kind.MOTHER_SHORT: Field.MOTHER, Kind.CARE: Field.GUARDIAN,
    },
)  # fmt: skip
_PLACE = _table(
    -1,
    {
        Kind.VILLAGE: Field.VILLAGE, Kind.MOHALLA: Field.MOHALLA, Kind.STATION: Field.STATION, Kind.TEHSIL: Field.TEHSIL,
        Kind.DISTRICT: Field.DISTRICT, Kind.PIN: Field.PIN, Kind.HOUSE: Field.NUMBERED, Kind.LANE: Field.NUMBERED,
        Kind.POST: Field.NONE,
    },
)  # fmt: skip
_NAMELIKE = _table(
    0,
    dict.fromkeys(
        (Kind.WORD, Kind.HONORIFIC, Kind.HONORIFIC_FEMALE, Kind.LATE, Kind.MO, Kind.DIRECTION, Kind.STATE_FIRST, Kind.WOMEN,
         Kind.KOTWALI, Kind.YEARS),
        1,
    ),
)  # fmt: skip
_ENDS_NAME = _table(0, dict.fromkeys((Kind.AND, Kind.AND_LATIN, Kind.COMMA, Kind.AGE, Kind.VILLAGE), 1))
_SHORT = _table(0, dict.fromkeys((Kind.SON_SHORT, Kind.DAUGHTER_SHORT, Kind.WIFE_SHORT, Kind.MOTHER_SHORT), 1))

_NUMERIC = _table(0, dict.fromkeys((Kind.AGE, Kind.PHONE, Kind.PIN, Kind.BIRTH, Kind.ID_NUMBER), 1))

_RELATIVES = (1 << Field.FATHER) | (1 << Field.MOTHER) | (1 << Field.HUSBAND) | (1 << Field.GUARDIAN)
_HOMES = (1 << Field.ADDRESS) | (1 << Field.PRESENT)
_LOCALITIES = (1 << Field.VILLAGE) | (1 << Field.MOHALLA) | (1 << Field.LOCALITY)
MOST_PERSONS = 500
"""Persons told apart in one text; a text with more is no list of accused, and what follows stays with the last of them."""
_NAME_WORDS = 6  # more words than this in a row are not one person's name


@nb.njit("int64(int8[::1], int64, int64)", cache=True, nogil=True)
def _kind_at(kind, i, hi):  # type: ignore[no-untyped-def]
    return kind[i] if i < hi else _END


@nb.njit("int64(int8[::1], int64, int64)", cache=True, nogil=True)
def _after_signs(kind, i, hi):  # type: ignore[no-untyped-def]
    """The kind of the first token from `i` on that is no mere sign."""
    while i < hi and kind[i] == Kind.SIGN:
        i += 1
    return kind[i] if i < hi else _END


@nb.njit("int64(int8[::1], int64, int64)", cache=True, nogil=True)
def _name_ahead(kind, i, hi):  # type: ignore[no-untyped-def]
    """What follows the name that begins at `i`: a kind, -1 at the text's end, -2 where no name (or no end of it) is found."""
    words, limit = 0, i + 3 * _NAME_WORDS
    while i < hi and i < limit and (_NAMELIKE[kind[i]] or kind[i] == Kind.SIGN):
        words += _NAMELIKE[kind[i]]
        i += 1
    if words == 0 or words > _NAME_WORDS or i == limit:
        return -2
    return _kind_at(kind, i, hi)


@nb.njit("boolean(int64)", cache=True, nogil=True)
def _relates(k):  # type: ignore[no-untyped-def]
    return k >= 0 and (_ROLE[k] >= 0 or k == Kind.ALIAS or k == Kind.RESIDENT or k == Kind.RESIDENTS)


@nb.njit("boolean(int64[::1])", cache=True, nogil=True)
def _in_relative(s):  # type: ignore[no-untyped-def]
    return s[_S.ZONE] == _PERSON and Field.FATHER <= s[_S.FIELD] <= Field.RELATIVE


# --- writing spans ---------------------------------------------------------------------------------------------------


@nb.njit("void(int64[::1], int32[:,::1], int64, int64, int64)", cache=True, nogil=True)
def _write(s, spans, field, start, end):  # type: ignore[no-untyped-def]
    n = s[_S.SPANS]
    spans[n, 0], spans[n, 1], spans[n, 2], spans[n, 3], spans[n, 4] = s[_S.TEXT], s[_S.PART], field, start, end
    s[_S.SPANS] = n + 1
    s[_S.SEEN] |= 1 << field


@nb.njit("void(int64[::1], int32[:,::1])", cache=True, nogil=True)
def _close(s, spans):  # type: ignore[no-untyped-def]
    """Writes the field's span, if it has words."""
    if s[_S.OPEN] >= 0:
        _write(s, spans, s[_S.FIELD], s[_S.OPEN], s[_S.CLOSE])
        s[_S.OPEN] = -1


@nb.njit("void(int64[::1], int32[:,::1])", cache=True, nogil=True)
def _close_address(s, spans):  # type: ignore[no-untyped-def]
    _close(s, spans)
    if s[_S.ADDRESS_OPEN] >= 0:
        field = _PRESENT_FIELD if s[_S.ZONE] == _PRESENT else _ADDRESS_FIELD
        _write(s, spans, field, s[_S.ADDRESS_OPEN], s[_S.ADDRESS_CLOSE])
        s[_S.ADDRESS_OPEN] = -1


@nb.njit("void(int64[::1], int64, int64)", cache=True, nogil=True)
def _extend(s, start, end):  # type: ignore[no-untyped-def]
    if s[_S.OPEN] < 0:
        s[_S.OPEN] = start
    s[_S.CLOSE] = end


@nb.njit("void(int64[::1], int64, int64)", cache=True, nogil=True)
def _extend_address(s, start, end):  # type: ignore[no-untyped-def]
    if s[_S.ADDRESS_OPEN] < 0:
        s[_S.ADDRESS_OPEN] = start
    s[_S.ADDRESS_CLOSE] = end


@nb.njit("void(int64[::1], int32[:,::1], int64)", cache=True, nogil=True)
def _enter(s, spans, field):  # type: ignore[no-untyped-def]
    """From now on words belong to `field`, which is not part of an address."""
    _close_address(s, spans)
    s[_S.FIELD] = field


@nb.njit("void(int64[::1], int32[:,::1], int64)", cache=True, nogil=True)
def _enter_place(s, spans, field):  # type: ignore[no-untyped-def]
    """From now on words belong to `field` of an address, or to the address alone if the field has its words already."""
    _close(s, spans)
    if s[_S.ZONE] == _PERSON:
        s[_S.ZONE] = _HOME
    second = s[_S.ZONE] == _PRESENT and s[_S.SEEN] & (1 << Field.ADDRESS) != 0
    taken = field < Field.NONE and s[_S.SEEN] & (1 << field) != 0
    if field == Field.LOCALITY and s[_S.SEEN] & _LOCALITIES != 0:
        taken = True
    s[_S.FIELD] = _NONE if second or taken else field


@nb.njit("void(int64[::1], int32[:,::1], int32[:,::1])", cache=True, nogil=True)
def _next_person(s, spans, parts):  # type: ignore[no-untyped-def]
    _close_address(s, spans)
    parts[s[_S.PART], 0] = s[_S.SEEN]
    parts[s[_S.PART], 1] = s[_S.SHARED_ADDRESS]
    s[_S.PART] += 1
    s[_S.SEEN], s[_S.SHARED_ADDRESS], s[_S.SAVED], s[_S.ZONE], s[_S.FIELD] = 0, 0, -1, _PERSON, Field.NAME


# --- one token -------------------------------------------------------------------------------------------------------


@nb.njit("int64(int64[::1], int8[::1], int64, int64)", cache=True, nogil=True)
def _resolve_state(s, kind, i, hi):  # type: ignore[no-untyped-def]
    """A state's name counts as one only at the end of a piece of an address; 'थाना दिल्ली गेट' holds none."""
    k = np.int64(kind[i])
    if s[_S.ZONE] == _PERSON:
        return _WORD
    following = _kind_at(kind, i + 1, hi)
    if k == Kind.STATE_FIRST:
        return _STATE_FIRST if following == Kind.STATE_LAST else _WORD
    if k == Kind.STATE_LAST:
        return _WORD
    named = Field.VILLAGE <= s[_S.FIELD] <= Field.DISTRICT and s[_S.FIELD] != Field.LOCALITY
    if named and s[_S.OPEN] < 0:
        return _WORD
    if following >= 0 and (_NAMELIKE[following] or following == Kind.FILLER):
        return _WORD
    return _STATE


@nb.njit("int64(int64[::1], int8[::1], int8[::1], int64, int64)", cache=True, nogil=True)
def _resolve(s, kind, digits, i, hi):  # type: ignore[no-untyped-def]
    """The token's kind in its context: markers that are only words here become WORD."""
    k = np.int64(kind[i])
    following = _after_signs(kind, i + 1, hi)
    in_person = s[_S.ZONE] == _PERSON
    if k == Kind.MO:
        if following == Kind.NO:
            return _PHONE
        if following == Kind.NUMBER:
            j = i + 1
            while kind[j] == Kind.SIGN:
                j += 1
            return _PHONE if digits[j] >= 8 else _MOHALLA
        return _WORD if in_person else _MOHALLA
    if k == Kind.FILLER or k == Kind.NO or k == Kind.PLURAL:
        return k if s[_S.OPEN] < 0 or k == Kind.PLURAL else _WORD
    if _SHORT[k]:
        named = in_person and (s[_S.OPEN] >= 0 or s[_S.SEEN] & (1 << Field.NAME) != 0)
        if _in_relative(s) and s[_S.OPEN] < 0 and s[_S.MODE] == Mode.PHRASE:
            return _WORD  # पुत्र माता प्रसाद
        starts_relative = s[_S.MODE] == Mode.RELATIVE and s[_S.OPEN] < 0 and k != Kind.MOTHER_SHORT
        name_follows = following >= 0 and (_NAMELIKE[following] != 0 or following == Kind.FILLER)
        name_follows = name_follows or following == Kind.PLURAL or following == Kind.RESIDENT or following == Kind.RESIDENTS
        return k if (named or starts_relative) and name_follows else _WORD
    if k == Kind.LATE and s[_S.FIELD] == Field.NAME:
        return _WORD
    if k == Kind.HONORIFIC or k == Kind.HONORIFIC_FEMALE:
        return k if _in_relative(s) and s[_S.OPEN] < 0 else _WORD
    if k == Kind.PRESENT or k == Kind.PERMANENT:
        place = following >= 0 and (_PLACE[following] >= 0 or following == Kind.FILLER)
        place = place or following == Kind.RESIDENT or (k == Kind.PRESENT and not in_person)
        return k if place else _WORD
    if k == Kind.ABOUT:
        return k if following == Kind.NUMBER or s[_S.FIELD] == Field.AGE else _WORD
    if _NUMERIC[k]:  # आधार, उम्र may begin a name
        stated = following == Kind.NUMBER or following == Kind.NO or following == Kind.ABOUT
        if k == Kind.AGE or k == Kind.BIRTH:
            stated = stated or not in_person or s[_S.SEEN] != 0 or s[_S.OPEN] >= 0
        return k if stated else _WORD
    if k == Kind.YEARS or k == Kind.OTHERS:
        return k if s[_S.FIELD] == Field.AGE else _WORD
    if k == Kind.WOMEN:
        return k if following == Kind.STATION else _WORD
    if k == Kind.KOTWALI:
        return k if not in_person and s[_S.SEEN] & (1 << Field.STATION) == 0 else _WORD
    if k == Kind.STATE or k == Kind.STATE_FIRST or k == Kind.STATE_LAST:
        return _resolve_state(s, kind, i, hi)
    if k == Kind.AND or k == Kind.AND_LATIN:
        return k if s[_S.MODE] == Mode.PHRASE else _WORD
    if (
        s[_S.MODE] in (Mode.NAME, Mode.RELATIVE)
        and in_person
        and (_PLACE[k] >= 0 or k == Kind.CASTE or k == Kind.BIRTH)
    ):
        return _WORD
    if _PLACE[k] >= 0 and s[_S.OPEN] >= 0 and (following == _END or following == Kind.COMMA or following == Kind.STATE):
        return _WORD  # 'PS Palam Village'
    return _WORD if k == Kind.DIRECTION else k


@nb.njit("void(int64[::1], int32[:,::1], int8[::1], int64, int64, int64)", cache=True, nogil=True)
def _relation(s, spans, kind, k, i, hi):  # type: ignore[no-untyped-def]
    """A relation's marker: the words after it name that relative, unless there is one of that relation already."""
    _close_address(s, spans)
    role = _ROLE[k]
    following = _after_signs(kind, i + 1, hi)
    if role == Field.FATHER and following == Kind.HONORIFIC_FEMALE:
        role = _MOTHER
    stated = s[_S.MODE] == Mode.RELATIVE and s[_S.SEEN] != 0
    if s[_S.MODE] == Mode.ADDRESS or stated or s[_S.SEEN] & (1 << role) != 0:
        role = _REST
    else:
        s[_S.ZONE] = _PERSON
    s[_S.FIELD] = role


@nb.njit("void(int64[::1], int32[:,::1], int64, int64, int64)", cache=True, nogil=True)
def _number_in_address(s, spans, size, start, end):  # type: ignore[no-untyped-def]
    field = s[_S.FIELD]
    _extend_address(s, start, end)
    if size == 6 and s[_S.SEEN] & (1 << Field.PIN) == 0:
        _close(s, spans)
        _write(s, spans, Field.PIN, start, end)
        s[_S.FIELD] = Field.NONE
    elif field == Field.NUMBERED:
        _enter_place(s, spans, Field.LOCALITY)
    elif field == Field.VILLAGE and s[_S.OPEN] < 0:
        _extend(s, start, end)


@nb.njit("void(int64[::1], int32[:,::1], int8[::1], int8[::1], int64, int64, int64, int64)", cache=True, nogil=True)
def _number(s, spans, kind, digits, i, hi, start, end):  # type: ignore[no-untyped-def]
    field, size = s[_S.FIELD], digits[i]
    following = _kind_at(kind, i + 1, hi)
    if field == Field.PHONE or field == Field.BIRTH or (field == Field.AGE and size <= 3):
        _extend(s, start, end)
    elif size <= 3 and following == Kind.YEARS:
        _enter(s, spans, Field.AGE)
        _extend(s, start, end)
    elif size >= 10:
        saved = field if s[_S.ZONE] == _PERSON else _NONE
        _close_address(s, spans)
        phone = size <= 13 and s[_S.SEEN] & (1 << Field.PHONE) == 0
        _write(s, spans, _PHONE_FIELD if phone else _REST, start, end)
        s[_S.FIELD] = saved
    elif s[_S.ZONE] != _PERSON and field != Field.REST and field != Field.AGE:
        _number_in_address(s, spans, size, start, end)
    elif field == Field.NAME and s[_S.OPEN] < 0 and s[_S.SEEN] & (1 << Field.NAME) == 0 and size <= 3:
        s[_S.NUMBERED] = 1
    elif size <= 2 and following == Kind.CLOSE and s[_S.SEEN] & (1 << Field.AGE) == 0:
        _close(s, spans)
        _write(s, spans, Field.AGE, start, end)
    elif _in_relative(s) and (s[_S.OPEN] >= 0 or s[_S.SEEN] & _RELATIVES != 0):
        _enter_place(s, spans, Field.LOCALITY)
        _extend_address(s, start, end)
    else:
        _close_address(s, spans)
        _write(s, spans, Field.REST, start, end)
        s[_S.FIELD] = _REST if field == Field.AGE else field


@nb.njit("void(int64[::1], int32[:,::1], int64, int64, int64)", cache=True, nogil=True)
def _word(s, spans, k, start, end):  # type: ignore[no-untyped-def]
    field = s[_S.FIELD]
    if field == Field.AGE or field == Field.PHONE or field == Field.PIN:
        if s[_S.ZONE] != _PERSON and field == Field.PIN:
            _close(s, spans)
            s[_S.FIELD] = Field.NONE
        else:
            _enter(s, spans, Field.REST)
    elif field == Field.NUMBERED and end - start > 2:  # a lane's name, not a house like 'B'
        s[_S.FIELD] = Field.NONE
    field = s[_S.FIELD]
    if s[_S.ZONE] != _PERSON and field != Field.REST and field != Field.BIRTH:
        _extend_address(s, start, end)
        if field == Field.NONE or field == Field.NUMBERED:
            return
    _extend(s, start, end)


@nb.njit("void(int64[::1], int32[:,::1], int8[::1], int64, int64)", cache=True, nogil=True)
def _comma(s, spans, kind, i, hi):  # type: ignore[no-untyped-def]
    if s[_S.ZONE] != _PERSON:
        if s[_S.FIELD] != Field.REST:
            _enter_place(s, spans, Field.LOCALITY)
        else:
            _close(s, spans)
        return
    field = s[_S.FIELD]
    following = _after_signs(kind, i + 1, hi)
    if field == Field.PHONE or s[_S.OPEN] < 0:
        return
    _close(s, spans)
    if s[_S.MODE] == Mode.NAME or s[_S.MODE] == Mode.RELATIVE:
        return
    if Field.FATHER <= field <= Field.GUARDIAN and following >= 0 and following != Kind.NUMBER:
        s[_S.ZONE] = _HOME
        s[_S.FIELD] = Field.LOCALITY
    elif field == Field.NAME or field == Field.ALIAS or field == Field.AGE:
        s[_S.FIELD] = Field.REST


@nb.njit("boolean(int64[::1], int8[::1], int64, int64, int64)", cache=True, nogil=True)
def _person_begins(s, kind, k, i, hi):  # type: ignore[no-untyped-def]
    """Whether what follows token `i` (व, a comma, a number in a numbered list) is a further person."""
    if s[_S.MODE] != Mode.PHRASE or s[_S.PART] >= MOST_PERSONS - 1:
        return False
    related = s[_S.SEEN] & _RELATIVES != 0 or (_in_relative(s) and s[_S.OPEN] >= 0)
    if k == Kind.NUMBER:
        sign = _kind_at(kind, i + 1, hi)
        if not s[_S.NUMBERED] or (s[_S.SEEN] == 0 and s[_S.OPEN] < 0) or (sign != Kind.SIGN and sign != Kind.CLOSE):
            return False
        return _relates(_name_ahead(kind, i + 2, hi))
    ahead = _name_ahead(kind, i + 1, hi)
    if ahead == -2 or _kind_at(kind, i + 1, hi) == Kind.OTHERS:
        return False
    if k == Kind.COMMA:
        return related and ahead >= 0 and (_ROLE[ahead] >= 0 or ahead == Kind.ALIAS)
    if s[_S.SEEN] == 0 and s[_S.OPEN] < 0:
        return False
    if k == Kind.AND_LATIN and s[_S.ZONE] != _PERSON:
        return _relates(ahead)
    return _relates(ahead) or ahead == _END or _ENDS_NAME[ahead] != 0


@nb.njit("void(int64[::1], int32[:,::1], int8[::1], int64, int64, int32[::1], int32[::1])", cache=True, nogil=True)
def _state(s, spans, kind, i, hi, start, end):  # type: ignore[no-untyped-def]
    """A state's name ends the field before it, but for 'नई दिल्ली', 'South Delhi', which are also that field's words."""
    last = i + 1 if kind[i] == Kind.STATE_FIRST else i
    if i > 0 and kind[i - 1] == Kind.DIRECTION and s[_S.OPEN] >= 0:
        _extend(s, start[i], end[last])
    _close(s, spans)
    _extend_address(s, start[i], end[last])
    if s[_S.SEEN] & (1 << Field.STATE) == 0:
        _write(s, spans, Field.STATE, start[i], end[last])
    s[_S.FIELD] = Field.NONE


@nb.njit(
    "void(int64[::1], int32[:,::1], int32[:,::1], int8[::1], int8[::1], int32[::1], int32[::1], int64, int64)",
    cache=True, nogil=True,
)  # fmt: skip
def _token(s, spans, parts, kind, digits, start, end, i, hi):  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915
    """Takes token `i` into the state. One branch per kind of token."""
    k = _resolve(s, kind, digits, i, hi)
    if (k in (Kind.AND, Kind.AND_LATIN, Kind.COMMA, Kind.NUMBER)) and _person_begins(s, kind, k, i, hi):
        _next_person(s, spans, parts)
    elif k == Kind.WORD or k == Kind.NO or k == Kind.AND or k == Kind.AND_LATIN:
        if (k == Kind.AND or k == Kind.AND_LATIN) and s[_S.ZONE] == _PERSON:
            _enter(s, spans, Field.REST)
        elif k == Kind.NO:
            if s[_S.ADDRESS_OPEN] >= 0:
                _extend_address(s, start[i], end[i])
        else:
            _word(s, spans, k, start[i], end[i])
    elif k == Kind.NUMBER:
        _number(s, spans, kind, digits, i, hi, start[i], end[i])
    elif k == Kind.COMMA:
        _comma(s, spans, kind, i, hi)
    elif k == Kind.OPEN:
        if s[_S.SAVED] < 0:
            _close(s, spans)
            s[_S.SAVED] = s[_S.FIELD]
            s[_S.FIELD] = _REST if s[_S.ZONE] == _PERSON else _NONE
    elif k == Kind.CLOSE:
        if s[_S.SAVED] >= 0:
            _close(s, spans)
            s[_S.FIELD] = s[_S.SAVED] if s[_S.ZONE] == _PERSON else _NONE
            s[_S.SAVED] = -1
    elif k == Kind.ALIAS:
        if s[_S.ZONE] != _PERSON:
            _extend_address(s, start[i], end[i])
        else:
            _enter(s, spans, _ALIAS if s[_S.FIELD] <= Field.ALIAS else _REST)
    elif _ROLE[k] >= 0:
        _relation(s, spans, kind, k, i, hi)
    elif k == Kind.LATE:
        if _in_relative(s):
            _close(s, spans)
            _write(s, spans, Field.LATE, start[i], end[i])
        else:
            _word(s, spans, k, start[i], end[i])
    elif k == Kind.RESIDENT or k == Kind.RESIDENTS:
        zone = _PRESENT if s[_S.ZONE] == _PRESENT and s[_S.ADDRESS_OPEN] < 0 else _HOME
        _close_address(s, spans)
        s[_S.ZONE] = zone
        s[_S.SHARED_ADDRESS] = k == Kind.RESIDENTS
        _enter_place(s, spans, Field.LOCALITY)
    elif k == Kind.PRESENT or k == Kind.PERMANENT:
        _close_address(s, spans)
        s[_S.ZONE] = _PRESENT if k == Kind.PRESENT else _HOME
        _enter_place(s, spans, Field.LOCALITY)
    elif k == Kind.STATION and s[_S.FIELD] == Field.STATION and s[_S.OPEN] >= 0 and kind[i - 1] == Kind.WOMEN:
        _extend(s, start[i], end[i])
        _extend_address(s, start[i], end[i])
    elif k == Kind.WOMEN or k == Kind.KOTWALI:  # these begin a station's name without 'थाना'
        if s[_S.FIELD] != Field.STATION:
            _enter_place(s, spans, Field.STATION)
        _word(s, spans, k, start[i], end[i])
    elif _PLACE[k] >= 0:
        _enter_place(s, spans, _PLACE[k])
        _extend_address(s, start[i], end[i])
    elif k == Kind.STATE or k == Kind.STATE_FIRST:
        _state(s, spans, kind, i, hi, start, end)
    elif k == Kind.AGE or k == Kind.ABOUT or k == Kind.YEARS:
        if k != Kind.YEARS and s[_S.FIELD] != Field.AGE:
            _enter(s, spans, _AGE if s[_S.SEEN] & (1 << Field.AGE) == 0 else _REST)
        if k != Kind.AGE:
            _extend(s, start[i], end[i])
        if k == Kind.YEARS:
            _enter(s, spans, Field.REST)
    elif k == Kind.PLURAL:
        if s[_S.ZONE] != _PERSON and s[_S.OPEN] < 0:  # नि0गण
            s[_S.SHARED_ADDRESS] = 1
    elif k == Kind.PHONE:
        _enter(s, spans, Field.PHONE)
    elif k == Kind.BIRTH:
        _enter(s, spans, Field.BIRTH)
    elif k == Kind.CASTE or k == Kind.ID_NUMBER:
        _enter(s, spans, Field.REST)
        _extend(s, start[i], end[i])


# --- whole columns ---------------------------------------------------------------------------------------------------


@nb.njit("int64(int32[:,::1], int64, int64, int32[:,::1], int64)", cache=True, nogil=True)
def _share(parts, count, text, persons, found):  # type: ignore[no-untyped-def]
    for part in range(count - 1, -1, -1):
        row = found + part
        persons[row, 0], persons[row, 1], persons[row, 2], persons[row, 3] = text, part, part, part
        if part == count - 1:
            continue
        alone = parts[part, 0] & (_RELATIVES | _HOMES) == 0
        if alone:
            persons[row, 2] = persons[row + 1, 2]
        if alone or (parts[part, 0] & _HOMES == 0 and parts[part + 1, 1] != 0):
            persons[row, 3] = persons[row + 1, 3]
            parts[part, 1] = parts[part + 1, 1]
    return found + count


@nb.njit(
    "Tuple((int64, int64))"
    "(int64[::1], int8[::1], int8[::1], int32[::1], int32[::1], int64, int32[:,::1], int32[:,::1])",
    cache=True, nogil=True,
)  # fmt: skip
def parse(first, kind, digits, start, end, mode, spans, persons):  # type: ignore[no-untyped-def]
    """Fills `spans` (text, part, field, start, end) and `persons` (text, part, whose relatives, whose address).

    A person without relatives and address of his own who is named together with the next one (राम व श्याम पुत्रगण मोहन) has
    those of the next; the last two columns hold the part that they are taken from.

    Args:
        first: per text its first token, and the number of tokens at the end.
        mode: what the column holds, a `Mode`.
        spans, persons: at least 2 × tokens and tokens + texts rows.

    Returns:
        How many spans and how many persons were found.
    """
    s = np.zeros(_STATE_SIZE, np.int64)
    found = 0
    longest = 0
    for text in range(first.size - 1):
        longest = max(longest, first[text + 1] - first[text])
    parts = np.zeros((longest + 2, 2), np.int32)
    for text in range(first.size - 1):
        lo, hi = first[text], first[text + 1]
        s[_S.TEXT], s[_S.PART], s[_S.SEEN], s[_S.NUMBERED], s[_S.SHARED_ADDRESS] = text, 0, 0, 0, 0
        s[_S.OPEN], s[_S.ADDRESS_OPEN], s[_S.SAVED], s[_S.MODE] = -1, -1, -1, mode
        s[_S.ZONE] = _HOME if mode == Mode.ADDRESS else _PERSON
        s[_S.FIELD] = _LOCALITY if mode == Mode.ADDRESS else _RELATIVE if mode == Mode.RELATIVE else _NAME
        i = lo
        while i < hi:
            skip = (
                kind[i] == Kind.STATE_FIRST and i + 1 < hi and kind[i + 1] == Kind.STATE_LAST and s[_S.ZONE] != _PERSON
            )
            _token(s, spans, parts, kind, digits, start, end, i, hi)
            i += 2 if skip else 1
        _next_person(s, spans, parts)
        found = _share(parts, s[_S.PART], text, persons, found)
    return s[_S.SPANS], found
