"""Identifiers inside free text: 'PAN TYRPD0066W', 'voter id UTW0678326', 'आधार XXXX-XXXX-1828', 'वाहन सं0 UP32 AB 1234'.

Formats that cannot be anything else are taken as they stand (PAN, EPIC with its check digit, driving licence, a masked or whole
Aadhaar number that its label or its check digit proves); the others only behind their label.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.names.unicode import fold
from linker.normalise.accounts import branch_in
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
    r"|passport|पासपोर्ट|ration|राशन|licen|लाइसें|लाइसेन्स|vehicle|वाहन|गाड|imei|आईएमईआई|a/c|account|खाता|upi|यूपीआई"
    r"|nfn|एनएफएन|prison|बंदी|बन्दी|history|हिस्ट्री"
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

_LABELLED = (
    (IdType.PASSPORT, ("passport", "पासपोर्ट"), r"[a-z]\d{7}"),
    (IdType.RATION_CARD, ("ration card", "राशन कार्ड"), r"[a-z]{0,4}\d{6,15}"),
    (IdType.ARMS_LICENCE, ("arms licence", "arms license", "gun licence", "शस्त्र लाइसेंस"), r"\w{1,8}(?:/\w{1,8}){1,3}"),
    (IdType.VEHICLE, ("vehicle", "वाहन", "गाड़ी"), r"[a-z]{2}[ -]?\d{1,2}[ -]?[a-z]{1,3}[ -]?\d{4}"),
    (IdType.IMEI, ("imei", "आईएमईआई"), r"\d{15}"),
    (IdType.BANK_ACCOUNT, ("bank a/c", "a/c", "bank account", "account", "बैंक खाता", "खाता"), r"\d{9,18}"),
    (IdType.UPI, ("upi", "यूपीआई"), r"[a-z0-9._-]{2,}@[a-z]{2,}(?!\.[a-z])"),
    (IdType.NFN, ("nfn", "एनएफएन"), r"\d{10}"),
    (IdType.PRISON_ID, ("prison id", "prisoner id", "prisoner no", "बंदी सं", "बंदी संख्या"), r"[a-z]{0,4}\d{4,12}"),
    (IdType.HISTORY_SHEET, ("history sheet", "हिस्ट्रीशीट", "हिस्ट्री शीट"), r"\d{1,4}[ -]?(?:[ab]|ए|बी)"),
)
"""Type, labels, and what may stand behind one of them."""
_NUMBER = r"(?: id| no| number| नंबर| नं| संख्या| सं| क्रमांक)?[ .:#॰-]{0,4}"
"""What may stand between them; no zero, for numbers begin with zeros, and that of सं0 is folded to the mark of an abbreviation."""


def _behind_a_label(labels: tuple[str, ...], value: str) -> re.Pattern[str]:
    named = "|".join(re.escape(fold(label)) for label in sorted(labels, key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{named})(?:{_NUMBER})({value})(?![a-z0-9@])")


_BEHIND = tuple((kind, _behind_a_label(labels, value)) for kind, labels, value in _LABELLED)

_KEPT = {Status.VALID: Status.FOUND, Status.MASKED: Status.FOUND}


def identifiers_in(text: str) -> list[Reading]:
    """The identifiers that stand in a text, in the order of their types."""
    rest, found = fold(text[:LONGEST]), []
    for kind, form in (*_BEHIND, *_FORMS):
        for match in form.finditer(rest):
            number = match[1] if form.groups else match[0]
            if kind is IdType.BANK_ACCOUNT:
                number = f"{branch_in(rest)} {number}"
            reading = read_identifier(number, kind)
            if reading.status in _KEPT and (reading.last4 or reading.value):
                found.append(Reading(Status.FOUND, kind, reading.value, reading.last4))
                if form.groups:  # what has a label of its own is nothing else
                    rest = rest[: match.start(1)] + "#" * len(match[1]) + rest[match.end(1) :]
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
