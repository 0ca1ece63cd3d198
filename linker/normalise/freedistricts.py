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

from linker.normalise.columns import Bools, Int64s
from linker.normalise.gazetteer import gazetteer
from linker.normalise.tokens import Kind, kind_of

_COMMAS, _WORDS = 3, 5
"""Pieces between commas, or words of an address without any, that are looked at."""

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
    found = _found(address.take(pa.array(rows)), home.take(pa.array(rows)))
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


def _found(address: pa.Array, home: pa.Array) -> pa.Array:
    """The district in every address; null where there is none."""
    with_commas = pc.match_substring(address, ",")
    commas, bare = (
        np.flatnonzero(mask.to_numpy(zero_copy_only=False)) for mask in (with_commas, pc.invert(with_commas))
    )
    found = pa.concat_arrays(
        [
            _behind_commas(address.take(pa.array(commas)), home.take(pa.array(commas))),
            _before_states(address.take(pa.array(bare))),
        ]
    )
    order = np.argsort(np.concatenate([commas, bare]))
    return found.take(pa.array(order))


def _behind_commas(address: pa.Array, home: pa.Array) -> pa.Array:
    """The piece between commas that is a district: the one before a state's name, else the last, of the state `home`."""
    known = gazetteer()
    pieces = pc.dictionary_encode(_last(address, ",", _COMMAS))
    texts = [_PIN.sub("", piece).strip(" .-–") for piece in pieces.dictionary.to_pylist()]
    code = pieces.indices.fill_null(-1).to_numpy(zero_copy_only=False).reshape(_COMMAS, -1)
    homes = pc.dictionary_encode(home)
    states = sorted({*known.states.values(), ""})
    number = {state: i for i, state in enumerate(states)}
    none = number[""]
    state_of_home = np.array([*(number[known.state(text) or ""] for text in homes.dictionary.to_pylist()), none])
    blank = np.array([*(not text for text in texts), True])

    at = _next_filled(blank[code], np.zeros(code.shape[1], np.int64))
    last = _at(code, at)
    state_of_piece = np.full(len(texts) + 1, none)
    for piece in np.unique(last[last >= 0]).tolist():
        state_of_piece[piece] = number[known.state(texts[piece]) or ""]
    named = state_of_piece[last]
    before = _at(code, _next_filled(blank[code], at + 1))
    candidate = np.where(named != none, before, last)
    state = np.where(named != none, named, state_of_home[homes.indices.fill_null(-1).to_numpy(zero_copy_only=False)])
    pairs, of_row = np.unique(candidate * len(states) + state, return_inverse=True)
    asked = [(int(pair) // len(states), states[int(pair) % len(states)]) for pair in pairs]
    district = [texts[c] if c >= 0 and where and known.is_district_of(texts[c], where) else None for c, where in asked]
    return pa.array(district, pa.string()).take(pa.array(of_row))


def _last(texts: pa.Array, separator: str, count: int) -> pa.Array:
    """The last `count` pieces of every text: all last ones, then all before them, …; null where there is none."""
    pieces = pc.split_pattern(texts, separator, max_splits=count, reverse=True)
    ends = pieces.offsets.to_numpy()[1:].astype(np.int64)
    sizes = pc.list_value_length(pieces).to_numpy(zero_copy_only=False)
    places = np.concatenate([ends - 1 - back for back in range(count)])
    missing = np.concatenate([sizes <= back for back in range(count)])
    return pieces.values.take(pa.array(places, mask=missing))


def _next_filled(blank: Bools, start: Int64s) -> Int64s:
    """Per column of `blank` the first row from `start` that is not blank; the number of rows where there is none."""
    rows = np.arange(len(blank))[:, None]
    open_rows = ~blank & (rows >= start)
    return np.where(open_rows.any(axis=0), np.argmax(open_rows, axis=0), len(blank))


def _at(code: Int64s, row: Int64s) -> Int64s:
    """The code in each column's row, -1 behind the last row."""
    return np.vstack([code, np.full((1, code.shape[1]), -1)])[row, np.arange(code.shape[1])]


def _before_states(address: pa.Array) -> pa.Array:
    """The district before the state that ends an address without commas; most end in no state's name."""
    last_words = pc.dictionary_encode(_last(address, " ", 1))
    may_end = gazetteer().may_end_state
    may = pa.array(
        [may_end(word) or not _PIN.sub("", f" {word}") for word in last_words.dictionary.to_pylist()], pa.bool_()
    )
    asked = pc.dictionary_encode(
        pc.if_else(may.take(last_words.indices).fill_null(False), address, pa.scalar(None, pa.string()))
    )
    found = [_last_words(_PIN.sub("", text).split()[-_WORDS:]) for text in asked.dictionary.to_pylist()]
    return pa.array(found, pa.string()).take(asked.indices)


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
