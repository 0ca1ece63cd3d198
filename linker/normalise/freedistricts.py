"""Districts that stand in an address without a label: 'H.No. 5, Sector 14, GURGAON, HARYANA', '… थाना सदर करनाल हरियाणा'.

Only the last words of an address are looked at, only exact names of the gazetteer count, and only of the state that the
address names there or, where commas part the address, of the state that owns the record: a village that bears a far
district's name is not one.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.normalise.gazetteer import gazetteer
from linker.normalise.tokens import Kind, kind_of

_COMMAS, _WORDS = 3, 5
"""Pieces between commas, or words of an address without any, that are looked at."""

_BETWEEN = "\x1f"
_PIN = re.compile(r"[\s\-–:.(]*(?:pin(?:code)?|पिन(?:कोड)?)?[\s\-–:.]*[1-8][0-9]{5}[\s.)]*$", re.IGNORECASE)
_MOST_WORDS = 3  # of a district or state, 'gautam buddha nagar'


def add_unlabelled_districts(columns: dict[str, pa.Array], home: pa.Array) -> None:
    """Fills `district` of RECORD's columns where only the address holds it, and takes its name off village and station.

    Args:
        columns: address, district, village and station, changed in place.
        home: the state that owns each record.
    """
    address = columns["address"]
    open_rows = pc.and_(columns["district"].is_null(), address.is_valid())
    rows = np.flatnonzero(open_rows.to_numpy(zero_copy_only=False))
    if not len(rows):
        return
    place = pa.array(rows)
    tails = pc.binary_join_element_wise(_tails(address.take(place)), pc.fill_null(home.take(place), ""), "\n")
    encoded = pc.dictionary_encode(tails)
    found = pa.array([_district_in(tail) for tail in encoded.dictionary.to_pylist()], pa.string()).take(encoded.indices)
    known = found.is_valid()
    if not pc.any(known).as_py():
        return
    mask = np.zeros(len(address), np.bool_)
    mask[rows] = known.to_numpy(zero_copy_only=False)
    districts = found.filter(known)
    columns["district"] = pc.replace_with_mask(columns["district"], pa.array(mask), districts)
    for name in ("village", "station"):
        shorter = [
            _without(text, district)
            for text, district in zip(
                columns[name].filter(pa.array(mask)).to_pylist(), districts.to_pylist(), strict=True
            )
        ]
        columns[name] = pc.replace_with_mask(columns[name], pa.array(mask), pa.array(shorter, pa.string()))


def _tails(address: pa.Array) -> pa.Array:
    """The last pieces between commas, or the last words where there is no comma, parted by a unit separator."""
    by_comma = pc.binary_join(_last(address, ",", _COMMAS), _BETWEEN)
    bare = pc.invert(pc.match_substring(address, ","))
    words = pc.binary_join(_last(address.filter(bare), " ", _WORDS), " ")
    return pc.replace_with_mask(by_comma, bare, words)


def _last(texts: pa.Array, separator: str, count: int) -> pa.ListArray:
    """The last `count` pieces of every text."""
    pieces = pc.split_pattern(texts, separator, max_splits=count, reverse=True)
    sizes = pc.list_value_length(pieces).to_numpy(zero_copy_only=False)
    first = pieces.offsets.to_numpy()[:-1] + (sizes > count)
    kept = np.minimum(sizes, count)
    offsets = np.concatenate([[0], np.cumsum(kept)])
    at = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - first, kept)
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pieces.values.take(pa.array(at)))


def _district_in(tail: str) -> str | None:
    text, _, home = tail.rpartition("\n")
    pieces = [bare for piece in text.split(_BETWEEN) if (bare := _PIN.sub("", piece).strip(" .-–"))]
    if _BETWEEN in text:
        return _last_piece(pieces, home)
    return _last_words(pieces[0].split()) if pieces else None


def _last_piece(pieces: list[str], home: str) -> str | None:
    known = gazetteer()
    named = known.state(pieces[-1]) if pieces else None
    if named:
        pieces = pieces[:-1]
    state = named or known.state(home)
    if not pieces or state is None:
        return None
    return pieces[-1] if known.is_district_of(pieces[-1], state) else None


def _last_words(words: list[str]) -> str | None:
    """The district before the state that ends the words; a word before it must be no label, else it is that label's."""
    known = gazetteer()
    for size in range(1, min(_MOST_WORDS, len(words) - 1) + 1):
        state = known.state(" ".join(words[-size:]))
        if state is None:
            continue
        before = words[:-size]
        for length in range(min(_MOST_WORDS, len(before) - 1), 0, -1):
            name = " ".join(before[-length:])
            if known.is_district_of(name, state) and kind_of(before[-length - 1]) is Kind.WORD:
                return name
    return None


def _without(text: str | None, district: str) -> str | None:
    """A place's name without the district's that the grammar took for its end."""
    if text is None or not text.endswith(district):
        return text
    return text[: -len(district)].rstrip(" ,") or None
