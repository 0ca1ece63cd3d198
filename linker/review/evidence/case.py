"""A question as a person sees it: everything that stands in two records or in an identity, ready to be laid out. No score is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from linker.matching.comparisons.base import Comparison
from linker.review.book import Book, rows_of
from linker.review.evidence import masks
from linker.review.evidence.arguments import Argument, arguments
from linker.review.evidence.clashes import clashes
from linker.review.evidence.graphs import MOST_NODES, Graph, Node, Tie, graph_of_pair, id_of, kind_of
from linker.review.evidence.names import Names, NameText, compare, name_text
from linker.review.items import Item
from linker.schema import BirthKind, Sex

EPOCH = date(1970, 1, 1)
RELATIVES = ("father", "mother", "husband", "guardian")
PLACES = ("village", "station", "tehsil", "district", "address_state", "pin")
YEAR = 365
NEAR_DAYS = 2 * YEAR
"""Births so many days apart are near each other: ages are stated in whole years, and rounded."""

Spelt = tuple[str, str]
"""A name in Latin letters and in Devanagari."""
Steps = Callable[[str], dict[str, int]]
"""How far each identifier of a record has been shown to the person who looks."""


@dataclass(frozen=True)
class Birth:
    """When someone was born: from, to, how it is known (`BirthKind`), and what was typed."""

    first: date
    last: date
    kind: BirthKind
    typed: str

    @property
    def shown(self) -> str:
        """A date, a year, or from one year to another."""
        if self.first == self.last:
            return self.first.isoformat()
        a, b = self.first.year, self.last.year
        return f"{a}" if a == b else f"{a}–{b}"


@dataclass(frozen=True)
class Event:
    """A case or a record's date on the timeline."""

    day: date
    fir: str
    station: str
    district: str


@dataclass(frozen=True)
class Side:
    """One record as it is shown."""

    record_id: str
    letter: str
    source: str
    state: str
    identity_id: str
    identity_records: int
    name: NameText | None
    aliases: tuple[str, ...]
    relatives: dict[str, str]
    sex: str
    birth: Birth | None
    places: dict[str, str]
    address: str
    identifiers: dict[str, list[masks.Masked]]
    height: str
    marks: tuple[str, ...]
    event: Event | None
    status: str


@dataclass(frozen=True)
class Row:
    """One line of the comparison: a field, both values, and how they agree ('same', 'near', 'differ', 'only', 'none')."""

    field: str
    left: str
    right: str
    sign: str


@dataclass(frozen=True)
class Summary:
    """What an identity is, in short: before or after."""

    identity_id: str
    records: int
    states: tuple[str, ...]
    names: tuple[Spelt, ...]
    relatives: tuple[Spelt, ...]
    birth: str
    apart: int
    """whole years between the births that lie furthest from each other; 0 if they may be one day"""
    sources: tuple[str, ...]


@dataclass(frozen=True)
class PairCase:
    """Two records."""

    left: Side
    right: Side
    name: Names | None
    relatives: dict[str, Names]
    rows: tuple[Row, ...]
    identifiers: tuple[tuple[str, str], ...]
    """fields that either has, and how they agree"""
    birth_sign: str
    arguments: tuple[Argument, ...]
    before: tuple[Summary, ...]
    after: Summary
    clashes: tuple[tuple[str, str], ...]
    """records of the identity afterwards that cannot both be in it"""
    graph: Graph
    events: dict[str, list[Event]] = field(default_factory=dict)


@dataclass(frozen=True)
class SplitCase:
    """An identity's records."""

    identity_id: str
    sides: tuple[Side, ...]
    graph: Graph
    arguments: tuple[tuple[str, str, tuple[Argument, ...]], ...]
    """of the weakest pairs inside: letters, and what speaks for and against"""


