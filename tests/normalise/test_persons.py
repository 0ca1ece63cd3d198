"""Whole tables: record → person, and what may be published."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.errors import ConfigError
from linker.normalise.aadhaar import KEY_VARIABLE, AadhaarKey
from linker.normalise.freetext import identifiers_in
from linker.normalise.idcolumns import id_columns
from linker.normalise.identifiers import Status, read_identifier
from linker.normalise.longnumbers import long_numbers
from linker.normalise.persons import PersonFindings, PersonOptions, publishable, to_persons
from linker.normalise.phones import parse_phones, phones
from linker.normalise.publishing import mask_text
from linker.schema import PERSON, RECORD, IdType, Sex
from linker.verhoeff import passes

KEY = AadhaarKey(bytes(range(32)), "v7")
OPTIONS = PersonOptions(aadhaar_key=KEY, latest_year=2026)
AADHAAR = "234512347894"
OTHER = "517582428107"


def records(**columns: list[object]) -> pa.Table:
    """A RECORD table with these columns and nulls in the others."""
    size = len(next(iter(columns.values())))
    columns.setdefault("record_id", [f"s:{i}" for i in range(size)])
    columns.setdefault("state", ["uttar_pradesh"] * size)
    known = {name: pa.array(values, RECORD.columns.get(name, pa.string())) for name, values in columns.items()}
    filled = {name: known.pop(name, pa.nulls(size, kind)) for name, kind in RECORD.columns.items()}
    return pa.table({**filled, **known})


def one(**columns: object) -> dict[str, object]:
    """The person of a single record."""
    return to_persons(records(**{name: [value] for name, value in columns.items()}), OPTIONS).to_pylist()[0]


def test_the_table_is_a_person_table_in_the_same_order() -> None:
    person = to_persons(records(record_id=["b", "a", "c"], **{"extra.contest": ["x", None, "y"]}), OPTIONS)
    assert person.column_names == [*PERSON.columns, "extra.contest"]
    assert person["record_id"].to_pylist() == ["b", "a", "c"]
    assert person["extra.contest"].to_pylist() == ["x", None, "y"]


def test_an_empty_table_gives_an_empty_table() -> None:
    assert to_persons(RECORD.empty(), OPTIONS).num_rows == 0
    assert publishable(RECORD.empty()).num_rows == 0


def test_chunks_make_no_difference() -> None:
    table = records(
        age=["25", "30"], phone=["9453022369", "0"], marks=[["CUT ON CHIN"], None], record_date=["1/6/2015"] * 2
    )
    whole = to_persons(table, OPTIONS)
    assert to_persons(pa.concat_tables([table.slice(0, 1), table.slice(1)]), OPTIONS) == whole
    assert (
        pa.concat_tables([to_persons(table.slice(i, 1), OPTIONS) for i in range(2)]).combine_chunks()
        == whole.combine_chunks()
    )


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"sex": "पुरुष"}, {"sex": Sex.MALE}),
        ({"sex": None, "husband": "रमेश"}, {"sex": Sex.FEMALE}),
        ({"sex": "Male", "husband": "रमेश"}, {"sex": Sex.MALE}),
        ({"sex": None, "name_typed": "श्रीमती गीता"}, {"sex": Sex.FEMALE}),
        ({"phone": "+91-9453022369 / 08813924476"}, {"phones": ["9453022369", "8813924476"]}),
        ({"phone": "9999999999"}, {"phones": None}),
        ({"relative_phone": "9453022369"}, {"relative_phones": ["9453022369"], "phones": None}),
        ({"village": "ग्राम बादशाहपुर", "station": "थाना सिविल लाइन"}, {"village": "bdshpur", "station": "kivilinis"}),
        ({"district": "Gurgaon"}, {"district": "gurugram", "address_state": "haryana"}),
        ({"district": "प्रतापगढ़"}, {"district": "pratapgarh", "address_state": "uttar pradesh"}),
        ({"district": "प्रतापगढ़", "state": "Rajasthan"}, {"district": "pratapgarh rajasthan", "address_state": "rajasthan"}),
        ({"district": "प्रतापगढ़", "address_state": "राज0"}, {"district": "pratapgarh rajasthan", "address_state": "rajasthan"}),
        ({"district": "पटना", "address_state": "बिहार"}, {"district": "ptna", "address_state": "bihar"}),
        ({"pin": "226001.0"}, {"pin": "226001"}),
        ({"pin": "२२६००१"}, {"pin": "226001"}),
        ({"pin": "000000"}, {"pin": None}),
        ({"height_from": "165", "height_to": "170"}, {"height_from": 165, "height_to": 170}),
        ({"height_from": "5'6\""}, {"height_from": 168, "height_to": 168}),
        ({"height_from": "170", "height_to": "165"}, {"height_from": 165, "height_to": 170}),
        ({"marks": ["CUT ON CHIN", "ठोड़ी पर कट", "गर्दन पर तिल"]}, {"marks": ["mole:neck", "scar:chin"]}),
        ({"marks": []}, {"marks": None}),
        ({"nfn": "875413930"}, {"nfn": "0875413930", "nfn_last4": "3930"}),
        ({"epic": "TYRPD0066W"}, {"epic": None, "pan": "TYRPD0066W", "pan_last4": "066W"}),
        ({"epic": "TYRPD0066W", "pan": "BDNPT0701A"}, {"epic": None, "pan": "BDNPT0701A"}),
        ({"pan": AADHAAR}, {"pan": None, "aadhaar": KEY.hash(AADHAAR), "aadhaar_last4": "7894"}),
        ({"aadhaar": AADHAAR}, {"aadhaar": KEY.hash(AADHAAR), "aadhaar_last4": "7894", "aadhaar_near": None}),
        ({"aadhaar": "XXXX-XXXX-7894"}, {"aadhaar": None, "aadhaar_last4": "7894"}),
        ({"rest": "PAN tyrpd0066w, voter UTW0678326"}, {"pan": "TYRPD0066W", "epic": "UTW0678326", "epic_last4": "8326"}),
        ({"rest": "voter UTW0678327"}, {"epic": None}),
        ({"rest": "आधार XXXX-XXXX-1828"}, {"aadhaar": None, "aadhaar_last4": "1828"}),
        ({"address": "DL-05 20108130753 वाला", "driving_licence": "UP4120036591272"}, {"driving_licence": "UP4120036591272"}),
        ({"address": f"घर 5 आधार {AADHAAR}"}, {"aadhaar": KEY.hash(AADHAAR)}),
        ({"history_sheet": "34A"}, {"history_sheet": None}),
        ({"history_sheet": "HS 34-A", "station": "उचाना"}, {"history_sheet": "ucna/34A"}),
        ({"history_sheet": "34A", "fir_station": "उचाना"}, {"history_sheet": "ucna/34A"}),
        ({"arms_licence": "12/2005"}, {"arms_licence": None, "arms_licence_last4": None}),
        ({"arms_licence": "12/2005", "district": "Agra"}, {"arms_licence": "agra/12/2005", "arms_licence_last4": None}),
        ({"arms_licence": "12/2005", "fir_district": "आगरा"}, {"arms_licence": "agra/12/2005"}),
        ({"arms_licence": "331020000123456789", "district": "Agra"}, {"arms_licence": "331020000123456789"}),
        ({"rest": "arms licence no 12/2005", "district": "Agra"}, {"arms_licence": "agra/12/2005"}),
    ],
)  # fmt: skip
def test_one_record(columns: dict[str, object], expected: dict[str, object]) -> None:
    person = one(**columns)
    assert {name: person[name] for name in expected} == expected


def test_a_mistyped_aadhaar_number_is_near_the_true_one() -> None:
    swapped = AADHAAR[:4] + AADHAAR[5] + AADHAAR[4] + AADHAAR[6:]
    wrong = AADHAAR[:6] + "9" + AADHAAR[7:]
    for typed in (swapped, wrong):
        person = one(aadhaar=typed)
        assert person["aadhaar"] is None
        assert KEY.hash(AADHAAR) in person["aadhaar_near"]  # type: ignore[operator]


def test_without_a_key_only_four_digits_are_used() -> None:
    findings = PersonFindings()
    person = to_persons(records(aadhaar=[AADHAAR]), PersonOptions(aadhaar_key=None), findings)
    assert person["aadhaar"].to_pylist() == [None]
    assert person["aadhaar_last4"].to_pylist() == ["7894"]
    assert "secrets.token_hex" in findings.notes[0]


def test_keys_differ_by_secret_and_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "v3:" + "ab" * 32)
    key = AadhaarKey.from_environment()
    assert key is not None
    assert key.hash(AADHAAR).startswith("v3:")
    assert not re.search(r"\d", key.hash(AADHAAR)[3:])
    assert key.hash(AADHAAR) != AadhaarKey(bytes(32), "v3").hash(AADHAAR)
    assert "abab" not in repr(key)
    monkeypatch.setenv(KEY_VARIABLE, "secret")
    with pytest.raises(ConfigError, match="64 hexadecimal"):
        AadhaarKey.from_environment()
    monkeypatch.delenv(KEY_VARIABLE)
    assert AadhaarKey.from_environment() is None


def test_findings_count_what_was_found() -> None:
    findings = PersonFindings()
    to_persons(
        records(epic=["UTW0678326", "UTW0678327", "अज्ञात", "xyz9", "TYRPD0066W", None], age=["17"] * 6, district=["Jind"] * 5 + ["Xyzzy"]),
        OPTIONS, findings,
    )  # fmt: skip
    assert findings.records == findings.juveniles == 6
    assert findings.identifiers["epic"] == {"valid": 1, "unchecked": 1, "placeholder": 1, "invalid": 1, "moved": 1}
    assert findings.places["district_unknown"] == 1


# --- the kernels say what the parsers say -------------------------------------------------------------------------------

DIGITS = st.text("0123456789", min_size=8, max_size=13)
TYPED = st.one_of(
    DIGITS, DIGITS.map(lambda d: d[:1] * 4 + d), st.text("ABCPX0123456789 -", max_size=16),
    st.sampled_from([AADHAAR, OTHER, "UTW0678326", "DL0520108130753"]),
    st.text(max_size=12), st.from_regex(r"\A[A-Z]{3}P[A-Z][0-9]{4}[A-Z]\Z"), st.from_regex(r"\A(UP|DL)[0-9]{2}(19|20)[0-9]{9}\Z"),
    st.from_regex(r"\A0[0-9]{9}\Z"), st.from_regex(r"\A[2-9][0-9]{11}\Z"), st.from_regex(r"\A[A-Z]{3}[0-9]{7}\Z"),
    st.from_regex(r"\A(\+91|0)?[6-9][0-9]{9}\Z"),
)  # fmt: skip


@given(st.lists(TYPED, min_size=1, max_size=20), st.sampled_from([k for k in IdType if k is not IdType.HISTORY_SHEET]))
@settings(max_examples=400, deadline=None)
def test_whole_columns_and_single_cells_read_identifiers_alike(cells: list[str], kind: IdType) -> None:
    table = records(**{str(kind): cells})
    read = id_columns(table, KEY)
    for row, cell in enumerate(cells):
        reading = read_identifier(cell, kind)
        value = reading.value if reading.kind is kind else None
        if kind is IdType.AADHAAR and value:
            value = KEY.hash(value) if reading.status is not Status.UNCHECKED else None
        elif (
            value and re.fullmatch("[2-9][0-9]{11}", value) and passes(value)
        ):  # it may be an Aadhaar number all the same
            value = KEY.hash(value)
        assert read.values[kind][row].as_py() == value, (cell, reading)
        assert read.last4[kind][row].as_py() == (reading.last4 if reading.kind is kind else None), (cell, reading)


@given(st.lists(st.none() | TYPED, max_size=20))
@settings(max_examples=400, deadline=None)
def test_whole_columns_and_single_cells_read_phones_alike(cells: list[str | None]) -> None:
    read = phones(pa.array(cells, pa.string())).to_pylist()
    assert read == [None if cell is None else list(parse_phones(cell)) or None for cell in cells]


# --- publishing ---------------------------------------------------------------------------------------------------------


def test_nothing_published_holds_an_aadhaar_number(tmp_path: Path) -> None:
    devanagari = AADHAAR.translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    spaced = f"{AADHAAR[:4]} {AADHAAR[4:8]} {AADHAAR[8:]}"
    table = records(
        aadhaar=[AADHAAR, devanagari, "UID " + spaced, "XXXX-XXXX-7894", "अज्ञात", "23451234789"],
        rest=[f"आधार {spaced}", f"({AADHAAR})", devanagari, f"no.{AADHAAR}.", None, "23 4512 34789"],
        address=[f"H.No. 5, {spaced}", None, None, None, None, None],
        pan=[AADHAAR, None, None, None, None, None], phone=[AADHAAR, "919453022369", None, None, None, None],
        bank_account=[AADHAAR, "517582428107", None, None, None, None], marks=[["MOLE", spaced], None, [], None, None, None],
    )  # fmt: skip
    safe = publishable(table)
    assert safe["aadhaar"].to_pylist() == ["XXXX-XXXX-7894"] * 4 + ["अज्ञात", "XXXX-XXXX-4789"]
    assert safe["phone"].to_pylist()[1] == "919453022369"
    assert safe["bank_account"].to_pylist()[1] == "517582428107"
    assert safe["rest"].to_pylist()[-1] == "23 4512 34789"
    pq.write_table(safe, tmp_path / "record.parquet", compression="none")
    pq.write_table(to_persons(table, OPTIONS), tmp_path / "person.parquet", compression="none")
    for path in tmp_path.iterdir():
        content = pq.read_table(path).to_pylist()
        text = re.sub(
            r"[^\d]",
            "",
            "".join(str(int(c)) if c.isdecimal() else c for c in repr(content)).replace("919453022369", ""),
        )
        raw = path.read_bytes()
        assert AADHAAR.encode() not in raw
        assert devanagari.encode() not in raw
        assert AADHAAR not in text


@pytest.mark.parametrize("gap", ["", " ", "-"])
def test_no_part_of_a_virtual_id_is_taken_for_an_aadhaar_number(gap: str) -> None:
    number = "367247701569"  # passes its check, as one in ten parts of virtual ids do
    for digits in (f"{number}2345", f"2345{number}"):
        written = gap.join(digits[k : k + 4] for k in range(0, 16, 4))
        assert identifiers_in(f"VID {written}") == []
    shown = gap.join(number[k : k + 4] for k in range(0, 12, 4))
    for text in (f"आधार {shown}", f"Aadhaar {shown} 9876543210", f"2019 me, {shown}, 12.3.2019"):
        assert [(r.kind, r.value) for r in identifiers_in(text)] == [(IdType.AADHAAR, number)]


def test_a_virtual_id_is_never_kept() -> None:
    vid = next(number for n in range(10) if passes(number := f"912345678901237{n}"))
    person = one(aadhaar=vid)
    assert (person["aadhaar"], person["aadhaar_last4"], person["aadhaar_near"]) == (None, None, None)
    assert vid not in str(publishable(records(aadhaar=[vid], rest=[vid])).to_pylist())


VIRTUAL = "9123456789012379"


@pytest.mark.parametrize(
    ("ifsc", "value"),
    [
        (None, None),
        ("PUNB0123400", VIRTUAL),
        (" punb0123400 ", VIRTUAL),
        ("SBIN0001234", None),
        ("9123456789012379", None),
    ],
)
def test_a_virtual_id_among_accounts_is_not_kept_unless_its_bank_has_such_numbers(
    ifsc: str | None, value: str | None
) -> None:
    table = records(bank_account=[VIRTUAL], ifsc=[ifsc])
    person = to_persons(table, OPTIONS).to_pylist()[0]
    assert person["bank_account"] == value
    assert person["bank_account_last4"] == (value and value[-4:])
    shown = publishable(table)["bank_account"].to_pylist()
    assert shown == [value or "XXXX-XXXX-2379"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"a/c no {VIRTUAL}", []),
        (f"a/c no {VIRTUAL}, IFSC PUNB0123400", [VIRTUAL]),
        (f"खाता सं0 {VIRTUAL} SBIN0001234", []),
        ("a/c no 30456789021 IFSC SBIN0001234", ["30456789021"]),
    ],
)
def test_a_virtual_id_behind_the_label_of_an_account(text: str, found: list[str]) -> None:
    assert [r.value for r in identifiers_in(text)] == found


@given(st.lists(st.none() | st.text(max_size=30) | st.text("0123456789 -०१२", max_size=24), max_size=10))
@settings(max_examples=500, deadline=None)
def test_the_scan_finds_whatever_masking_would_change(cells: list[str | None]) -> None:
    column = pa.array(cells, pa.string())
    suspects = long_numbers(column).tolist()
    for cell, suspect in zip(cells, suspects, strict=True):
        assert cell is None or suspect or mask_text(cell) == cell


# --- any table ----------------------------------------------------------------------------------------------------------

TEXT_COLUMNS = [
    name for name, kind in RECORD.columns.items() if kind == pa.string() and name not in {"record_id", "source"}
]
TYPICAL = [
    AADHAAR, "TYRPD0066W", "9453022369", "12/05/1985", "लगभग 30 वर्ष", "ग्राम रामपुर", "प्रतापगढ़", "5'6\"",
    "34A", "104/15", "महिला", "\x1f", "\x00",
]  # fmt: skip
CELL = st.none() | st.text(max_size=20) | st.sampled_from(TYPICAL)


@st.composite
def any_records(draw: st.DrawFn) -> pa.Table:
    size = draw(st.integers(0, 4))
    columns = {name: draw(st.lists(CELL, min_size=size, max_size=size)) for name in TEXT_COLUMNS}
    marks = draw(
        st.lists(st.none() | st.lists(st.none() | st.text(max_size=12), max_size=3), min_size=size, max_size=size)
    )
    return records(**columns, marks=marks, record_id=[f"s:{i}" for i in range(size)], source=["s"] * size)  # type: ignore[arg-type]


@given(any_records())
@settings(max_examples=150, deadline=None)
def test_any_table_is_accepted_and_a_record_does_not_depend_on_its_neighbours(table: pa.Table) -> None:
    whole = to_persons(table, OPTIONS)
    assert whole.num_rows == table.num_rows
    backwards = table.take(pa.array(range(table.num_rows - 1, -1, -1), pa.int64()))
    assert to_persons(backwards, OPTIONS).to_pylist() == whole.to_pylist()[::-1]
    assert publishable(publishable(table)).to_pylist() == publishable(table).to_pylist()
