"""The relation that a column states in a word (पुत्र, S/o, Husband) → the column its relative belongs to."""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa

from linker.names.unicode import map_distinct
from linker.normalise.fields import Field
from linker.normalise.tokens import Kind, kind_of

_ROLES = {
    Kind.SON: Field.FATHER, Kind.SON_SHORT: Field.FATHER, Kind.SONS: Field.FATHER,
    Kind.DAUGHTER: Field.FATHER, Kind.DAUGHTER_SHORT: Field.FATHER,
    Kind.WIFE: Field.HUSBAND, Kind.WIFE_SHORT: Field.HUSBAND, Kind.HUSBAND_WORD: Field.HUSBAND,
    Kind.MOTHER_WORD: Field.MOTHER, Kind.CARE: Field.GUARDIAN,
}  # fmt: skip


@lru_cache(maxsize=10_000)
def role_of(relation: str) -> Field | None:
    """Which relative the word promises: FATHER, HUSBAND, MOTHER or GUARDIAN; None where it says nothing known."""
    for word in (relation, *relation.replace("/", " ").split()):
        role = _ROLES.get(kind_of(word.strip(" :-")))
        if role is not None:
            return role
    return None


def roles(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`role_of` of every cell as int8; null where it says nothing known."""
    return map_distinct(column, role_of, pa.int8())
