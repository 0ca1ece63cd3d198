"""The grammar of police phrases: which tokens belong to which field of which person.

One pass from left to right. A marker (उर्फ, S/o, थाना, Distt) says what the words after it are, until the next marker. The pass
is in one of three zones: a person's names, the home address, a present address. Where a marker is ambiguous, the tokens
beside it decide (`grammar_context`): मो0 is Mohammad in a name, mobile before a number, mohalla in an address.

What comes out are spans: (text, part, field, first byte, last byte + 1). Every word and number of the text lies in some span,
so nothing is lost: what no field takes has the field REST. The work is linear in the number of tokens but for a bounded look
ahead, and any sequence of tokens is accepted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linker.normalise import fields, grammar_context, grammar_state, tokens
from linker.normalise.fields import Field, Mode
from linker.normalise.grammar_context import PLACE, ROLE, after_signs, kind_at, others_follow, person_begins, resolve
from linker.normalise.grammar_state import (
    HOME,
    HOMES,
    NONE,
    PERSON,
    PRESENT,
    RELATIVES,
    REST,
    S,
    close,
    close_address,
    enter,
    enter_place,
    extend,
    extend_address,
    in_relative,
    next_person,
    write,
)  # fmt: skip
from linker.normalise.kernel import kernel_of
from linker.normalise.tokens import Kind

kernel = kernel_of(__file__, fields.__file__, grammar_context.__file__, grammar_state.__file__, tokens.__file__)

# numba cannot choose between a member of an enum and an integer; where either may come out, it is the plain integer.
_LOCALITY, _NAME, _ALIAS, _RELATIVE = int(Field.LOCALITY), int(Field.NAME), int(Field.ALIAS), int(Field.RELATIVE)
_MOTHER, _AGE, _PHONE = int(Field.MOTHER), int(Field.AGE), int(Field.PHONE)
_STATE_SIZE = len(S)


@kernel("void(int64[::1], int32[:,::1], int8[::1], int64, int64, int64)")
def _relation(s, spans, kind, k, i, hi):  # type: ignore[no-untyped-def]
    """A relation's marker: the words after it name that relative, unless there is one of that relation already."""
    close_address(s, spans)
    role = ROLE[k]
    following = after_signs(kind, i + 1, hi)
    if role == Field.FATHER and following == Kind.HONORIFIC_FEMALE:
        role = _MOTHER
    stated = s[S.MODE] == Mode.RELATIVE and s[S.SEEN] != 0
    if s[S.MODE] == Mode.ADDRESS or stated or s[S.SEEN] & (1 << role) != 0:
        role = REST
    else:
        s[S.ZONE] = PERSON
    s[S.FIELD] = role


@kernel("void(int64[::1], int32[:,::1], int64, int64, int64)")
def _number_in_address(s, spans, size, start, end):  # type: ignore[no-untyped-def]
    field = s[S.FIELD]
    extend_address(s, start, end)
    if size == 6 and s[S.SEEN] & (1 << Field.PIN) == 0:
        close(s, spans)
        write(s, spans, Field.PIN, start, end)
        s[S.FIELD] = Field.NONE
    elif field == Field.NUMBERED:
        enter_place(s, spans, Field.LOCALITY)
    elif field == Field.VILLAGE and s[S.OPEN] < 0:
        extend(s, start, end)


@kernel("void(int64[::1], int32[:,::1], int8[::1], int8[::1], int64, int64, int64, int64)")
def _number(s, spans, kind, digits, i, hi, start, end):  # type: ignore[no-untyped-def]
    field, size = s[S.FIELD], digits[i]
    following = kind_at(kind, i + 1, hi)
    if field in (Field.PHONE, Field.BIRTH, Field.AADHAAR) or (field == Field.AGE and size <= 3):
        extend(s, start, end)
    elif size <= 3 and following == Kind.YEARS:
        enter(s, spans, Field.AGE)
        extend(s, start, end)
    elif size >= 10:
        saved = field if s[S.ZONE] == PERSON else NONE
        close_address(s, spans)
        phone = size <= 13 and s[S.SEEN] & (1 << Field.PHONE) == 0
        write(s, spans, _PHONE if phone else REST, start, end)
        s[S.FIELD] = saved
    elif s[S.ZONE] != PERSON and field not in (Field.REST, Field.AGE):
        _number_in_address(s, spans, size, start, end)
    elif s[S.SEEN] == 0 and s[S.OPEN] < 0 and (field == Field.NAME or s[S.SAVED] == Field.NAME) and size <= 3:
        s[S.NUMBERED] = 1
    elif size <= 2 and following == Kind.CLOSE and s[S.SEEN] & (1 << Field.AGE) == 0:
        close(s, spans)
        write(s, spans, Field.AGE, start, end)
    elif in_relative(s) and (s[S.OPEN] >= 0 or s[S.SEEN] & RELATIVES != 0):
        enter_place(s, spans, Field.LOCALITY)
        extend_address(s, start, end)
    else:
        close_address(s, spans)
        write(s, spans, Field.REST, start, end)
        s[S.FIELD] = REST if field == Field.AGE else field


