"""Small files in the layouts of the four states, written by the tests themselves."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from linker.config.loading import CONFIGS
from linker.config.source import SourceConfig, load_source

DELHI = [
    "ACCUSED_SRNO", "FIR_REG_NUM", "DISTRICT", "PS", "FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "ALIAS1", "ALIAS2",
    "RELATION_TYPE", "RELATIVE_NAME", "GENDER", "DOB", "AGE", "YOB", "MOBILE", "ADDRESS", "PIN", "UID_NO", "PAN",
    "DL_NO", "EPIC", "HEIGHT_CM_FROM", "HEIGHT_CM_TO", "ID_MARKS", "NFN", "ARREST_DATE", "ACT_SECTION",
]  # fmt: skip
UTTAR_PRADESH = [
    "क्रमांक", "जनपद", "थाना", "मु0अ0सं0", "धारा", "नाम पता अभियुक्त", "अभियुक्त का नाम", "उपनाम", "सम्बन्ध",
    "पिता/पति का नाम", "लिंग", "जन्म तिथि", "आयु", "मोबाइल नं0", "आधार नं0", "पैन नं0", "मतदाता पहचान पत्र",
    "ड्राइविंग लाइसेंस", "एनएफएन", "पता", "कद (सेमी)", "पहचान चिन्ह", "गिरफ्तारी दिनांक",
]  # fmt: skip
RAJASTHAN = [
    "अभियुक्त आईडी", "जिला", "थाना", "एफआईआर संख्या", "एफआईआर दिनांक", "धाराएं", "नाम", "उपनाम", "पिता का नाम",
    "पति का नाम", "लिंग", "जन्म दिनांक", "उम्र", "मोबाइल", "आधार", "पैन", "ईपिक", "डीएल", "एनएफएन", "निवास",
    "निवास थाना", "निवास जिला", "पिन", "ऊंचाई", "पहचान चिन्ह", "गिरफ्तारी दिनांक",
]  # fmt: skip
HARYANA = pa.schema(
    [
        *((n, pa.string()) for n in ("accused_id", "district", "police_station", "fir_no")),
        ("fir_date", pa.date32()),
        *((n, pa.string()) for n in ("sections", "name")),
        ("aliases", pa.list_(pa.string())),
        *((n, pa.string()) for n in ("guardian_relation", "guardian_name", "sex", "dob")),
        ("age", pa.int32()),
        ("year_of_birth", pa.int32()),
        *((n, pa.string()) for n in ("mobile", "aadhaar", "pan", "epic", "dl", "nfn", "address", "pin")),
        ("height_cm", pa.int32()),
        ("marks", pa.list_(pa.string())),
        ("arrest_date", pa.date32()),
    ]
)

Row = dict[str, Any]


def shipped(name: str) -> SourceConfig:
    return load_source(CONFIGS / "sources" / f"{name}.yaml")


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Row], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([row.get(c, "") for c in header] for row in rows)
    return path


def write_excel(path: Path, header: Sequence[str], rows: Sequence[Row], options: dict[str, Any] | None = None) -> Path:
    """A workbook with one sheet; dates become real date cells, numbers numbers. `options` as xlsxwriter knows them."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, **(options or {})})
    sheet = book.add_worksheet("अभियुक्त")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, header)
    for line, row in enumerate(rows, 1):
        for position, column in enumerate(header):
            value = row.get(column, "")
            if isinstance(value, datetime.date):
                sheet.write_datetime(line, position, datetime.datetime.combine(value, datetime.time()), day)
            elif value != "":
                sheet.write(line, position, value)
    book.close()
    return path


def write_parquet(path: Path, rows: Sequence[Row], schema: pa.Schema = HARYANA) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path)
    return path


def filled(row: Row) -> Row:
    """A row of a result without its empty fields."""
    return {name: value for name, value in row.items() if value is not None}
