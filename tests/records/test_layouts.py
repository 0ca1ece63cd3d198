"""The shipped mappings read the layouts of the four states and of the election candidates."""

from __future__ import annotations

import datetime
import gzip
from pathlib import Path

from linker.records import read_source
from linker.schema import ROW
from tests.records import layouts
from tests.records.layouts import filled, shipped


def test_delhi(tmp_path: Path) -> None:
    row = {
        "ACCUSED_SRNO": "8161000153067", "FIR_REG_NUM": "339/2009", "DISTRICT": "NEW DELHI", "PS": "DARYA GANJ", "FIRST_NAME": "ANIL",
        "LAST_NAME": "KUMAR", "ALIAS1": "SONU", "ALIAS2": "KALA", "RELATION_TYPE": "Father", "RELATIVE_NAME": "LATE SURESH",
        "GENDER": "Male", "DOB": "01/02/1986", "AGE": "23", "YOB": "1986", "MOBILE": "+91 9780000000",
        "ADDRESS": "57 GOVIND BASTI, DELHI", "PIN": "110010", "UID_NO": "XXXX-XXXX-1467", "HEIGHT_CM_FROM": "170", "HEIGHT_CM_TO": "175",
        "ID_MARKS": "MOLE ON BACK; CUT ON CHIN", "NFN": "0792942460", "ARREST_DATE": "09/11/2009", "ACT_SECTION": "302",
    }  # fmt: skip
    path = layouts.write_csv(tmp_path / "delhi.csv", layouts.DELHI, [row], "utf-8-sig")
    result = read_source(shipped("delhi"), path)
    assert [filled(r) for r in result.rows.to_pylist()] == [
        {
            "source": "delhi", "native_id": "8161000153067", "line": 2, "state": "Delhi", "name": "ANIL KUMAR", "relation": "Father",
            "relative": "LATE SURESH", "sex": "Male", "birth_date": "1986-02-01", "birth_year": "1986", "age": "23",
            "record_date": "2009-11-09", "fir_number": "339/2009", "fir_district": "NEW DELHI", "fir_station": "DARYA GANJ",
            "sections": "302", "phone": "+91 9780000000", "address": "57 GOVIND BASTI, DELHI", "pin": "110010",
            "aadhaar": "XXXX-XXXX-1467", "nfn": "0792942460", "height_from": "170", "height_to": "175",
            "aliases": ["SONU", "KALA"], "marks": ["MOLE ON BACK", "CUT ON CHIN"],
        }
    ]  # fmt: skip
    assert result.rows_in == 1
    assert not result.repeated


def test_uttar_pradesh_has_phrases_and_columns(tmp_path: Path) -> None:
    phrase = "कालूराम उर्फ कल्लू पुत्र श्री मनोज नि0 ग्राम माधोपुर उम्र 36 वर्ष"
    rows = [
        {"क्रमांक": "31", "जनपद": "गोरखपुर", "थाना": "मंडी", "नाम पता अभियुक्त": phrase, "गिरफ्तारी दिनांक": "22.02.09"},
        {"क्रमांक": "32", "अभियुक्त का नाम": "mej glu", "उपनाम": "छोटु, टिंकु", "सम्बन्ध": "पु0", "पिता/पति का नाम": "जाहिद",
         "जन्म तिथि": "०१/०१/१९७८", "आयु": "१६", "कद (सेमी)": "165", "पहचान चिन्ह": "गर्दन पर तिल, माथे पर निशान"},
    ]  # fmt: skip
    result = read_source(shipped("uttar_pradesh"), layouts.write_csv(tmp_path / "up.csv", layouts.UTTAR_PRADESH, rows))
    first, second = (filled(r) for r in result.rows.to_pylist())
    assert first == {
        "source": "uttar_pradesh", "native_id": "31", "line": 2, "state": "Uttar Pradesh", "fir_district": "गोरखपुर", "fir_station": "मंडी",
        "phrase": phrase, "record_date": "22.02.09",
    }  # fmt: skip
    assert second["name"] == "mej glu"
    assert (second["aliases"], second["marks"]) == (["छोटु", "टिंकु"], ["गर्दन पर तिल", "माथे पर निशान"])
    assert (second["birth_date"], second["age"]) == ("1978-01-01", "१६")
    assert (second["height_from"], second["height_to"]) == ("165", "165")
    assert "phrase" in shipped("uttar_pradesh").legacy_fields


