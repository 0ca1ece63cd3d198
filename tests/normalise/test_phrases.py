"""The cases of phrases.tsv, and what must hold for any text at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.names.unicode import clean
from linker.normalise.fields import Field, Mode
from linker.normalise.grammar import parse
from linker.normalise.grammar_context import MOST_PERSONS
from linker.normalise.phrases import Parsed, parse_addresses, parse_names, parse_phrases, parse_relatives
from linker.normalise.tokens import Kind, markers, tokenise

PARSERS = {"phrase": parse_phrases, "address": parse_addresses, "name": parse_names, "relative": parse_relatives}
SHOWN = [field for field in Field if field not in (Field.NONE, Field.NUMBERED)]
LINES = (Path(__file__).parent / "phrases.tsv").read_text(encoding="utf-8").splitlines()
CASES = [tuple(line.split("\t")) for line in LINES if line and not line.startswith("#")]
FORMS = sorted({base + ("0" if marked else "") for base, marked in markers()})
SIGNS = ["(", ")", ",", ".", "-", "/", "@", "&", "1.", "12", "30", "203001", "9876543210", "x" * 300]
WORDS = st.sampled_from([*FORMS, *SIGNS, "राम", "श्याम", "Ram"])
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=25).map(" ".join))


def described(parsed: Parsed) -> list[str]:
    """Each text's persons in the notation of the case table."""
    aliases = parsed.lists(Field.ALIAS).to_pylist()
    columns = {f: parsed.column(f).to_pylist() for f in SHOWN}
    columns[Field.ALIAS] = [None if a is None else "/".join(a) for a in aliases]
    persons: list[list[str]] = [[] for _ in range(int(parsed.text.max()) + 1)]
    for row, text in enumerate(parsed.text):
        said = [f"{f.name.lower()}={columns[f][row]}" for f in SHOWN if columns[f][row] is not None]
        persons[text].append("; ".join(said))
    return [" || ".join(p) for p in persons]


@pytest.mark.parametrize(("holds", "text", "expected"), CASES)
def test_case(holds: str, text: str, expected: str) -> None:
    assert described(PARSERS[holds](pa.array([text]))) == [expected]


@given(st.lists(TEXTS, max_size=6), st.sampled_from(sorted(PARSERS)))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_and_neighbours_do_not_matter(texts: list[str], holds: str) -> None:
    texts = [clean(text) for text in texts]
    together = PARSERS[holds](pa.array(texts, pa.string()))
    if texts:
        assert described(together) == [described(PARSERS[holds](pa.array([text])))[0] for text in texts]


@given(TEXTS, st.sampled_from(list(Mode)))
@settings(max_examples=800, deadline=None)
def test_every_word_and_number_is_kept(text: str, mode: Mode) -> None:
    tokens = tokenise(pa.array([clean(text)]))
    count = len(tokens.kind)
    spans, persons = np.zeros((2 * count + 1, 5), np.int32), np.zeros((count + 1, 4), np.int32)
    start, end = tokens.start.astype(np.int32), tokens.end.astype(np.int32)
    found, people = parse(tokens.first, tokens.kind, tokens.digits, start, end, int(mode), spans, persons)
    assert 1 <= people <= MOST_PERSONS
    assert found <= 2 * count
    for token in range(count):
        covered = ((spans[:found, 3] <= start[token]) & (end[token] <= spans[:found, 4])).any()
        number_of_a_list = tokens.kind[token] == Kind.NUMBER and tokens.digits[token] <= 3
        assert covered or number_of_a_list or (tokens.kind[token] != Kind.WORD and tokens.kind[token] != Kind.NUMBER)


@pytest.mark.parametrize(
    "text", ["व " * 50_000, "पुत्र राम व " * 20_000, "(" * 50_000, "अ" * 200_000, "1. राम पुत्र " * 20_000]
)
def test_long_texts_are_read(text: str) -> None:
    """Not timed: work that grew with the square of these lengths would not end."""
    assert len(parse_phrases(pa.array([clean(text)]))) <= MOST_PERSONS


def test_null_and_empty_are_a_person_without_fields() -> None:
    parsed = parse_phrases(pa.chunked_array([[None, "", "राम पुत्र श्याम"], ["मोहन"]]))
    assert parsed.text.tolist() == [0, 1, 2, 3]
    assert parsed.column(Field.NAME).to_pylist() == [None, None, "राम", "मोहन"]
    assert parsed.lists(Field.ALIAS).to_pylist() == [None] * 4
    assert len(parse_names(pa.array([], pa.string()))) == 0


def test_parts_number_the_persons_of_a_text() -> None:
    parsed = parse_phrases(pa.array(["राम व श्याम पुत्रगण मोहन", "सोहन"]))
    assert parsed.text.tolist() == [0, 0, 1]
    assert parsed.part.tolist() == [0, 1, 0]
    assert parsed.has(Field.FATHER).tolist() == [True, True, False]


def test_markers_are_written_as_they_are_looked_up() -> None:
    known = markers()
    assert known["नि", True] == Kind.RESIDENT
    assert ("नि", False) not in known
    assert known["ps", True] == known["ps", False] == Kind.STATION
