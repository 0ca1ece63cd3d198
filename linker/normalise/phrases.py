"""Police phrases, names, relatives and addresses as they are typed, taken apart into fields.

    >>> parsed = parse_phrases(pa.array(["राकेश उर्फ कालू पुत्र स्व0 रामसिंह नि0 ग्राम बादशाहपुर थाना सदर"]))
    >>> parsed.column(Field.FATHER).to_pylist()
    ['रामसिंह']

The work is done on whole columns: `tokens` cuts the text, `grammar` says which token belongs to which field of which person, and
here the spans become Arrow columns, one row per person. Any text is accepted; nothing is lost (see Field.REST).
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linker.normalise.columns import one_chunk
from linker.normalise.fields import Field, Mode
from linker.normalise.grammar import parse
from linker.normalise.tokens import Tokens, tokenise, tokenise_one

__all__ = ["Field", "Parsed", "parse_addresses", "parse_names", "parse_phrases", "parse_relatives", "read_text"]

_CHUNK = 50_000  # texts whose tokens are in memory at a time
_BLANK = 0x20

Int32s = npt.NDArray[np.int32]
_RELATIVES = frozenset((Field.FATHER, Field.MOTHER, Field.HUSBAND, Field.GUARDIAN, Field.RELATIVE, Field.LATE))
_OWN = frozenset((Field.NAME, Field.ALIAS, Field.AGE, Field.PHONE, Field.BIRTH, Field.REST, Field.AADHAAR))


@dataclass(frozen=True)
class Parsed:
    """The persons found in a column of texts, in the order of the texts.

    `text` and `part` number each person: row in the input, and place within that text from 0. An empty or null text has one
    person without any field.
    """

    text: Int32s
    part: Int32s
    _spans: list[_Chunk]

    def __len__(self) -> int:
        return len(self.text)

    def column(self, field: Field) -> pa.Array:
        """The field's text per person as typed, its pieces joined by blanks; null where the person has none."""
        return pa.concat_arrays([chunk.joined(field) for chunk in self._spans] or [pa.array([], pa.string())])

    def lists(self, field: Field) -> pa.Array:
        """The field's pieces per person as a list (several aliases); null where there is none."""
        return pa.concat_arrays([chunk.listed(field) for chunk in self._spans] or [pa.array([], pa.list_(pa.string()))])

    def any(self, field: Field) -> bool:
        """Whether anybody has the field."""
        return any(bool((chunk.field == field).any()) for chunk in self._spans)

    def has(self, field: Field) -> npt.NDArray[np.bool_]:
        """Whether the person has the field."""
        return np.concatenate([chunk.has(field) for chunk in self._spans] or [np.zeros(0, np.bool_)])


@dataclass(frozen=True)
class _Chunk:
    """Spans of some texts: for each its person's row, field and bytes; `persons` holds text, relatives from, address from."""

    buffer: npt.NDArray[np.uint8]
    row: Int32s
    field: Int32s
    start: Int32s
    end: Int32s
    relatives_from: Int32s
    address_from: Int32s

    def _of(self, field: Field) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Per person, where in the spans (ordered by field and person) its spans of the field begin and end."""
        low, high = np.searchsorted(self.field, [field, field + 1])
        counts = np.bincount(self.row[low:high], minlength=len(self.relatives_from))
        last = low + np.cumsum(counts)
        if field not in _OWN:
            source = self.relatives_from if field in _RELATIVES else self.address_from
            counts, last = counts[source], last[source]
        return last - counts, last

    def has(self, field: Field) -> npt.NDArray[np.bool_]:
        first, last = self._of(field)
        return last > first

    def joined(self, field: Field) -> pa.Array:
        first, last = self._of(field)
        pieces, offsets = self._pieces(first, last)
        return _texts(self.buffer, self.start[pieces], self.end[pieces], offsets, last > first)

    def listed(self, field: Field) -> pa.Array:
        first, last = self._of(field)
        pieces, offsets = self._pieces(first, last)
        each = np.arange(len(pieces) + 1)
        values = _texts(self.buffer, self.start[pieces], self.end[pieces], each, np.ones(len(pieces), np.bool_))
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values, mask=pa.array(last <= first))

    @staticmethod
    def _pieces(
        first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Numbers of all spans, person after person, and where each person's begin."""
        counts = last - first
        offsets = np.concatenate([[0], np.cumsum(counts)])
        pieces = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - first, counts)
        return pieces, offsets


