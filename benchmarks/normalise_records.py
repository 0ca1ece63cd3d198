"""Invented records for benchmarks/normalise.py: as many filled cells, distinct values, scripts and formats per column as in the layouts
of the four states."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.normalise.idcolumns import luhn
from linker.normalise.reference import forms, rows
from linker.schema import RECORD
from linker.verhoeff import verhoeff

STATES = ("delhi", "uttar pradesh", "rajasthan", "haryana")
DEVANAGARI_DIGITS = str.maketrans("0123456789", "०१२३४५६७८९")


class Maker:
    """Columns of invented cells."""

    def __init__(self, size: int, seed: int) -> None:
        self.size, self.rng = size, np.random.default_rng(seed)

    def pick(self, values: Sequence[object], filled: float, kind: pa.DataType | None = None) -> pa.Array:
        """Random members of `values`, null in 1 - `filled` of the rows."""
        index = self.rng.integers(0, len(values), self.size)
        indices = pa.array(index, mask=self.rng.random(self.size) > filled)
        return pa.array(values, kind or pa.string()).take(indices)

    def digits(self, count: int, size: int | None = None, first: int = 0) -> npt.NDArray[np.uint8]:
        made = self.rng.integers(0, 10, (size or self.size, count), dtype=np.uint8)
        made[:, 0] = self.rng.integers(first, 10, len(made))
        return made

    def numbers(self, digits: npt.NDArray[np.uint8], filled: float, prefix: str = "") -> pa.Array:
        width = digits.shape[1]
        texts = np.ascontiguousarray(digits + 48).view(f"S{width}").ravel().astype(str)
        column = pa.array(texts, mask=self.rng.random(len(texts)) > filled)
        return pc.binary_join_element_wise(prefix, column, "") if prefix else column


def _valid_aadhaar(maker: Maker) -> npt.NDArray[np.uint8]:
    numbers = maker.digits(12, first=2)
    for last in range(10):
        wrong = ~verhoeff(numbers)
        numbers[wrong, 11] = last
    return numbers


def _day_texts() -> tuple[list[str], list[str]]:
    """Dates of birth and of records in the formats of the four layouts."""
    formats = (
        "{d:02d}/{m:02d}/{y}",
        "{d:02d}.{m:02d}.{y}",
        "{d:02d}-{m:02d}-{y}",
        "{y}-{m:02d}-{d:02d}",
        "{d:02d}.{m:02d}.{s:02d}",
    )
    born, recorded = [], []
    for target, years in ((born, range(1945, 2005)), (recorded, range(2009, 2025))):
        for y in years:
            for m in range(1, 13):
                for d in range(1, 29):
                    target.extend(f.format(d=d, m=m, y=y, s=y % 100) for f in formats)
            target.extend(f.format(d=1, m=1, y=y, s=y % 100) for f in formats for _ in range(300))
    return born, recorded


def make_records(size: int, seed: int = 1) -> pa.Table:
    """A RECORD table of `size` invented rows."""
    maker = Maker(size, seed)
    born, recorded = _day_texts()
    ages = [
        form.format(age).translate(table)
        for age in range(16, 75)
        for form in ("{}", "{} वर्ष", "लगभग {} वर्ष", "करीब {} साल")
        for table in ({}, DEVANAGARI_DIGITS)
    ]
    ages += [str(age) for age in range(16, 75)] * 20
    places = [form for row in rows("districts.tsv") for form in [row["district"], *forms(row["forms"])]]
    stems = [
        f"{a}{b}{c}"
        for a in ("राम", "हरि", "किशन", "Ram", "Shiv", "HASAN", "Madho", "बीर")
        for b in ("पुर", "गढ़", "pur", "GARH", "वाला")
        for c in ["", *(f" {x}" for x in ("खुर्द", "कलां", "Khurd", "KALAN"))]
    ]
    villages = [
        f"{prefix}{stem} {number}"
        for stem in stems
        for prefix in ("ग्राम ", "VPO ", "", "Vill. ")
        for number in range(30)
    ]
    marks = [
        "CUT MARK ON LEFT CHEEK",
        "दाहिने हाथ पर ओम का टैटू",
        "mole on neck",
        "माथे पर चोट का निशान",
        "चेचक के दाग",
        "LIMPS ON RIGHT LEG",
    ]
    phones = maker.numbers(maker.digits(10, first=6), 0.45)
    prefix = pa.array(["", "+91-", "0", "91", "+91 ", ""]).take(pa.array(maker.rng.integers(0, 6, size)))
    letters = maker.rng.integers(65, 91, (size, 3), dtype=np.uint8) - 48
    epic = np.hstack([letters, maker.digits(7)])
    for last in range(10):
        epic[~luhn(epic[:, 3:]), 9] = last
    licence = np.hstack([maker.digits(2), np.full((size, 2), [2, 0], dtype=np.uint8), maker.digits(9)])
    pan = np.hstack(
        [
            letters,
            np.full((size, 1), 80 - 48, dtype=np.uint8),
            letters[:, :1],
            maker.digits(4, first=1),
            letters[:, 1:2],
        ]
    )
    nfn = np.hstack([np.full((size, 1), 0, dtype=np.uint8), maker.digits(9, first=6)])
    filled: dict[str, pa.Array] = {
        "record_id": pa.array([f"s:{i}" for i in range(size)]),
        "state": maker.pick(STATES, 1), "source": maker.pick(STATES, 1),
        "name": maker.pick(stems, 1),
        "name_typed": maker.pick(stems, 1), "husband": maker.pick(stems, 0.04), "father": maker.pick(stems, 0.9),
        "sex": maker.pick(["Male", "पुरुष", "M", "F", "महिला"], 0.96),
        "birth_date": maker.pick(born, 0.35), "birth_year": maker.pick([str(y) for y in range(1945, 2006)], 0.2),
        "age": maker.pick(ages, 0.8), "record_date": maker.pick(recorded, 0.8), "fir_date": maker.pick(recorded, 0.4),
        "fir_number": maker.pick([f"{n}/{y}" for n in range(1, 900) for y in range(2010, 2025)], 1),
        "fir_district": maker.pick(places, 1), "fir_station": maker.pick(villages, 1),
        "phone": pc.binary_join_element_wise(prefix, phones, ""), "relative_phone": maker.numbers(maker.digits(10, first=6), 0.05),
        "village": maker.pick(villages, 0.7), "station": maker.pick(villages, 0.5), "district": maker.pick(places, 0.6),
        "tehsil": maker.pick(villages, 0.1), "address_state": maker.pick([*STATES, "UP", "बिहार"], 0.2),
        "pin": maker.numbers(maker.digits(6, first=1), 0.2),
        "aadhaar": maker.numbers(_valid_aadhaar(maker), 0.27), "pan": maker.numbers(pan, 0.06), "epic": maker.numbers(epic, 0.12),
        "driving_licence": maker.numbers(licence, 0.08, "UP"), "nfn": maker.numbers(nfn, 0.07),
        "height_from": maker.pick([str(h) for h in range(140, 185)], 0.4),
        "marks": maker.pick([[m] for m in marks] + [marks[:2]], 0.3, pa.list_(pa.string())),
        "rest": maker.pick(villages, 0.2),
    }  # fmt: skip
    return pa.table({name: filled.get(name, pa.nulls(size, kind)) for name, kind in RECORD.columns.items()})
