"""Account or virtual Aadhaar id? Both may have sixteen digits, and people write the one where the other belongs.

A virtual id is drawn by the Aadhaar authority, may be replaced at any time, and by design "cannot be used by agencies for de-duplication"
(UIDAI, 10 January 2018): it is never compared and never kept. Its last digit is Verhoeff's check digit, which one in ten
sixteen-digit account numbers passes by chance. So a number that passes is an account only where its bank is told, by a branch code or a
name, and is one that gives out sixteen digits; any other bank's accounts are shorter.

Without a bank the number counts as a virtual id, although most such numbers are accounts: of a column of accounts perhaps one number in
a thousand is a virtual id, while one in six has sixteen digits and a tenth of those passes. The mistakes weigh differently. An account
that is not compared is a lack of evidence, which a branch code mends; a virtual id that is compared and shown is a use of Aadhaar that
the law does not allow.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from linker.normalise.reference import forms, rows
from linker.verhoeff import passes

_SIXTEEN = re.compile(r"(?:([A-Z]{4})0[A-Z0-9]{6}/?|([A-Z]{2,6})/?)?([1-9]\d{15})([A-Z]{0,6})\Z")
_BRANCH = "^[A-Z]{4}0[A-Z0-9]{6}$"
_TYPED = r"^[0-9][0-9 \-]*$"
_BRANCH_IN_TEXT = re.compile(r"(?<![^\W_])([a-z]{4})0[a-z0-9]{6}(?![^\W_])")


@lru_cache(maxsize=1)
def _banks() -> frozenset[str]:
    """Letters of branch codes, and short names, of banks whose accounts have sixteen digits."""
    table = rows("sixteen_digit_banks.tsv")
    return frozenset(name for row in table for name in (row["ifsc"], *forms(row["names"])))


def is_virtual_id(compact: str) -> bool:
    """Whether a cell of an account column, in capitals and without separators, holds a virtual id."""
    match = _SIXTEEN.match(compact)
    if match is None or not passes(match[3]):
        return False
    return not _banks().intersection(part for part in (match[1], match[2], match[4]) if part)


def branch_in(text: str) -> str:
    """The branch code of a bank with sixteen-digit accounts in a text of small letters, '' where there is none."""
    for match in _BRANCH_IN_TEXT.finditer(text):
        if match[1].upper() in _banks():
            return match[0]
    return ""


def with_branches(accounts: pa.Array, branches: pa.Array) -> pa.Array:
    """Account cells as if the branch code in the row's own column stood before the number, if the bank has sixteen-digit accounts."""
    if branches.null_count == len(branches):
        return accounts
    code = pc.ascii_upper(pc.utf8_trim_whitespace(branches))
    known = pc.match_substring_regex(code, _BRANCH)
    known = pc.and_(known, pc.is_in(pc.utf8_slice_codeunits(code, 0, 4), value_set=pa.array(sorted(_banks()))))
    bare = pc.and_(known, pc.match_substring_regex(accounts, _TYPED))
    return pc.if_else(pc.fill_null(bare, False), pc.binary_join_element_wise(code, accounts, " "), accounts)