@kernel("void(int64[::1], int32[:,::1], int64, int64)")
def _word(s, spans, start, end):  # type: ignore[no-untyped-def]
    field = s[S.FIELD]
    if field in (Field.AGE, Field.PHONE, Field.PIN, Field.AADHAAR):
        if s[S.ZONE] != PERSON and field == Field.PIN:
            close(s, spans)
            s[S.FIELD] = Field.NONE
        else:
            enter(s, spans, Field.REST)
    elif field == Field.NUMBERED and end - start > 2:  # a lane's name, not a house like 'B'
        s[S.FIELD] = Field.NONE
    field = s[S.FIELD]
    if s[S.ZONE] != PERSON and field not in (Field.REST, Field.BIRTH):
        extend_address(s, start, end)
        if field in (Field.NONE, Field.NUMBERED):
            return
    extend(s, start, end)


@kernel("void(int64[::1], int32[:,::1], int8[::1], int64, int64)")
def _comma(s, spans, kind, i, hi):  # type: ignore[no-untyped-def]
    if s[S.FIELD] == Field.PHONE:  # 9876543210, 9876543211
        return
    if s[S.ZONE] != PERSON:
        if s[S.FIELD] != Field.REST:
            enter_place(s, spans, Field.LOCALITY)
        else:
            close(s, spans)
        return
    field = s[S.FIELD]
    following = after_signs(kind, i + 1, hi)
    if s[S.OPEN] < 0:
        return
    close(s, spans)
    if s[S.MODE] == Mode.NAME or s[S.MODE] == Mode.RELATIVE:
        return
    if Field.FATHER <= field <= Field.GUARDIAN and following >= 0 and following != Kind.NUMBER:
        s[S.ZONE] = HOME
        s[S.FIELD] = Field.LOCALITY
    elif field in (Field.NAME, Field.ALIAS, Field.AGE):
        s[S.FIELD] = Field.REST


@kernel("void(int64[::1], int32[:,::1], int8[::1], int64, int32[::1], int32[::1])")
def _state(s, spans, kind, i, start, end):  # type: ignore[no-untyped-def]
    """A state's name ends the field before it, but for 'नई दिल्ली', 'South Delhi', which are also that field's words."""
    last = i + 1 if kind[i] == Kind.STATE_FIRST else i
    if i > 0 and kind[i - 1] == Kind.DIRECTION and s[S.OPEN] >= 0:
        extend(s, start[i], end[last])
    close(s, spans)
    extend_address(s, start[i], end[last])
    if s[S.SEEN] & (1 << Field.STATE) == 0:
        write(s, spans, Field.STATE, start[i], end[last])
    s[S.FIELD] = Field.NONE


@kernel("void(int64[::1], int32[:,::1], int64)")
def _bracket(s, spans, k):  # type: ignore[no-untyped-def]
    """What stands in brackets after a name goes to REST, unless it has a marker of its own: '(उर्फ कालू)'."""
    if k == Kind.OPEN and s[S.SAVED] < 0:
        close(s, spans)
        s[S.SAVED] = s[S.FIELD]
        s[S.FIELD] = REST if s[S.ZONE] == PERSON else NONE
    elif k == Kind.CLOSE and s[S.SAVED] >= 0:
        close(s, spans)
        s[S.FIELD] = s[S.SAVED] if s[S.ZONE] == PERSON else NONE
        s[S.SAVED] = -1