def test_rajasthan_is_a_workbook(tmp_path: Path) -> None:
    rows = [
        {"अभियुक्त आईडी": "RJP-1", "एफआईआर दिनांक": datetime.date(2009, 4, 7), "नाम": "हीरालाल", "पिता का नाम": "नित्यानन्द", "उम्र": 20,
         "मोबाइल": 9410603929, "आधार": 279797998736, "एनएफएन": 75413930, "पिन": 316001, "निवास": "ग्राम हरिसर",
         "निवास थाना": "भादरा", "निवास जिला": "चूरू", "जिला": "कोटा", "ऊंचाई": 163.0, "गिरफ्तारी दिनांक": "23-जून-2009"},
        {"अभियुक्त आईडी": "RJP-2", "नाम": "कमला", "पति का नाम": "अजय", "जन्म दिनांक": "11/07/1969", "मोबाइल": "NA"},
    ]  # fmt: skip
    path = layouts.write_excel(tmp_path / "rajasthan.xlsx", layouts.RAJASTHAN, rows)
    first, second = (filled(r) for r in read_source(shipped("rajasthan"), path).rows.to_pylist())
    assert first == {
        "source": "rajasthan", "native_id": "RJP-1", "line": 2, "state": "Rajasthan", "fir_date": "2009-04-07", "fir_district": "कोटा",
        "name": "हीरालाल", "father": "नित्यानन्द", "age": "20", "phone": "9410603929", "aadhaar": "279797998736", "nfn": "0075413930",
        "pin": "316001", "address": "ग्राम हरिसर", "station": "भादरा", "district": "चूरू", "height_from": "163", "height_to": "163",
        "record_date": "23-जून-2009",
    }  # fmt: skip
    assert (second["husband"], second["birth_date"], second["phone"]) == ("अजय", "1969-07-11", "NA")


def test_haryana_has_list_columns(tmp_path: Path) -> None:
    rows = [
        {"accused_id": "HR1", "name": "Jogendra", "aliases": [], "guardian_relation": "S/o", "guardian_name": "Lokesh", "age": 35,
         "year_of_birth": 1974, "fir_date": datetime.date(2009, 2, 5), "height_cm": 171, "marks": ["cut on chin", "mole on neck"]},
        {"accused_id": "HR2", "name": "अजयवीर", "aliases": ["कालू", " "], "nfn": "657393637"},
    ]  # fmt: skip
    result = read_source(shipped("haryana"), layouts.write_parquet(tmp_path / "haryana.parquet", rows))
    first, second = (filled(r) for r in result.rows.to_pylist())
    assert first == {
        "source": "haryana", "native_id": "HR1", "line": 1, "state": "Haryana", "name": "Jogendra", "relation": "S/o", "relative": "Lokesh",
        "age": "35", "birth_year": "1974", "fir_date": "2009-02-05", "height_from": "171", "height_to": "171",
        "marks": ["cut on chin", "mole on neck"],
    }  # fmt: skip
    assert (second["aliases"], second["nfn"]) == (["कालू"], "0657393637")


def test_tcpd_names_source_and_state_row_by_row(tmp_path: Path) -> None:
    text = (
        "record_id,source,state,name,relative,sex,birth_year,year,constituency,district,party\n"
        "D1,DL2008,Delhi,NAND KUMAR PASWAN,,M,1952,2008,SHALIMAR BAGH,CHANDNI CHOWK,IND\n"
        "U1,UP1989,Uttar Pradesh,JAI SHARMA,RAM,M,,1989,MEERUT,,INC\n"
    )
    path = tmp_path / "candidates.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    result = read_source(shipped("tcpd"), path)
    rows = result.rows.to_pylist()
    assert [(r["source"], r["state"], r["native_id"]) for r in rows] == [
        ("DL2008", "Delhi", "D1"),
        ("UP1989", "Uttar Pradesh", "U1"),
    ]
    assert [r["extra.contest"] for r in rows] == ["Delhi SHALIMAR BAGH 2008", "Uttar Pradesh MEERUT 1989"]
    assert [r["record_date"] for r in rows] == ["2008", "1989"]
    assert list(result.rows.column_names[: len(ROW.columns)]) == list(ROW.columns)
