"""Identifiers inside free text: 'PAN TYRPD0066W', 'voter id UTW0678326', 'आधार XXXX-XXXX-1828'.

Only formats that cannot be anything else are taken (PAN, EPIC with its check digit, driving licence, a masked or whole
Aadhaar number that its label or its check digit proves).
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.names.unicode import fold
from linker.normalise.columns import one_chunk
from linker.normalise.identifiers import Reading, Status, read_identifier
from linker.schema import IdType

FIELDS = ("rest", "address", "present_address")
"""Columns of RECORD that are searched."""

LONGEST = 400
"""Characters of a text that are looked at."""

_SUSPECT = (
    r"(?i)[a-z]{3}[abcfghjlpt][a-z][0-9]{4}[a-z]|[a-z]{3}[0-9]{7}|[a-z]{2}[ -]?[0-9]{2}[ -]?(?:19|20)[0-9]{9}"
    r"|[x*]{4}[ -]?[x*]{4}[ -]?[0-9]{4}|[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}"
)
_FORMS = (
    (IdType.PAN, re.compile(r"(?<![a-z0-9])[a-z]{3}[abcfghjlpt][a-z]\d{4}[a-z](?![a-z0-9])")),
    (IdType.EPIC, re.compile(r"(?<![a-z0-9])[a-z]{3}\d{7}(?![a-z0-9])")),
    (IdType.DRIVING_LICENCE, re.compile(r"(?<![a-z0-9])[a-z]{2}[ -]?\d{2}[ -]?(?:19|20)\d{9}(?![a-z0-9])")),
    (IdType.AADHAAR, re.compile(r"(?<![a-z0-9*])[x*]{4}[ -]?[x*]{4}[ -]?\d{4}(?![a-z0-9])")),
    (
        IdType.AADHAAR,
        re.compile(r"(?<![a-z0-9*])(?<!\d{4}[ -])[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}(?![a-z0-9]|[ -]\d{4}(?![0-9]))"),
    ),
)
"""A whole Aadhaar number is no part of four groups of four digits: those are a virtual id, never matched on, or a card's number."""

_KEPT = {Status.VALID: Status.FOUND, Status.MASKED: Status.FOUND}


def identifiers_in(text: str) -> list[Reading]:
    """The identifiers that stand in a text, in the order of their types."""
    folded = fold(text[:LONGEST])
    found = []
    for kind, form in _FORMS:
        for match in form.findall(folded):
            reading = read_identifier(match, kind)
            if reading.status in _KEPT and reading.last4:
                found.append(Reading(Status.FOUND, kind, reading.value, reading.last4))
    return found


def found_in_text(record: pa.Table) -> list[tuple[int, Reading]]:
    """Row and reading of every identifier in the free text of a RECORD table."""
    found: list[tuple[int, Reading]] = []
    for name in FIELDS:
        cells = one_chunk(record[name])
        if cells.null_count == len(cells):
            continue
        suspects = pc.match_substring_regex(cells, _SUSPECT).fill_null(False)
        rows = np.flatnonzero(suspects.to_numpy(zero_copy_only=False)).tolist()
        for row, text in zip(rows, cells.filter(suspects).to_pylist(), strict=True):
            found.extend((row, reading) for reading in identifiers_in(text))
    return found
