"""RECORD → PERSON: every record's comparable form, and RECORD as it may be published.

Each kind of evidence has its own module; here their columns are put together. Nothing is compared, nobody is left out:
a juvenile is marked, and the pipeline decides.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.names.unicode import fold
from linker.normalise.aadhaar import HOW_TO_MAKE_A_KEY, KEY_VARIABLE, AadhaarKey
from linker.normalise.birth import births
from linker.normalise.columns import ABSENT, PIECE, THREADS, Distinct, Int64s, days, one_chunk
from linker.normalise.custody import custody
from linker.normalise.findings import PersonFindings
from linker.normalise.firs import Firs
from linker.normalise.gazetteer import gazetteer
from linker.normalise.idcolumns import id_columns
from linker.normalise.identifiers import REGISTER_NUMBER
from linker.normalise.marks import parse_height, parse_marks
from linker.normalise.phones import phones
from linker.normalise.places import house_numbers, parse_pin, place_key
from linker.normalise.publishing import masked_column, publishable
from linker.normalise.sex import sexes
from linker.normalise.shared import LOOKED_AT, SHOWN, People, Verdict, find_shared, shared_note, without
from linker.schema import EXTRA_PREFIX, PERSON, IdType

__all__ = ["PersonFindings", "PersonOptions", "publishable", "to_persons"]


def _this_year() -> int:
    return datetime.now(tz=UTC).year


@dataclass(frozen=True)
class PersonOptions:
    """How records are read. `aadhaar_key` hashes Aadhaar numbers (None: only their last four digits are used);
    `latest_year` is the last calendar year that a date may have."""

    aadhaar_key: AadhaarKey | None = field(default_factory=AadhaarKey.from_environment)
    latest_year: int = field(default_factory=_this_year)


def to_persons(
    record: pa.Table, options: PersonOptions | None = None, findings: PersonFindings | None = None
) -> pa.Table:
    """The PERSON table of a RECORD table, same rows in the same order; `extra.` columns are carried along. `findings`
    is filled."""
    options = options or PersonOptions()
    findings = findings if findings is not None else PersonFindings()
    pieces = [record.slice(at, PIECE) for at in range(0, max(len(record), 1), PIECE)]
    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(lambda piece: _persons_of(piece, options), pieces))
    for _, found in done:
        findings.add(found)
    columns = {name: pa.concat_arrays([one_chunk(piece[name]) for piece, _ in done]) for name in done[0][0]}
    with findings.timed("shared values"):
        _discount_shared(columns, findings)
    findings.records = record.num_rows
    extra = {name: masked_column(record[name]) for name in record.column_names if name.startswith(EXTRA_PREFIX)}
    return PERSON.conform(pa.table({**columns, **extra}))


_Columns = dict[str, pa.Array | pa.ChunkedArray]


def _persons_of(record: pa.Table, options: PersonOptions) -> tuple[_Columns, PersonFindings]:
    """The columns of some records' persons, and what was found."""
    findings = PersonFindings()
    columns: _Columns = {"record_id": record["record_id"]}
    for name in ("name", "aliases", "father", "mother", "husband", "guardian"):
        columns[name] = masked_column(record[name])
    columns["relative_standing"] = _standing(record)
    with findings.timed("sex"):
        columns["sex"] = pa.array(sexes(record).astype(np.int8))
    with findings.timed("birth"):
        _add_birth(columns, record, options, findings)
    with findings.timed("phones"):
        columns["phones"], columns["relative_phones"] = phones(record["phone"]), phones(record["relative_phone"])
    findings.phones_unread = pc.sum(pc.and_(record["phone"].is_valid(), columns["phones"].is_null())).as_py() or 0
    with findings.timed("identifiers"):
        _add_identifiers(columns, record, options, findings)
    with findings.timed("places"):
        _add_places(columns, record, findings)
    _place_register_numbers(columns)
    with findings.timed("marks"):
        _add_build(columns, record, findings)
    columns["fir"] = _firs(record, options)
    return columns, findings