@kernel("void(int64[::1], int32[:,::1], int8[::1], int64, int64, int64, int64, int64)")
def _person_marker(s, spans, kind, k, i, hi, start, end):  # type: ignore[no-untyped-def]
    """Aliases, relatives, and that a relative is dead."""
    if ROLE[k] >= 0:
        _relation(s, spans, kind, k, i, hi)
    elif k == Kind.ALIAS and s[S.ZONE] != PERSON:
        extend_address(s, start, end)
    elif k == Kind.ALIAS:
        of = s[S.SAVED] if s[S.SAVED] >= 0 else s[S.FIELD]
        enter(s, spans, _ALIAS if of <= Field.ALIAS else REST)
    elif in_relative(s):
        close(s, spans)
        write(s, spans, Field.LATE, start, end)
    else:
        _word(s, spans, start, end)


@kernel("void(int64[::1], int32[:,::1], int64)")
def _residence_marker(s, spans, k):  # type: ignore[no-untyped-def]
    """The home address begins, or the present one ('हाल', 'हाल निवासी')."""
    zone = PRESENT if k == Kind.PRESENT else HOME
    if k in (Kind.RESIDENT, Kind.RESIDENTS):
        if s[S.ZONE] == PRESENT and s[S.ADDRESS_OPEN] < 0:
            zone = PRESENT
        s[S.SHARED_ADDRESS] = k == Kind.RESIDENTS
    close_address(s, spans)
    s[S.ZONE] = zone
    enter_place(s, spans, Field.LOCALITY)


@kernel("void(int64[::1], int32[:,::1], int8[::1], int64, int64, int64, int64)")
def _place_marker(s, spans, kind, k, i, start, end):  # type: ignore[no-untyped-def]
    if k == Kind.STATION and s[S.FIELD] == Field.STATION and s[S.OPEN] >= 0 and kind[i - 1] == Kind.WOMEN:
        extend(s, start, end)
        extend_address(s, start, end)
    elif k in (Kind.WOMEN, Kind.KOTWALI):  # these begin a station's name without 'थाना'
        if s[S.FIELD] != Field.STATION:
            enter_place(s, spans, Field.STATION)
        _word(s, spans, start, end)
    else:
        enter_place(s, spans, PLACE[k])
        extend_address(s, start, end)


@kernel("void(int64[::1], int32[:,::1], int64, int64, int64)")
def _detail_marker(s, spans, k, start, end):  # type: ignore[no-untyped-def]
    """Age, phone, date of birth; caste and the like, which are kept but belong to no field."""
    if k in (Kind.AGE, Kind.ABOUT, Kind.YEARS):
        if k != Kind.YEARS and s[S.FIELD] != Field.AGE:
            enter(s, spans, _AGE if s[S.SEEN] & (1 << Field.AGE) == 0 else REST)
        if k != Kind.AGE:
            extend(s, start, end)
        if k == Kind.YEARS:
            enter(s, spans, Field.REST)
    elif k == Kind.PHONE:
        enter(s, spans, Field.PHONE)
    elif k == Kind.BIRTH:
        enter(s, spans, Field.BIRTH)
    elif k == Kind.ID_NUMBER:
        enter(s, spans, Field.AADHAAR)
    else:
        enter(s, spans, Field.REST)
        extend(s, start, end)


