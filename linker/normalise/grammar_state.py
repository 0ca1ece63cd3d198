"""The state of the pass over a phrase's tokens, and what may be done to it: open, extend and close the span of a field.

The state is one vector of integers (`S` names its places), so that the compiled functions of the grammar can share it.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from linker.normalise import fields, tokens
from linker.normalise.fields import Field
from linker.normalise.kernel import kernel_of
from linker.normalise.tokens import Kind

kernel = kernel_of(__file__, fields.__file__, tokens.__file__)


class S(IntEnum):
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


PERSON, HOME, PRESENT = 0, 1, 2
"""Zones: names and relatives, the home address, a present address."""

# numba cannot choose between a member of an enum and an integer; where either may come out, it is the plain integer.
ADDRESS_FIELD, PRESENT_FIELD, REST, NONE = int(Field.ADDRESS), int(Field.PRESENT), int(Field.REST), int(Field.NONE)

RELATIVES = (1 << Field.FATHER) | (1 << Field.MOTHER) | (1 << Field.HUSBAND) | (1 << Field.GUARDIAN)
HOMES = (1 << Field.ADDRESS) | (1 << Field.PRESENT)
LOCALITIES = (1 << Field.VILLAGE) | (1 << Field.MOHALLA) | (1 << Field.LOCALITY)
"""Bit sets of fields, as S.SEEN holds them."""


def of_kinds(default: int, entries: dict[Kind, int]) -> np.ndarray:
    """A table by kind of token."""
    table = np.full(len(Kind), default, np.int64)
    for kind, value in entries.items():
        table[kind] = value
    return table


@kernel("boolean(int64[::1])")
def in_relative(s):  # type: ignore[no-untyped-def]
    return s[S.ZONE] == PERSON and Field.FATHER <= s[S.FIELD] <= Field.RELATIVE


@kernel("void(int64[::1], int32[:,::1], int64, int64, int64)")
def write(s, spans, field, start, end):  # type: ignore[no-untyped-def]
    n = s[S.SPANS]
    spans[n, 0], spans[n, 1], spans[n, 2], spans[n, 3], spans[n, 4] = s[S.TEXT], s[S.PART], field, start, end
    s[S.SPANS] = n + 1
    s[S.SEEN] |= 1 << field


@kernel("void(int64[::1], int32[:,::1])")
def close(s, spans):  # type: ignore[no-untyped-def]
    """Writes the field's span, if it has words."""
    if s[S.OPEN] >= 0:
        write(s, spans, s[S.FIELD], s[S.OPEN], s[S.CLOSE])
        s[S.OPEN] = -1


@kernel("void(int64[::1], int32[:,::1])")
def close_address(s, spans):  # type: ignore[no-untyped-def]
    close(s, spans)
    if s[S.ADDRESS_OPEN] >= 0:
        field = PRESENT_FIELD if s[S.ZONE] == PRESENT else ADDRESS_FIELD
        write(s, spans, field, s[S.ADDRESS_OPEN], s[S.ADDRESS_CLOSE])
        s[S.ADDRESS_OPEN] = -1


@kernel("void(int64[::1], int64, int64)")
def extend(s, start, end):  # type: ignore[no-untyped-def]
    if s[S.OPEN] < 0:
        s[S.OPEN] = start
    s[S.CLOSE] = end


@kernel("void(int64[::1], int64, int64)")
def extend_address(s, start, end):  # type: ignore[no-untyped-def]
    if s[S.ADDRESS_OPEN] < 0:
        s[S.ADDRESS_OPEN] = start
    s[S.ADDRESS_CLOSE] = end


@kernel("void(int64[::1], int32[:,::1], int64)")
def enter(s, spans, field):  # type: ignore[no-untyped-def]
    """From now on words belong to `field`, which is not part of an address."""
    close_address(s, spans)
    s[S.FIELD] = field


@kernel("void(int64[::1], int32[:,::1], int64)")
def enter_place(s, spans, field):  # type: ignore[no-untyped-def]
    """From now on words belong to `field` of an address, or to the address alone if the field has its words already."""
    close(s, spans)
    if s[S.ZONE] == PERSON:
        s[S.ZONE] = HOME
    second = s[S.ZONE] == PRESENT and s[S.SEEN] & (1 << Field.ADDRESS) != 0
    taken = field < Field.NONE and s[S.SEEN] & (1 << field) != 0
    if field == Field.LOCALITY and s[S.SEEN] & LOCALITIES != 0:
        taken = True
    s[S.FIELD] = NONE if second or taken else field


@kernel("void(int64[::1], int32[:,::1], int32[:,::1])")
def next_person(s, spans, parts):  # type: ignore[no-untyped-def]
    close_address(s, spans)
    parts[s[S.PART], 0] = s[S.SEEN]
    parts[s[S.PART], 1] = s[S.SHARED_ADDRESS]
    s[S.PART] += 1
    s[S.SEEN], s[S.SHARED_ADDRESS], s[S.SAVED], s[S.ZONE], s[S.FIELD] = 0, 0, -1, PERSON, Field.NAME
