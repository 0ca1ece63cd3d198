"""Police text as tokens: where each begins and ends, and what kind of word it is.

Text is cut at blanks first, and only the distinct pieces between blanks are looked at in Python; a million phrases hold some
ten thousand of them. All positions are byte offsets into the column's buffer, so a field is later a slice of the text as it
was typed.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from linker.config.loading import CONFIGS
from linker.errors import ConfigError
from linker.names.unicode import ABBREVIATION, fold
from linker.normalise.plainwords import PlainWord, plain_words

Int32s: TypeAlias = npt.NDArray[np.int32]
Int64s: TypeAlias = npt.NDArray[np.int64]
Int8s: TypeAlias = npt.NDArray[np.int8]

MARKERS = CONFIGS / "reference" / "phrase_markers.yaml"


class Kind(IntEnum):
    """What a token is. The names are the keys of phrase_markers.yaml; the first five need no list."""

    WORD = 0
    NUMBER = 1
    COMMA = 2  # also ; and a line's end
    OPEN = 3
    CLOSE = 4
    SIGN = 5  # any other sign; it neither begins nor ends anything
    ALIAS = 6
    SON = 7
    SON_SHORT = 8  # short forms are relations only between two names
    DAUGHTER = 9
    DAUGHTER_SHORT = 10
    WIFE = 11
    WIFE_SHORT = 12
    MOTHER_WORD = 13  # माता, which also begins names (माता प्रसाद)
    CARE = 14
    SONS = 15  # one father of several persons
    PLURAL = 16
    AND = 17
    AND_LATIN = 18
    OTHERS = 19
    LATE = 20
    HONORIFIC = 21
    HONORIFIC_FEMALE = 22
    RESIDENT = 23
    RESIDENTS = 24
    PRESENT = 25
    PERMANENT = 26
    VILLAGE = 27
    MOHALLA = 28
    MO = 29  # Mohammad, mobile or mohalla
    HOUSE = 30
    LANE = 31
    NO = 32
    POST = 33
    STATION = 34
    KOTWALI = 35
    WOMEN = 36
    TEHSIL = 37
    DISTRICT = 38
    DIRECTION = 39
    STATE = 40
    STATE_FIRST = 41
    STATE_LAST = 42
    PIN = 43
    AGE = 44
    ABOUT = 45
    YEARS = 46
    PHONE = 47
    BIRTH = 48
    ID_NUMBER = 49
    CASTE = 50
    FILLER = 51
    RESIDENT_SHORT = 52  # only after a relative
    HUSBAND_WORD = 53  # पति, which also ends names (राम पति)


class Tokens(NamedTuple):
    """The tokens of a column, text after text; text i has those from `first[i]` to `first[i + 1]`."""

    first: Int64s
    kind: Int8s
    digits: Int8s  # how many digits a number has (127 at most), else 0
    start: Int64s  # byte offsets into the column's buffer
    end: Int64s
    buffer: npt.NDArray[np.uint8]


# A relation with its slash may stand close to the name (S/oRam); chains of abbreviations (मो0नं0, P.S.) are one token.
_TOKEN = re.compile(
    r"(?P<relation>[SsDdWwCcRrHhFfMmBb][/\\][oO0](?:(?![A-Za-z0-9])|(?=[A-Z])(?!(?<=O)[A-Z][a-z]{0,1}\b)))\.?"
    r"|(?P<chain>(?:[\u0904-\u0963\u0971-\u097f][\u0900-\u0963\u0971-\u097f]{0,5}[0०॰.]{1,2}(?![0-9०-९])){2,6})"
    r"|(?P<deva>[\u0900-\u0963\u0971-\u097f]+(?:[0०॰.]{1,2}(?![0-9०-९]))?)"
    r"|(?P<dotted>[A-Za-z]{1,3}(?:\.[A-Za-z]{1,2})+(?![A-Za-z])\.?)"
    r"|(?P<latin>[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)*\.?)"
    r"|(?P<number>\+?[0-9०-९]+(?:[/.\-][0-9०-९]+)*(?:[A-Za-z](?![A-Za-z]))?)"
    r"|(?P<letters>[^\W\d_]+)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
_PIECE = re.compile(r"[\u0900-\u0963\u0971-\u097f]+[0०॰.]{0,2}")
_SIGNS = {
    ",": Kind.COMMA, ";": Kind.COMMA, "|": Kind.COMMA, "।": Kind.COMMA,
    "(": Kind.OPEN, "[": Kind.OPEN, "{": Kind.OPEN, ")": Kind.CLOSE, "]": Kind.CLOSE, "}": Kind.CLOSE,
    "@": Kind.ALIAS, "&": Kind.AND_LATIN,
}  # fmt: skip
_ONE_WORD = re.compile(r"[\u0900-\u0963\u0971-\u097f]+\Z")  # three bytes a letter
_LATIN_DOT = re.compile(r"(?<=[\u0900-\u097f])\.")
_MOST_DIGITS = 127
_Token: TypeAlias = tuple[int, int, Kind, int]


@lru_cache(maxsize=1)
def markers() -> dict[tuple[str, bool], Kind]:
    """(word without its abbreviation mark, whether it had one) → kind.

    Raises:
        ConfigError: the file is missing, or names a kind that does not exist.
    """
    try:
        listed = yaml.safe_load(MARKERS.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"cannot be read: {error}", where=str(MARKERS), do="restore the file") from None
    found: dict[tuple[str, bool], Kind] = {}
    for name, forms in listed.items():
        if name not in Kind.__members__:
            raise ConfigError(
                f"unknown kind {name}", where=str(MARKERS), do=f"use one of {', '.join(Kind.__members__)}"
            )
        for form in forms:
            base, marked = _canonical(form)
            found[base, True] = Kind[name]
            if not marked:
                found.setdefault((base, False), Kind[name])
    return found


def _canonical(word: str) -> tuple[str, bool]:
    """The folded word without marks of abbreviation at its end or, if Latin, inside; and whether it had one at its end."""
    folded = _LATIN_DOT.sub(ABBREVIATION, fold(word))
    base = folded.rstrip("॰.:")
    return (base.replace(".", "") if base.isascii() else base), base != folded


# What a word may hold that folding changes; other words are looked up as they are.
_FOLDED = re.compile(r"[^क-हअ-औा-ौं्a-z]|[ङञणनम]्")


def kind_of(word: str) -> Kind:
    """The kind of a word, by the list of markers."""
    lower = word.lower()
    if _FOLDED.search(lower):
        return markers().get(_canonical(word), Kind.WORD)
    return markers().get((lower, False), Kind.WORD)


@lru_cache(maxsize=100_000)
def _tokens_of(piece: str) -> list[_Token]:
    """The tokens of a piece without blanks: where they start and end in its UTF-8 bytes, kind, number of digits."""
    if piece.isascii():
        if piece.isdigit():
            return [(0, len(piece), Kind.NUMBER, min(_MOST_DIGITS, len(piece)))]
        if piece.isalpha():
            return [(0, len(piece), kind_of(piece), 0)]
    elif _ONE_WORD.match(piece):
        return [(0, 3 * len(piece), kind_of(piece), 0)]
    found: list[_Token] = []
    start = 0
    for match in _TOKEN.finditer(piece):  # every character belongs to some token, so they follow each other
        tokens = _classified(match.lastgroup or "", match[0], start)
        start = tokens[-1][1]
        found += tokens
    return found


def _classified(group: str, text: str, start: int) -> list[_Token]:
    size = len(text.encode())
    if group == "number":
        return [(start, start + size, Kind.NUMBER, min(_MOST_DIGITS, sum(c.isdigit() for c in text)))]
    if group == "sign":
        return [(start, start + size, _SIGNS.get(text, Kind.SIGN), 0)]
    kind = kind_of(text)
    if group == "chain" and kind is Kind.WORD:
        pieces, at = [], start
        for part in _PIECE.findall(text):
            pieces.append((at, at + len(part.encode()), kind_of(part), 0))
            at = pieces[-1][1]
        return pieces
    return [(start, start + size, kind, 0)]


def _tokens_of_all(pieces: pa.Array, sizes: Int64s) -> tuple[Int64s, Int64s]:
    """`_tokens_of` every piece: all tokens, one row each, and how many each piece has.

    A piece that is one number or one word without anything to fold is recognised by its bytes; the others are looked at
    one by one.
    """
    plain = plain_words(pieces)
    words = pc.ascii_lower(pieces)
    place = pc.index_in(words, _plain_markers()).fill_null(-1).to_numpy(zero_copy_only=False)
    kinds = np.where(plain == PlainWord.NUMBER, int(Kind.NUMBER), _plain_kinds()[place])
    others = np.flatnonzero(plain == PlainWord.NONE)
    known = [_tokens_of(piece) for piece in pieces.take(pa.array(others)).to_pylist()]
    per_piece = np.ones(len(pieces), np.int64)
    per_piece[others] = [len(tokens) for tokens in known]
    row = np.cumsum(per_piece) - per_piece
    table = np.zeros((int(per_piece.sum()), 4), np.int64)
    simple = np.flatnonzero(plain != PlainWord.NONE)
    table[row[simple], 1] = sizes[simple]
    table[row[simple], 2] = kinds[simple]
    table[row[simple], 3] = np.where(plain[simple] == PlainWord.NUMBER, np.minimum(sizes[simple], _MOST_DIGITS), 0)
    if len(others):
        found = np.array([token for tokens in known for token in tokens], np.int64).reshape(-1, 4)
        counts = per_piece[others]
        within = np.arange(len(found)) - np.repeat(np.cumsum(counts) - counts, counts)
        table[np.repeat(row[others], counts) + within] = found
    return table, per_piece


@lru_cache(maxsize=1)
def _plain_markers() -> pa.Array:
    """The markers that may be written without a mark of abbreviation."""
    return pa.array([base for base, marked in markers() if not marked], pa.string())


@lru_cache(maxsize=1)
def _plain_kinds() -> Int64s:
    """The kind of each of `_plain_markers`, and at the end that of all other words."""
    return np.array([*(int(kind) for (_, marked), kind in markers().items() if not marked), int(Kind.WORD)], np.int64)


def tokenise(texts: pa.Array) -> Tokens:
    """The tokens of every text. `texts` holds no null and its blanks are single (see `linker.names.unicode.clean`)."""
    texts = pa.concat_arrays([texts])  # offsets from 0
    pieces = pc.split_pattern(texts, " ")
    encoded = pc.dictionary_encode(pieces.flatten())
    sizes = pc.binary_length(encoded.dictionary).to_numpy(zero_copy_only=False).astype(np.int64)
    table, per_piece = _tokens_of_all(encoded.dictionary, sizes)
    row_of_piece = np.concatenate([[0], np.cumsum(per_piece)])[:-1]

    code = encoded.indices.to_numpy(zero_copy_only=False)
    starts = np.cumsum(sizes[code] + 1) - (
        sizes[code] + 1
    )  # every piece is followed by a blank or, at a text's end, by nothing
    piece_bounds = pieces.offsets.to_numpy().astype(np.int64)
    text_of_piece = np.repeat(np.arange(len(texts)), np.diff(piece_bounds))
    starts -= text_of_piece
    counts = per_piece[code]
    token_bounds = np.concatenate([[0], np.cumsum(counts)])
    within = np.arange(token_bounds[-1]) - np.repeat(token_bounds[:-1], counts)
    rows = table[np.repeat(row_of_piece[code], counts) + within]
    shift = np.repeat(starts, counts)
    buffer = texts.buffers()[2]
    return Tokens(
        first=token_bounds[piece_bounds],
        kind=rows[:, 2].astype(np.int8),
        digits=rows[:, 3].astype(np.int8),
        start=rows[:, 0] + shift,
        end=rows[:, 1] + shift,
        buffer=np.frombuffer(buffer, np.uint8) if buffer is not None else np.zeros(0, np.uint8),
    )


def tokenise_one(text: str) -> Tokens:
    """The tokens of a single clean text: what `tokenise` gives for a column of one, without making columns."""
    table: list[tuple[int, int, int, int]] = []
    at = 0
    for piece in text.split(" "):
        tokens = _tokens_of(piece)
        table += [(at + start, at + end, kind, digits) for start, end, kind, digits in tokens]
        at += (len(piece) if piece.isascii() else len(piece.encode())) + 1
    rows = np.array(table, np.int64).reshape(-1, 4)
    return Tokens(
        first=np.array([0, len(table)], np.int64),
        kind=rows[:, 2].astype(np.int8),
        digits=rows[:, 3].astype(np.int8),
        start=rows[:, 0].copy(),
        end=rows[:, 1].copy(),
        buffer=np.frombuffer(text.encode(), np.uint8),
    )
