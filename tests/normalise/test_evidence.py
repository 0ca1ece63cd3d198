"""Identifiers, phones, places, districts, marks: the cases of their tables, and properties over any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.normalise.gazetteer import gazetteer
from linker.normalise.identifiers import Reading, Status, read_identifier
from linker.normalise.marks import parse_height, parse_marks
from linker.normalise.offences import fir_key, parse_fir, parse_sections
from linker.normalise.phones import parse_phones
from linker.normalise.places import place_key, plain_place
from linker.normalise.publishing import mask_cell, mask_text
from linker.normalise.sex import parse_sex
from linker.schema import IdType, Sex
from tests.normalise.tables import cases
from tests.normalise.tables import given as stated

ANY = st.text(max_size=50) | st.text(st.sampled_from("0123456789०१२३ -/.+XxABCPQ@,व("), max_size=40)


@pytest.mark.parametrize(("column", "text", "status", "kind", "value", "last4"), cases("identifiers.tsv", 6))
def test_identifier(column: str, text: str, status: str, kind: str, value: str, last4: str) -> None:
    expected = Reading(Status(status), IdType(kind), stated(value), stated(last4))
    assert read_identifier(text, IdType(column)) == expected


@pytest.mark.parametrize(("text", "numbers"), cases("phones.tsv", 2))
def test_phones(text: str, numbers: str) -> None:
    assert "|".join(parse_phones(text)) == (stated(numbers) or "")


@pytest.mark.parametrize(("relation", "left", "right"), cases("places.tsv", 3))
def test_places(relation: str, left: str, right: str) -> None:
    assert (place_key(left) == place_key(right)) is (relation == "same"), (place_key(left), place_key(right))


@pytest.mark.parametrize(("text", "state", "district", "of_state"), cases("districts.tsv", 4))
def test_districts(text: str, state: str, district: str, of_state: str) -> None:
    found = gazetteer().district(text, stated(state))
    assert (found.name if found else None, found.state if found else None) == (stated(district), stated(of_state))


def test_a_direction_is_a_district_of_delhi_only_there() -> None:
    assert gazetteer().district("North", "uttar pradesh") is None
    assert gazetteer().district("North") is None


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("UP", "uttar pradesh"), ("U.P.", "uttar pradesh"), ("उ0प्र0", "uttar pradesh"), ("uttar_pradesh", "uttar pradesh"),
        ("UTTAR PARDESH", "uttar pradesh"), ("दिल्ली", "delhi"), ("NCT OF DELHI", "delhi"), ("हरि0", "haryana"),
        ("RAJ", "rajasthan"), ("राज0", "rajasthan"), ("बिहार", "bihar"), ("म0प्र0", "madhya pradesh"), ("xyz", None), ("", None),
    ],
)  # fmt: skip
def test_states(text: str, state: str | None) -> None:
    assert gazetteer().state(text) == state


@pytest.mark.parametrize(("text", "codes"), cases("marks.tsv", 2))
def test_marks(text: str, codes: str) -> None:
    assert "|".join(parse_marks(text)) == (stated(codes) or "")


@pytest.mark.parametrize(
    ("text", "height"),
    [
        ("165", (165, 165)), ("165.0", (165, 165)), ("१६५", (165, 165)), ("165-170", (165, 170)), ("5'6\"", (168, 168)),
        ("5 फुट 6 इंच", (168, 168)), ("5 ft 6 in", (168, 168)), ("5.6", (168, 168)), ("5.11", (180, 180)), ("5-6", (168, 168)),
        ("5 फीट", (152, 152)), ("1.65 m", (165, 165)), ("66 inches", (168, 168)), ("170cms", (170, 170)), ("0", None), ("999", None),
        ("NA", None), ("", None), ("लगभग 170 सेमी", (170, 170)),
    ],
)  # fmt: skip
def test_heights(text: str, height: tuple[int, int] | None) -> None:
    assert parse_height(text) == height


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("Male", 1), ("M", 1), ("पुरुष", 1), ("पुरूष", 1), ("पु0", 1), ("MALE.", 1), ("Female", 2), ("F", 2), ("महिला", 2), ("स्त्री", 2),
        ("Transgender", 3), ("किन्नर", 3), ("अन्य", 3), ("", 0), ("NA", 0), ("Male/Female", 0), ("xyz", 0), ("Sex: Male", 1), ("औरत", 2),
    ],
)  # fmt: skip
def test_sex(text: str, sex: int) -> None:
    assert parse_sex(text) == Sex(sex)


@pytest.mark.parametrize(
    ("text", "fir"),
    [
        ("104/2012", "104/2012"), ("0533/2022", "533/2022"), ("३३५/१५", "335/2015"), ("मु0अ0सं0 359/25", "359/2025"),
        ("FIR No. 12-2019", "12/2019"), ("359", "359"), ("12345678190042", "42/2019"), ("", None), ("अज्ञात", None), ("9/99", "9/1999"),
    ],
)  # fmt: skip
def test_fir_numbers(text: str, fir: str | None) -> None:
    found = parse_fir(text, 2026)
    assert (str(found) if found else None) == fir


def test_a_fir_is_named_by_district_station_number_and_year() -> None:
    fir = parse_fir("104/2012", 2026)
    assert fir_key("jind", "lvi", fir) == "jind|lvi|104|2012"
    assert fir_key("jind", None, fir) is None


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("379, 420/467/468/471", "379 IPC|420 IPC|467 IPC|468 IPC|471 IPC"),
        ("498A, 3/4 Gambling Act", "498A IPC|3 Gambling Act|4 Gambling Act"),
        ("21/22 NDPS Act, 302", "21 NDPS Act|22 NDPS Act|302 IPC"), ("103(1) BNS", "103(1) BNS"), ("279/304A", "279 IPC|304A IPC"),
        ("भादवि 302", "302 IPC"), ("", ""), ("3/25 Arms Act", "3 Arms Act|25 Arms Act"),
        ("Gangster Act 2/3", "2 Gangster Act|3 Gangster Act"),
    ],
)  # fmt: skip
def test_sections(text: str, sections: str) -> None:
    assert "|".join(map(str, parse_sections(text))) == sections


def test_a_section_knows_its_counterpart() -> None:
    assert parse_sections("302")[0].same == "103(1)"
    assert parse_sections("103(1) BNS")[0].same == "302"


@given(ANY)
@settings(max_examples=1500, deadline=None)
def test_any_text_is_accepted_and_reading_again_changes_nothing(text: str) -> None:
    for number in parse_phones(text):
        assert parse_phones(number) == (number,)
    for kind in IdType:
        reading = read_identifier(text, kind)
        if reading.value:
            again = read_identifier(reading.value, reading.kind)
            assert again.value == reading.value, (kind, reading, again)
    assert plain_place(plain_place(text)) == plain_place(text)
    key = place_key(text)
    assert key is None or (key.isascii() and key.isalnum())
    codes = parse_marks(text)
    assert tuple(sorted(set(codes))) == codes
    height = parse_height(text)
    assert height is None or 60 <= height[0] <= height[1] <= 250
    parse_sex(text), parse_fir(text, 2026), parse_sections(text)
    gazetteer().state(text), gazetteer().district(text, "delhi")
    assert mask_text(mask_text(text)) == mask_text(text)
    assert mask_cell(mask_cell(text)) == mask_cell(text)
