"""Phone cells → the numbers in them, as ten digits for an Indian number and as +… for another country's.

The usual cell, ten digits with or without +91 or 0, is read by string kernels; a cell with several numbers, text or
signs by `parse_phones`, one distinct cell at a time. Both give the same result.
"""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from linker.names.unicode import fold
from linker.normalise.columns import Bools, characters, counting, different, one_chunk

LONGEST = 200
"""Characters of a cell that are looked at."""

MOST = 6
"""Numbers kept per cell."""

_MOBILE = re.compile(r"[6-9]\d{9}")
_PREFIXED = re.compile(r"(?:\+?0*91|0+)?([6-9]\d{9})")
_POINT_ZERO = re.compile(r"^\s*(\d{9,12})\.0\s*$")
_RUN = re.compile(r"\+?\d[\d\s().\-–]*")
_SEPARATOR = re.compile(r"[,;/|&\n]|(?:^|\s)(?:व|and|or|एवं|तथा)(?=\s)")
_FEW_DIFFERENT = 2
_PLAIN = r"^(?:\+91|0091|91|0)?([6-9][0-9]{9})$"


def is_placeholder(number: str) -> bool:
    """Digits that nobody was given: one digit or two repeated, counting up or down, or a long tail of zeros or
    nines."""
    national = number[-10:]
    if len(set(national)) <= _FEW_DIFFERENT or national.endswith(("000000", "999999")) or len(set(national[1:])) == 1:
        return True
    return {(int(b) - int(a)) % 10 for a, b in pairwise(national.lstrip("+"))} in ({1}, {9})


def parse_phones(text: str) -> tuple[str, ...]:
    """The numbers in a cell, each once, in their order; placeholders and what is no number are left out."""
    found: list[str] = []
    for piece in _SEPARATOR.split(_POINT_ZERO.sub(r"\1", fold(text[:LONGEST]))):
        for run in _RUN.findall(piece):
            for number in _numbers(run):
                if number not in found and not is_placeholder(number):
                    found.append(number)
    return tuple(found[:MOST])


def _numbers(run: str) -> list[str]:
    digits = re.sub(r"[^\d+]", "", run)
    whole = _PREFIXED.fullmatch(digits)
    if whole:
        return [whole[1]]
    bare = digits.lstrip("+")
    parts = re.split(r"[\s\-–]+", run.strip())
    each = [_PREFIXED.fullmatch(re.sub(r"[^\d+]", "", part)) for part in parts]
    if len(parts) > 1 and all(each):
        return [match[1] for match in each if match]
    if len(bare) == 20 and _MOBILE.fullmatch(bare[:10]) and _MOBILE.fullmatch(bare[10:]):
        return [bare[:10], bare[10:]]
    return _other(digits)


def _other(digits: str) -> list[str]:
    """A landline or a foreign number, if phonenumbers knows its plan; eight digits or fewer lack the area code and are
    dropped."""
    if not 10 <= len(digits.lstrip("+")) <= 15:
        return []
    try:
        number = phonenumbers.parse(digits, "IN")
    except phonenumbers.NumberParseException:
        return []
    if not phonenumbers.is_valid_number(number):
        return []
    if number.country_code == 91:
        return [str(number.national_number).zfill(10)]
    return [phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)]


def phones(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A text column of phone cells → lists of numbers; null where a cell holds none."""
    encoded = pc.dictionary_encode(one_chunk(column))
    texts = encoded.dictionary
    bare = pc.replace_substring_regex(texts, r"[ \-.]", "")
    usual = pc.match_substring_regex(bare, _PLAIN).to_numpy(zero_copy_only=False)
    numbers = pc.utf8_slice_codeunits(bare.filter(pa.array(usual)), -10)
    real = ~_placeholders(characters(numbers))
    odd = [(place, parse_phones(texts[place].as_py())) for place in np.flatnonzero(~usual).tolist()]
    owners = np.concatenate([np.flatnonzero(usual)[real], [place for place, found in odd for _ in found]]).astype(
        np.int64
    )
    values = pa.concat_arrays(
        [numbers.filter(pa.array(real)), pa.array([n for _, found in odd for n in found], pa.string())]
    )
    lengths = np.bincount(owners, minlength=len(texts))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    flat = values.take(pa.array(np.argsort(owners, kind="stable")))
    lists = pa.ListArray.from_arrays(pa.array(offsets), flat, mask=pa.array(lengths == 0))
    return lists.take(encoded.indices)


def _placeholders(digits: npt.NDArray[np.uint8]) -> Bools:
    """`is_placeholder` of every row of an (n, 10) array of digits."""
    if not len(digits):
        return np.zeros(0, dtype=np.bool_)
    tail = ((digits[:, 4:] == 0).all(axis=1)) | ((digits[:, 4:] == 9).all(axis=1))
    alike = (digits[:, 2:] == digits[:, 1:2]).all(axis=1)
    found: Bools = (different(digits) <= _FEW_DIFFERENT) | counting(digits) | tail | alike
    return found
