"""Mistakes in a mapping are named with file and line; caste and religion are refused."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from linker.config.loading import CONFIGS
from linker.config.source import load_source
from linker.errors import ConfigError

GOOD = """\
name: test
state: Delhi
format: csv
native_id: id
script: latin
fields:
  name: NAME
  phone: PHONE
"""


def complaint(tmp_path: Path, text: str) -> str:
    path = tmp_path / "test.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_source(path)
    return str(error.value).replace(str(path), "test.yaml")


@pytest.mark.parametrize("name", sorted(p.name for p in (CONFIGS / "sources").glob("*.yaml")))
def test_shipped_mappings_load(name: str) -> None:
    config = load_source(CONFIGS / "sources" / name)
    assert config.origin.endswith(name)
    assert pickle.loads(pickle.dumps(config)) == config


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("  fone: PHONE", "test.yaml:9: fields.fone: unknown field; did you mean 'phone'?"),
        ("  birthdate: DOB", "did you mean 'birth_date'?"),
        ("  aliases: {join: [A, B]}", "fields.aliases: it holds a list; use 'list: [columns]'"),
        ("  father: {list: [A, B]}", "fields.father: it holds one text; use column or join"),
        ("  father: [A, B]", "test.yaml:9: fields.father: write a column's name, or one of"),
        (
            "  father: {column: A, constant: x}",
            "say exactly one of column, join, list, constant; here: column, constant",
        ),
        ("  father: {}", "here: none"),
        ("  father: {colum: A}", "did you mean 'column'?"),
        ("  father: '  '", "may not be blank"),
        ("  extra.Party: PARTY", "an extra field is named extra.<small letters"),
        ("  extra.caste: X", "'caste' speaks of caste"),
        ("  extra.x: CASTE_CODE", "2024 INSC 383"),
        ("  extra.x: SubCaste", "speaks of caste"),
        ("  extra.x: {join: [A, धर्म]}", "'धर्म' speaks of religion"),
        ("  extra.x: जाति का नाम", "test.yaml:9: fields.extra.x: 'जाति का नाम' speaks of caste"),
        ("dates: {birth_date: [d.m.y]}", "a date format is made of dd, mm and yyyy"),
        (
            "dates: {age: [dd/mm/yyyy]}",
            "is not allowed; allowed: 'birth_date', 'record_date', 'fir_date', 'custody_from', 'custody_to' or 'died_on'",
        ),
        ("sheet: Data", "sheet: it has no meaning for format csv; allowed: excel"),
        ("delimiter: ';;'", "at most 1 character"),
        ("delimiter: '¦'", "a delimiter is one ASCII character"),
        ('delimiter: "\\n"', "a delimiter is one ASCII character"),
        ("encoding: klingon", "'klingon' is not allowed; allowed: 'utf-8'"),
        ("state_column: STATE", "say either 'state' or 'state_column'"),
        ("source_column: RELIGION", "speaks of religion"),
        (
            "legacy_font: [NMAE]",
            "legacy_font.0: no field is fed from the column 'NMAE'; did you mean 'NAME'? allowed: id, NAME",
        ),
        ("optional: [MOBILE]", "optional.0: no field is fed from the column 'MOBILE'; allowed: id, "),
        ("nme: x", "unknown setting; did you mean 'name'?"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, line: str, words: str) -> None:
    assert words in complaint(tmp_path, GOOD + line + "\n")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("format: sqlite", "format sqlite needs a query"),
        ("format: sqlite\nquery: SELECT id, caste AS x FROM t", "speaks of caste"),
        ("format: postgresql\nquery: SELECT 1\nurl: postgresql://u:secret@h/d", "a password may not stand in a file"),
        ("format: parquet\ndelimiter: ','", "delimiter: it has no meaning for format parquet"),
        ("format: xml", "'xml' is not allowed"),
    ],
)
def test_mistakes_by_format(tmp_path: Path, settings: str, words: str) -> None:
    text = complaint(tmp_path, GOOD.replace("format: csv", settings))
    assert words in text
    assert "secret" not in text


def test_a_record_needs_a_name(tmp_path: Path) -> None:
    assert "map at least name or phrase" in complaint(tmp_path, GOOD.replace("  name: NAME\n", ""))


def test_similar_words_are_allowed(tmp_path: Path) -> None:
    path = tmp_path / "test.yaml"
    path.write_text(GOOD + "  extra.x: {join: [BROADCASTER, धर्मशाला, FATHERS_CASTING]}\n", encoding="utf-8")
    assert load_source(path).columns == ("id", "NAME", "PHONE", "BROADCASTER", "धर्मशाला", "FATHERS_CASTING")


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"did you mean .*delhi\.yaml"):
        load_source(CONFIGS / "sources" / "dehli.yaml")