def _standing(record: pa.Table) -> pa.Array:
    """0 where no relative is named, 1 where one is, 2 where he is stated to be dead."""
    named = pc.is_valid(pc.coalesce(*(record[relation] for relation in ("father", "mother", "husband", "guardian"))))
    return pc.if_else(record["relative_late"], pa.scalar(2, pa.int8()), named.cast(pa.int8()))


def _discount_shared(columns: dict[str, pa.Array], findings: PersonFindings) -> None:
    """Take numbers that are nobody's out of the columns, and list those that several people bear."""
    born = (_day_numbers(columns["birth_from"]), _day_numbers(columns["birth_to"]))
    people = People.of(columns["name"], born, columns["sex"].to_numpy().astype(np.int64))
    for name in LOOKED_AT:
        if columns[name].null_count == len(columns[name]):
            continue
        found, placeholders = find_shared(columns[name], people, name)
        columns[name] = without(columns[name], placeholders)
        findings.shared.extend(found[:SHOWN])
        for verdict in Verdict:
            values = [value for value in found if value.verdict is verdict]
            if values:
                findings.notes.append(shared_note(name, verdict, values))


def _day_numbers(column: pa.Array) -> Int64s:
    numbers: Int64s = column.fill_null(ABSENT).to_numpy().astype(np.int64)
    return numbers


def _firs(record: pa.Table, options: PersonOptions) -> pa.Array:
    """Which first information report a record stands in: source, district, station and number/year, because numbers
    restart per station and year. Null where number, year or station is unknown."""
    place = [Distinct(record[f], lambda text: " ".join(fold(text).split())) for f in ("fir_district", "fir_station")]
    texts = Firs.of(record["fir_number"], options.latest_year).text
    district, station = (p.texts(lambda folded: folded or None) for p in place)
    source = one_chunk(record["source"])
    return pc.binary_join_element_wise(source, pc.fill_null(district, "?"), station, texts, "|")


def _add_birth(
    columns: dict[str, pa.Array], record: pa.Table, options: PersonOptions, findings: PersonFindings
) -> None:
    born = births(record, options.latest_year)
    columns["birth_from"], columns["birth_to"] = days(born.first), days(born.last)
    columns["birth_kind"] = pa.array(born.kind.astype(np.int8))
    columns["record_day"] = days(born.record_day)
    columns |= custody(record, born.record_day, options.latest_year)
    columns["juvenile"] = pa.array(born.juvenile)
    findings.birth = born.findings
    findings.juveniles = int(born.juvenile.sum())


def _add_identifiers(
    columns: dict[str, pa.Array], record: pa.Table, options: PersonOptions, findings: PersonFindings
) -> None:
    ids = id_columns(record, options.aadhaar_key)
    for kind in IdType:
        columns[str(kind)] = ids.values[kind]
        columns[f"{kind}_last4"] = ids.last4[kind]
    columns["aadhaar_near"] = ids.aadhaar_near
    for (kind, status), number in ids.counts.items():
        findings.identifiers.setdefault(str(kind), {})[str(status)] = number
    if options.aadhaar_key is None and IdType.AADHAAR in {kind for kind, _ in ids.counts}:
        findings.add_note(
            f"Aadhaar numbers were compared by their last four digits only, because {KEY_VARIABLE} is not set. "
            f"Make a key with: {HOW_TO_MAKE_A_KEY}"
        )


def _add_places(columns: dict[str, pa.Array], record: pa.Table, findings: PersonFindings) -> None:
    for name in ("village", "station", "tehsil", "fir_station"):
        columns[name] = Distinct(record[name], place_key).texts(lambda key: key)
    known = gazetteer()
    home = Distinct(record["state"], known.state).texts(lambda state: state)
    stated = Distinct(record["address_state"], known.state).texts(lambda state: state)
    columns["district"], state = _districts(record["district"], stated, home)
    columns["fir_district"], fir_state = _districts(record["fir_district"], home, home)
    columns["fir_state"] = pc.coalesce(fir_state, home)
    columns["address_state"] = pc.coalesce(stated, state)
    columns["pin"] = Distinct(record["pin"], parse_pin).texts(lambda pin: pin)
    columns["house"] = house_numbers(record["address"])
    for name, known_in in (("district", state), ("fir_district", fir_state)):
        findings.places[f"{name}_unknown"] = pc.sum(pc.and_(record[name].is_valid(), known_in.is_null())).as_py() or 0


