"""What is typed in Kruti Dev is understood, and no Latin name is ever taken for it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.names.legacy import decode, encode
from linker.names.unicode import clean
from linker.normalise.persons import PersonOptions
from linker.search.font import in_unicode, typed_in_unicode
from linker.search.query import read_query
from tests.generated import extracts

OPTIONS = PersonOptions(aadhaar_key=None, latest_year=2026)
SPELLINGS = (str, str.lower, str.title, str.upper)
NAMES = ("FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "ALIAS1", "ALIAS2", "RELATIVE_NAME")
FURTHER = ("ADDRESS", "PS", "DISTRICT", "ID_MARKS", "EPIC", "DL_NO", "PAN", "NFN")


def cases() -> list[tuple[str, str]]:
    lines = (Path(__file__).parent / "kruti_dev.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [(row["typed"], row["read"]) for row in rows]


@pytest.mark.parametrize(("typed", "read"), cases())
def test_typed(typed: str, read: str) -> None:
    found, legacy = typed_in_unicode(typed)
    if read == "-":
        assert (found, legacy) == (typed, False)
    else:
        assert (clean(found), legacy) == (clean(read), True)


def latin() -> list[str]:
    """Names, addresses and numbers of the two states that write Latin letters, by themselves and as queries."""
    with (extracts() / "delhi.csv").open(encoding="utf-8-sig", newline="", errors="replace") as file:
        rows = list(csv.DictReader(file))
    found = {row[f] or "" for row in rows for f in (*NAMES, *FURTHER)}
    for row in rows:
        name = " ".join(row[f] for f in NAMES[:3] if row[f])
        found |= {name, f"{name} s/o {row['RELATIVE_NAME']}, {row['AGE']}, {row['PS']}", f"{name} {row['DL_NO']}"}
    table = pq.read_table(extracts() / "haryana.parquet", columns=["name", "guardian_name", "address", "district"])
    found |= {text for column in table.columns for text in column.to_pylist() if text}
    return sorted(text for text in found if text.isascii())


def test_no_latin_name_is_taken_for_it() -> None:
    texts = {spelt(text) for text in latin() for spelt in SPELLINGS}
    assert len(texts) > 2000
    assert not [text for text in texts if typed_in_unicode(text)[1]]


def test_names_of_two_words_are_nearly_always_understood() -> None:
    with (extracts() / "uttar_pradesh.csv").open(encoding="utf-8-sig", newline="", errors="replace") as file:
        cells = {cell for row in csv.reader(file) for cell in row}
    names = sorted(cell for cell in cells if re.fullmatch("[\u0900-\u097f]+ [\u0900-\u097f ]+", cell))
    assert len(names) > 200
    understood = [
        clean(read) == clean(decode(encode(name))) for name in names if (read := typed_in_unicode(encode(name))[0])
    ]
    assert sum(understood) / len(names) > 0.95


def test_the_answer_says_so() -> None:
    query = read_query("jkds'k mQZ dkyw iq= jke flag] 25] lksguk", OPTIONS)
    assert query.font == "Kruti Dev" and "Kruti Dev" in query.notes[0]
    assert query.understood == {"name": "राकेश", "aliases": ["कालू"], "father": "राम सिंह", "age": "25", "place": "सोहना"}
    plain = read_query("राकेश उर्फ कालू पुत्र राम सिंह, 25, सोहना", OPTIONS)
    assert (plain.font, plain.notes) == (None, ())
    assert query.persons == plain.persons


def test_fields_are_looked_at_together() -> None:
    fields = {
        "name": "jkds'k dqekj",
        "father": "jke flag",
        "aliases": ["dkyw", "Kalu"],
        "epic": "ABC1234566",
        "village": "Sohna",
    }
    query = read_query(fields, OPTIONS)
    assert query.font == "Kruti Dev"
    assert query.understood == {
        "name": "राकेश कुमार",
        "father": "राम सिंह",
        "aliases": ["कालू", "Kalu"],
        "village": "Sohna",
    }
    assert query.persons[0]["epic"] == "ABC1234566"
    assert read_query({"name": "jke", "epic": "ABC1234566"}, OPTIONS).font is None


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_pieces_are_kept_or_converted(pieces: list[str]) -> None:
    read, legacy = in_unicode(pieces)
    assert len(read) == len(pieces)
    assert legacy or read == pieces