@kernel("void(int64[::1], int32[:,::1], int32[:,::1], int8[::1], int8[::1], int32[::1], int32[::1], int64, int64)")
def _token(s, spans, parts, kind, digits, start, end, i, hi):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """Takes token `i` into the state: one branch per group of kinds."""
    k = resolve(s, kind, digits, i, hi)
    joins = k in (Kind.AND, Kind.AND_LATIN)
    if (joins or k in (Kind.COMMA, Kind.NUMBER)) and person_begins(s, kind, k, i, hi):
        next_person(s, spans, parts)
    elif joins:
        if s[S.ZONE] == PERSON or others_follow(kind, i + 1, hi):
            enter(s, spans, Field.REST)
    elif k == Kind.WORD:
        _word(s, spans, start[i], end[i])
    elif k == Kind.NUMBER:
        _number(s, spans, kind, digits, i, hi, start[i], end[i])
    elif k == Kind.COMMA:
        _comma(s, spans, kind, i, hi)
    elif k in (Kind.OPEN, Kind.CLOSE):
        _bracket(s, spans, k)
    elif ROLE[k] >= 0 or k in (Kind.ALIAS, Kind.LATE):
        _person_marker(s, spans, kind, k, i, hi, start[i], end[i])
    elif k in (Kind.RESIDENT, Kind.RESIDENTS, Kind.PRESENT, Kind.PERMANENT):
        _residence_marker(s, spans, k)
    elif PLACE[k] >= 0 or k in (Kind.WOMEN, Kind.KOTWALI):
        _place_marker(s, spans, kind, k, i, start[i], end[i])
    elif k in (Kind.STATE, Kind.STATE_FIRST):
        _state(s, spans, kind, i, start, end)
    elif k in (Kind.AGE, Kind.ABOUT, Kind.YEARS, Kind.PHONE, Kind.BIRTH, Kind.CASTE, Kind.ID_NUMBER):
        _detail_marker(s, spans, k, start[i], end[i])
    elif k == Kind.PLURAL and s[S.ZONE] != PERSON and s[S.OPEN] < 0:  # नि0गण
        s[S.SHARED_ADDRESS] = 1
    elif k == Kind.NO and s[S.ADDRESS_OPEN] >= 0:
        extend_address(s, start[i], end[i])


@kernel("int64(int32[:,::1], int64, int64, int32[:,::1], int64)")
def _share(parts, count, text, persons, found):  # type: ignore[no-untyped-def]
    for part in range(count - 1, -1, -1):
        row = found + part
        persons[row, 0], persons[row, 1], persons[row, 2], persons[row, 3] = text, part, part, part
        if part == count - 1:
            continue
        alone = parts[part, 0] & (RELATIVES | HOMES) == 0
        if alone:
            persons[row, 2] = persons[row + 1, 2]
        if alone or (parts[part, 0] & HOMES == 0 and parts[part + 1, 1] != 0):
            persons[row, 3] = persons[row + 1, 3]
            parts[part, 1] = parts[part + 1, 1]
    return found + count


def parse(
    first: NDArray[np.int64], kind: NDArray[np.int8], digits: NDArray[np.int8], start: NDArray[np.int32],
    end: NDArray[np.int32], mode: int, spans: NDArray[np.int32], persons: NDArray[np.int32],
) -> tuple[int, int]:  # fmt: skip
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
    longest = int(np.diff(first).max(initial=0))
    s, parts = np.zeros(_STATE_SIZE, np.int64), np.zeros((longest + 2, 2), np.int32)
    found: tuple[int, int] = _parse(first, kind, digits, start, end, mode, spans, persons, s, parts)
    return found


@kernel(
    "Tuple((int64, int64))(int64[::1], int8[::1], int8[::1], int32[::1], int32[::1], int64, int32[:,::1], int32[:,::1],"
    "int64[::1], int32[:,::1])"
)
def _parse(first, kind, digits, start, end, mode, spans, persons, s, parts):  # type: ignore[no-untyped-def]
    found = 0
    for text in range(first.size - 1):
        lo, hi = first[text], first[text + 1]
        s[S.TEXT], s[S.PART], s[S.SEEN], s[S.NUMBERED], s[S.SHARED_ADDRESS] = text, 0, 0, 0, 0
        s[S.OPEN], s[S.ADDRESS_OPEN], s[S.SAVED], s[S.MODE] = -1, -1, -1, mode
        s[S.ZONE] = HOME if mode == Mode.ADDRESS else PERSON
        s[S.FIELD] = _LOCALITY if mode == Mode.ADDRESS else _RELATIVE if mode == Mode.RELATIVE else _NAME
        i = lo
        while i < hi:
            skip = kind[i] == Kind.STATE_FIRST and i + 1 < hi and kind[i + 1] == Kind.STATE_LAST and s[S.ZONE] != PERSON
            _token(s, spans, parts, kind, digits, start, end, i, hi)
            i += 2 if skip else 1
        next_person(s, spans, parts)
        found = _share(parts, s[S.PART], text, persons, found)
    return s[S.SPANS], found