def _place_register_numbers(columns: dict[str, pa.Array]) -> None:
    """A history sheet's number is local to a station, an arms licence's in a register to a district: without these they say nothing."""
    station = pc.coalesce(columns["station"], columns["fir_station"])
    sheet = str(IdType.HISTORY_SHEET)
    columns[sheet] = pc.binary_join_element_wise(station, columns[sheet], "/")
    columns[f"{sheet}_last4"] = pa.nulls(len(station), pa.string())
    licence = str(IdType.ARMS_LICENCE)
    local = pc.fill_null(pc.match_substring_regex(columns[licence], REGISTER_NUMBER), False)
    district = pc.coalesce(columns["district"], columns["fir_district"])
    placed = pc.binary_join_element_wise(district, columns[licence], "/")
    columns[licence] = pc.if_else(local, placed, columns[licence])
    columns[f"{licence}_last4"] = pc.if_else(local, pa.scalar(None, pa.string()), columns[f"{licence}_last4"])


def _districts(column: pa.ChunkedArray, state: pa.Array, home: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Canonical districts and their states; the address's state, else the source's, decides between namesakes."""
    known = gazetteer()
    where = pc.coalesce(state, home, pa.scalar("")).cast(pa.string())
    both = pc.binary_join_element_wise(column, where, "\x1f")

    def read(text: str) -> tuple[str | None, str | None]:
        name, _, near = text.rpartition("\x1f")
        district = known.district(name, near or None)
        if district:
            return district.name, district.state
        return (None if known.has_namesakes(name) else place_key(name)), None

    found = Distinct(both, read)
    return found.texts(lambda d: d[0]), found.texts(lambda d: d[1])


def _add_build(columns: dict[str, pa.Array], record: pa.Table, findings: PersonFindings) -> None:
    low = Distinct(record["height_from"], parse_height)
    high = Distinct(record["height_to"], parse_height)
    lows = low.spread([h[0] if h else None for h in low.parsed], pa.int16())
    tops = low.spread([h[1] if h else None for h in low.parsed], pa.int16())
    highs = high.spread([h[1] if h else None for h in high.parsed], pa.int16())
    columns["height_from"] = pc.min_element_wise(pc.coalesce(lows, highs), pc.coalesce(highs, lows))
    columns["height_to"] = pc.max_element_wise(tops, highs)
    columns["marks"], findings.marks_unread = _marks(record["marks"])


_BETWEEN = "\x1f"


def _marks(column: pa.ChunkedArray) -> tuple[pa.Array, int]:
    """Concept codes per record, sorted, each once; and in how many records a mark is described in which none was
    found."""
    cells = one_chunk(column)
    texts = pa.array(pc.list_flatten(cells).fill_null(""), pa.string())
    lists = pa.ListArray.from_arrays(_offsets(cells), texts)
    joined = pc.binary_join(lists, _BETWEEN)
    found = Distinct(joined, lambda text: sorted({code for part in text.split(_BETWEEN) for code in parse_marks(part)}))
    unread = found.flags(lambda codes: not codes) & (
        pc.utf8_length(joined).fill_null(0).to_numpy(zero_copy_only=False) > 0
    )
    return found.lists(lambda codes: codes), int(unread.sum())


def _offsets(lists: pa.ListArray) -> pa.Array:
    """Where each list begins in the flattened values; a null is an empty list."""
    lengths = pc.list_value_length(lists).fill_null(0).to_numpy(zero_copy_only=False)
    return pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
