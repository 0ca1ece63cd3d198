"""Rows to records on small tables: who stands in a row, what outranks what, and that nothing is lost or published that must not be."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.normalise.persons import PersonFindings, PersonOptions, to_persons
from linker.normalise.records import RecordOptions, Records, to_records
from linker.schema import QUARANTINE, RECORD, ROW, ROW_LIST_FIELDS, ROW_TEXT_FIELDS


def rows(*cells: dict[str, Any], source: str = "up") -> pa.Table:
    """A ROW table; what a row does not say is null."""
    table = []
    for line, row in enumerate(cells, start=2):
        empty = dict.fromkeys((*ROW_TEXT_FIELDS, *ROW_LIST_FIELDS))
        table.append(
            {"source": source, "native_id": f"N{line}", "line": line, "state": "Uttar Pradesh", **empty, **row}
        )
    return pa.Table.from_pylist(table, schema=pa.schema(list(ROW.columns.items())))


def made(*cells: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    records = to_records(rows(*cells), RecordOptions(**options)).record
    return [{k: v for k, v in row.items() if v is not None} for row in records.to_pylist()]


def test_tables_conform() -> None:
    result = to_records(rows({"name": "राम"}, {}))
    assert isinstance(result, Records)
    assert result.record.schema.equals(pa.schema(list(RECORD.columns.items())))
    assert result.quarantine.schema.equals(pa.schema(list(QUARANTINE.columns.items())))
    empty = to_records(rows())
    assert (empty.record.num_rows, empty.quarantine.num_rows) == (0, 0)


def test_a_phrase_is_taken_apart() -> None:
    phrase = "राकेश कुमार उर्फ कालू पुत्र स्व0 रामसिंह नि0 ग्राम बादशाहपुर थाना सदर जिला एटा उम्र करीब 30 वर्ष मो0नं0 9876543210"
    (record,) = made({"phrase": phrase, "fir_number": "0359/25", "sections": "379"})
    said = {
        "record_id": "up:N2", "part": 1, "name": "राकेश कुमार", "name_typed": phrase, "aliases": ["कालू"], "father": "रामसिंह",
        "relative_late": True, "village": "बादशाहपुर", "station": "सदर", "district": "एटा", "age": "करीब 30 वर्ष", "phone": "9876543210",
        "address": "ग्राम बादशाहपुर थाना सदर जिला एटा", "record_date": "2025", "sections": "379",
    }  # fmt: skip
    assert {key: record[key] for key in said} == said
    assert "rest" not in record


def test_several_persons_become_several_records() -> None:
    records = made({"phrase": "राम व श्याम पुत्रगण मोहन निवासीगण ग्राम अमरपुर"}, {"name": "सोहन"})
    assert [r["record_id"] for r in records] == ["up:N2", "up:N2#2", "up:N3"]
    assert [r["part"] for r in records] == [1, 2, 1]
    assert [(r["name"], r.get("father"), r.get("village")) for r in records] == [
        ("राम", "मोहन", "अमरपुर"), ("श्याम", "मोहन", "अमरपुर"), ("सोहन", None, None),
    ]  # fmt: skip


def test_columns_outrank_the_phrase_and_the_phrase_the_address() -> None:
    (record,) = made(
        {
            "name": "राम",
            "phrase": "रामू पुत्र श्याम नि0 ग्राम अमरपुर थाना सदर",
            "station": "नगर",
            "address": "ग्राम बदलपुर जिला एटा",
        }
    )
    assert (record["name"], record["father"], record["station"]) == ("राम", "श्याम", "नगर")
    assert (record["village"], record["district"], record["address"]) == ("अमरपुर", "एटा", "ग्राम बदलपुर जिला एटा")
    assert record["rest"] == "रामू पुत्र श्याम नि0 ग्राम अमरपुर थाना सदर"


@pytest.mark.parametrize(
    ("relation", "relative", "column"),
    [
        ("पुत्र", "मोहन", "father"), ("पु.", "मोहन", "father"), ("D/o", "Mohan", "father"), ("Father", "Mohan", "father"),
        ("पत्नी", "मोहन", "husband"), ("प0", "मोहन", "husband"), ("Husband", "Mohan", "husband"), ("W/O", "Mohan", "husband"),
        ("Mother", "Sita", "mother"), ("C/o", "Mohan", "guardian"), (None, "Mohan", "guardian"), ("?", "Mohan", "guardian"),
        (None, "S/o Mohan", "father"), ("S/o", "W/o Mohan", "husband"),
    ],
)  # fmt: skip
def test_relation_decides_whose_name_it_is(relation: str | None, relative: str, column: str) -> None:
    (record,) = made({"name": "अ", "relation": relation, "relative": relative})
    assert record[column] == relative.removeprefix("S/o ").removeprefix("W/o ")


def test_relatives_lose_prefix_and_late() -> None:
    (record,) = made({"name": "Ram", "father": "LATE SH. PRAHLAD", "mother": "श्रीमती सीता"})
    assert (record["father"], record["mother"], record["relative_late"]) == ("PRAHLAD", "सीता", True)


def test_aliases_come_from_everywhere_and_once() -> None:
    (record,) = made({"name": "Ramesh @ Kalu", "aliases": ["Bhura @ Tiger", "NA", "Kalu"]})
    assert record["name"] == "Ramesh"
    assert record["aliases"] == ["Bhura", "Kalu", "Tiger"]


@pytest.mark.parametrize(
    "cells", [{}, {"name": "अज्ञात"}, {"name": "NA", "phrase": "-"}, {"phrase": "पुत्र राम"}, {"phrase": "नाम पता अज्ञात"}]
)
def test_a_row_without_a_name_is_quarantined(cells: dict[str, str]) -> None:
    result = to_records(rows(cells, {"name": "राम"}))
    assert result.record["name"].to_pylist() == ["राम"]
    (lost,) = result.quarantine.to_pylist()
    assert (lost["reason"], lost["line"], lost["native_id"]) == ("no_name", 2, "N2")


def test_quarantine_shows_no_digits() -> None:
    (lost,) = to_records(rows({"phrase": "अज्ञात\n आधार 1234 5678 9012"})).quarantine.to_pylist()
    assert not any(c.isdigit() for c in lost["excerpt"])
    assert "\n" not in lost["excerpt"]


def test_legacy_text_is_converted_for_sources_that_allow_it() -> None:
    cells = {"name": "jes'k mQZ dkyw", "relation": "iq=", "relative": "jkefd'kksj"}
    fields = frozenset(("name", "relative", "relation"))
    (record,) = made(cells, legacy_fields={"up": fields})
    assert (record["name"], record["aliases"], record["father"]) == ("रमेश", ["कालू"], "रामकिशोर")
    assert record["name_typed"] == "jes'k mQZ dkyw"
    (untouched,) = made(cells, legacy_fields={"delhi": fields})
    assert untouched["name"] == "jes'k mQZ dkyw"


def test_sources_do_not_mix() -> None:
    table = pa.concat_tables(
        [rows({"name": "Ramesh"}, source="delhi"), rows({"name": "jes'k"}), rows({"name": "Sita"}, source="delhi")]
    )
    records = to_records(table, RecordOptions({"up": frozenset({"name"})})).record
    assert records["name"].to_pylist() == ["Ramesh", "रमेश", "Sita"]


def test_no_long_number_in_free_text() -> None:
    number = "1234 5678 9012"
    records = to_records(
        rows({"name": f"राम {number}", "address": f"ग्राम अ {number}", "aadhaar": number, "marks": [number]})
    ).record
    (record,) = records.to_pylist()
    assert record.pop("aadhaar") == number
    assert number not in str(record)
    assert record["marks"] == ["XXXX-XXXX-9012"]


@pytest.mark.parametrize(
    ("cells", "date"),
    [
        ({"record_date": "1.2.2020", "fir_date": "2.2.2020", "fir_number": "1/2019"}, "1.2.2020"),
        ({"fir_date": "2.2.2020", "fir_number": "1/2019"}, "2.2.2020"),
        ({"fir_number": "0178/2009"}, "2009"), ({"fir_number": "मु0अ0सं0 359/25"}, "2025"), ({"fir_number": "12/98"}, "1998"),
        ({"fir_number": "1234567"}, None), ({}, None),
    ],
)  # fmt: skip
def test_date_of_a_record(cells: dict[str, str], date: str | None) -> None:
    (record,) = made({"name": "राम", **cells})
    assert record.get("record_date") == date


def test_extra_columns_follow_their_row() -> None:
    table = rows({"phrase": "राम पुत्र अ व श्याम पुत्र ब"}, {"name": "मोहन"}).append_column(
        "extra.gang", pa.array(["g1", "g2"])
    )
    assert to_records(table).record["extra.gang"].to_pylist() == ["g1", "g1", "g2"]


CELL = (
    st.none()
    | st.text(max_size=15)
    | st.sampled_from(["राम पुत्र श्याम", "jes'k", "NA", "123456789012", "व", "S/o", "ग्राम अ", "Ram @ Kalu"])
)
CELLS = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys(ROW_TEXT_FIELDS, CELL), **dict.fromkeys(ROW_LIST_FIELDS, st.lists(CELL, max_size=3))}
)


@given(st.lists(CELLS, max_size=4))
@settings(max_examples=150, deadline=None)
def test_every_row_is_a_record_or_in_quarantine(cells: list[dict[str, Any]]) -> None:
    table = rows(*cells)
    record, quarantine = to_records(table, RecordOptions({"up": frozenset({"name", "phrase", "aliases"})}))
    assert {*record["line"].to_pylist(), *quarantine["line"].to_pylist()} == set(table["line"].to_pylist())
    assert not {*record["line"].to_pylist()} & {*quarantine["line"].to_pylist()}
    assert all(record["name"].to_pylist())
    ids = record["record_id"].to_pylist()
    assert len(ids) == len(set(ids))
    for name in ("name", "father", "address", "rest", "name_typed"):
        assert not any("123456789012" in (text or "") for text in record[name].to_pylist())


def test_what_no_field_takes_stands_in_rest() -> None:
    (record,) = made(
        {"name": "Ram R/o Delhi आधार नं0 123456789012", "father": "मोहन उर्फ भोला", "address": "S/o Sohan, Village Kheri"}
    )
    assert (record["name"], record["father"], record["village"]) == ("Ram", "मोहन", "Kheri")
    assert set(record["rest"].split("; ")) == {"Delhi", "XXXX-XXXX-9012", "भोला", "Sohan"}


def test_pieces_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    cells: list[dict[str, Any]] = [
        {"phrase": "राम व श्याम पुत्रगण मोहन निवासीगण ग्राम अमरपुर"}, {}, {"name": "jes'k dqekj"},
        {"name": "सोहन", "aliases": ["jkts'k", "कालू"]},
        {"name": "Ram", "address": "SHIV VIHAR, GURGAON, HARYANA", "aadhaar": "2345 6789 0124"},
        {"name": "Lal", "age": "17", "epic": "ABC1234567"},
    ]  # fmt: skip
    options = RecordOptions(legacy_fields={"up": frozenset({"name", "aliases"})})
    whole = to_records(rows(*cells), options)
    persons = to_persons(whole.record, PersonOptions(aadhaar_key=None), found := PersonFindings())
    for module in ("records", "persons"):
        monkeypatch.setattr(f"linker.normalise.{module}.PIECE", 2)
    parts = to_records(rows(*cells), options)
    assert parts.record.equals(whole.record)
    assert parts.quarantine.equals(whole.quarantine)
    again = to_persons(parts.record, PersonOptions(aadhaar_key=None), found_again := PersonFindings())
    assert again.equals(persons)
    found.seconds.clear(), found_again.seconds.clear()
    assert found_again == found