def pair_case(book: Book, item: Item, comparisons: Mapping[str, Comparison], steps: Steps) -> PairCase | None:
    """The two records of an item; None if one is no longer in the snapshot."""
    rows = rows_of(book, item.records)
    if rows is None:
        return None
    a, b = rows
    persons = book.person(a), book.person(b)
    left, right = side_of(book, a, "A", steps), side_of(book, b, "B", steps)
    members = [book.members(s.identity_id) for s in (left, right)]
    relatives = {f: named for f in RELATIVES if (named := compare(book, persons[0][f], persons[1][f])) is not None}
    fields = [
        (f, masks.agreement(f, *persons)) for f in masks.FIELDS if f in left.identifiers or f in right.identifiers
    ]
    both = sorted({*members[0], *members[1]})
    before = tuple(summary_of(book, i, book.members(i)) for i in dict.fromkeys((left.identity_id, right.identity_id)))
    return PairCase(
        left, right, compare(book, persons[0]["name"], persons[1]["name"]), relatives, _rows(left, right, *persons),
        tuple(fields), _birth_sign(left.birth, right.birth), tuple(arguments(book.edge(*item.records), comparisons)), before,
        summary_of(book, left.identity_id, both), clashes(book, [id_of(book, r) for r in both], item.records),
        graph_of_pair(book, item, members, (a, b)),
        {"A": _events(book, members[0]), "B": _events(book, members[1])},
    )  # fmt: skip


def split_case(book: Book, item: Item, comparisons: Mapping[str, Comparison], steps: Steps) -> SplitCase | None:
    """An identity to be looked at as a whole."""
    rows = rows_of(book, item.records)
    if rows is None:
        return None
    letters = {r: letter(k) for k, r in enumerate(item.records)}
    sides = tuple(side_of(book, row, letters[r], steps) for r, row in zip(item.records, rows, strict=True))
    edges = book.edges_among(item.records)
    weakest = sorted(edges, key=lambda e: e["weight"])[:6]
    told = tuple(
        (letters[e["record_id_l"]], letters[e["record_id_r"]], tuple(arguments(e, comparisons))) for e in weakest
    )
    nodes = tuple(Node(r, letters[r], 0, False) for r in item.records)
    ties = tuple(Tie(e["record_id_l"], e["record_id_r"], kind_of(e), False) for e in edges)
    return SplitCase(sides[0].identity_id, sides, Graph(nodes, ties), told)