def _texts(
    buffer: npt.NDArray[np.uint8],
    start: Int32s,
    end: Int32s,
    offsets: npt.NDArray[np.int64],
    valid: npt.NDArray[np.bool_],
) -> pa.Array:
    """Slices of the buffer as texts; text i joins the slices from offsets[i] to offsets[i + 1] with blanks."""
    sizes = (end - start).astype(np.int64)
    last_of_text = np.zeros(len(sizes), np.bool_)
    last_of_text[offsets[1:][valid] - 1] = True
    with_blank = sizes + ~last_of_text
    ends = np.concatenate([[0], np.cumsum(with_blank)])
    source = np.arange(ends[-1]) + np.repeat(start.astype(np.int64) - ends[:-1], with_blank)
    data = buffer[np.minimum(source, len(buffer) - 1)] if len(buffer) else np.zeros(0, np.uint8)
    data[ends[1:][~last_of_text] - 1] = _BLANK
    bounds = ends[offsets].astype(np.int32)
    mask = pa.array(valid)
    return pa.Array.from_buffers(
        pa.string(), len(valid), [mask.buffers()[1], pa.py_buffer(bounds), pa.py_buffer(np.ascontiguousarray(data))]
    )


def parse_phrases(texts: pa.Array | pa.ChunkedArray) -> Parsed:
    """Persons of whole phrases: name, aliases, relatives, address, age, phone; several persons joined by 'व' or numbered."""
    return _parse(texts, Mode.PHRASE)


def parse_names(texts: pa.Array | pa.ChunkedArray) -> Parsed:
    """A column of names: one person each, with aliases ('Ramesh @ Kalu') and relatives that stand in it by habit."""
    return _parse(texts, Mode.NAME)


def parse_relatives(texts: pa.Array | pa.ChunkedArray) -> Parsed:
    """A column of relatives: Field.RELATIVE, or the relation that the cell itself states ('S/o Ram'), and Field.LATE."""
    return _parse(texts, Mode.RELATIVE)


def parse_addresses(texts: pa.Array | pa.ChunkedArray) -> Parsed:
    """A column of addresses: village, mohalla or locality, station, tehsil, district, state, pin."""
    return _parse(texts, Mode.ADDRESS)


def read_text(text: str, mode: Mode) -> list[dict[Field, list[str]]]:
    """The persons of a single clean text, each with the pieces of every field it has: what the columns hold, without making columns."""
    tokens = tokenise_one(text)
    spans, persons = _spans(tokens, 1, mode)
    raw = text.encode()
    found: list[dict[Field, list[str]]] = [{} for _ in range(len(persons))]
    for _, person, field, start, end in sorted(spans.tolist(), key=_IN_ORDER):
        found[person].setdefault(Field(field), []).append(raw[start:end].decode())
    return [
        {f: p for f, p in own.items() if f in _OWN}
        | {f: p for f, p in found[relatives].items() if f in _RELATIVES}
        | {f: p for f, p in found[address].items() if f not in _OWN and f not in _RELATIVES}
        for own, (relatives, address) in zip(found, persons[:, 2:].tolist(), strict=True)
    ]


_IN_ORDER = itemgetter(2, 1, 3)
"""Spans by field, person and place."""


def _spans(tokens: Tokens, texts: int, mode: Mode) -> tuple[Int32s, Int32s]:
    """Spans (text, person of the text, field, start, end) and persons (text, part, relatives from, address from) of some texts."""
    count = len(tokens.kind)
    spans = np.empty((2 * count + 1, 5), np.int32)
    persons = np.empty((count + texts, 4), np.int32)
    start, end = tokens.start.astype(np.int32), tokens.end.astype(np.int32)
    found, people = parse(tokens.first, tokens.kind, tokens.digits, start, end, int(mode), spans, persons)
    return spans[:found], persons[:people].copy()


def _parse(texts: pa.Array | pa.ChunkedArray, mode: Mode) -> Parsed:
    filled = one_chunk(texts).fill_null("")
    pieces = [filled.slice(at, _CHUNK) for at in range(0, len(filled), _CHUNK)]
    done = [_parse_chunk(piece, mode) for piece in pieces]
    counts = np.cumsum([0, *(len(piece) for piece in pieces)])
    text = [persons[:, 0] + np.int32(before) for (_, persons), before in zip(done, counts[:-1], strict=True)]
    part = [persons[:, 1] for _, persons in done]
    none = [np.zeros(0, np.int32)]
    return Parsed(np.concatenate(text or none), np.concatenate(part or none), [chunk for chunk, _ in done])


def _parse_chunk(texts: pa.Array, mode: Mode) -> tuple[_Chunk, npt.NDArray[np.int32]]:
    tokens = tokenise(texts)
    spans, persons = _spans(tokens, len(texts), mode)
    first_person = np.searchsorted(persons[:, 0], np.arange(len(texts))).astype(np.int32)
    row = first_person[spans[:, 0]] + spans[:, 1]
    order = np.lexsort((spans[:, 3], row, spans[:, 2]))
    spans = spans[order]
    base = first_person[persons[:, 0]]
    chunk = _Chunk(
        buffer=tokens.buffer,
        row=row[order],
        field=spans[:, 2].copy(),
        start=spans[:, 3].copy(),
        end=spans[:, 4].copy(),
        relatives_from=base + persons[:, 2],
        address_from=base + persons[:, 3],
    )
    return chunk, persons