def letter(k: int) -> str:
    """A, B … Z, A1, B1 …"""
    return chr(65 + k % 26) + (str(k // 26) if k >= 26 else "")


def side_of(book: Book, row: int, name: str, steps: Steps) -> Side:
    """One record as it is shown."""
    record, person = book.record(row), book.person(row)
    identity = book.identity_of(row)
    number = book.name_number(person["name"]) if person["name"] else None
    return Side(
        record["record_id"], name, record["source"], record["state"] or "", identity, len(book.members(identity)),
        name_text(book, person["name"], number), tuple(person["aliases"] or ()),
        {f: person[f] for f in RELATIVES if person[f]}, Sex(person["sex"] or 0).name.lower(), birth_of(record, person),
        {f: record[f] for f in PLACES if record[f]}, record["address"] or record["present_address"] or "",
        masks.identifiers(person, steps(record["record_id"])), _height(person), tuple(record["marks"] or ()),
        event_of(record, person), record["status"] or "",
    )  # fmt: skip


def birth_of(record: dict[str, Any], person: dict[str, Any]) -> Birth | None:
    """The birth interval with what was typed."""
    if person["birth_from"] is None or person["birth_to"] is None:
        return None
    typed = record["birth_date"] or record["birth_year"] or record["age"] or ""
    return Birth(_day(person["birth_from"]), _day(person["birth_to"]), BirthKind(person["birth_kind"] or 0), typed)


def _birth_sign(left: Birth | None, right: Birth | None) -> str:
    if left is None or right is None:
        return "none"
    gap = (max(left.first, right.first) - min(left.last, right.last)).days
    return "same" if gap <= 0 else "near" if gap <= NEAR_DAYS else "differ"


def event_of(record: dict[str, Any], person: dict[str, Any]) -> Event | None:
    """The case that a record stands in."""
    if person["record_day"] is None:
        return None
    return Event(
        _day(person["record_day"]), record["fir_number"] or "", record["fir_station"] or record["station"] or "",
        record["fir_district"] or record["district"] or "",
    )  # fmt: skip


def _day(number: int) -> date:
    return EPOCH + timedelta(days=int(number))


def _height(person: dict[str, Any]) -> str:
    low, high = person["height_from"], person["height_to"]
    if low is None and high is None:
        return ""
    return f"{low or high}" if low == high or not low or not high else f"{low}–{high}"


def _events(book: Book, rows: Sequence[int]) -> list[Event]:
    found = [event_of(book.record(r), book.person(r)) for r in rows[:MOST_NODES]]
    return sorted((e for e in found if e), key=lambda e: e.day)


def _rows(left: Side, right: Side, a: dict[str, Any], b: dict[str, Any]) -> tuple[Row, ...]:
    """The plain fields: sex, places, height, marks."""
    found = [Row("sex", left.sex, right.sex, _equal(a["sex"] or None, b["sex"] or None))]
    found += [Row(f, left.places.get(f, ""), right.places.get(f, ""), _equal(a[f], b[f])) for f in PLACES]
    found.append(Row("address", left.address, right.address, "none"))
    gap = _height_gap(a, b)
    sign = "none" if gap is None else "same" if gap <= 3 else "near" if gap <= 8 else "differ"
    found.append(Row("status", _standing(left.status, a), _standing(right.status, b), "none"))
    found.append(Row("height", left.height, right.height, sign))
    shared = set(a["marks"] or ()) & set(b["marks"] or ())
    both = bool(a["marks"]) and bool(b["marks"])
    marks = "same" if shared else "differ" if both else "none"
    found.append(Row("marks", ", ".join(left.marks), ", ".join(right.marks), marks))
    return tuple(r for r in found if (r.left and r.left != "unknown") or (r.right and r.right != "unknown"))


def _standing(written: str, person: dict[str, Any]) -> str:
    """The status as it was written, with the days in custody and of death that are known."""
    held = "–".join(day or "?" for day in (person["held_from"], person["held_to"]))
    known = (
        held if held != "?–?" else "",
        person["held_at"] or "",
        f"† {person['died_on']}" if person["died_on"] else "",
    )
    return " · ".join(part for part in (written, *known) if part)


def _equal(a: Any, b: Any) -> str:
    if not a or not b:
        return "none"
    return "same" if a == b else "differ"


def _height_gap(a: dict[str, Any], b: dict[str, Any]) -> int | None:
    bounds: list[tuple[Any, Any]]
    bounds = [(p["height_from"] or p["height_to"], p["height_to"] or p["height_from"]) for p in (a, b)]
    if any(low is None for low, _ in bounds):
        return None
    return max(int(bounds[0][0] - bounds[1][1]), int(bounds[1][0] - bounds[0][1]), 0)


def summary_of(book: Book, identity_id: str, rows: Sequence[int]) -> Summary:
    """What these records would be as one identity."""
    shown = rows[:MOST_NODES]
    records, persons = [book.record(r) for r in shown], [book.person(r) for r in shown]
    intervals = [
        (p["birth_from"], p["birth_to"]) for p in persons if p["birth_from"] is not None and p["birth_to"] is not None
    ]
    low, high = max((i[0] for i in intervals), default=None), min((i[1] for i in intervals), default=None)
    apart = 0 if low is None or high is None else max(low - high, 0) // YEAR
    birth = "" if low is None or high is None else _years(*sorted((low, high)))
    return Summary(
        identity_id, len(rows), _distinct(r["state"] for r in records),
        _spelt(book, [p["name"] for p in persons]),
        _spelt(book, [p[f] for p in persons for f in ("father", "husband")]),
        birth, apart, _distinct(r["source"] for r in records),
    )  # fmt: skip


def _spelt(book: Book, names: Iterable[str | None]) -> tuple[Spelt, ...]:
    """Each name once, by its Latin spelling."""
    found: dict[str, str] = {}
    for name in names:
        number = book.name_number(name) if name else None
        if name and number is not None:
            found.setdefault(book.latin(name).title(), book.devanagari(number) if name.isascii() else name)
    return tuple(found.items())


def _years(low: int, high: int) -> str:
    a, b = _day(low), _day(high)
    if a == b:
        return a.isoformat()
    return f"{a.year}" if a.year == b.year else f"{a.year}–{b.year}"


def _distinct(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v for v in values if v))
