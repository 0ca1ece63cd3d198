"""One person's statements about birth → the interval that the batch makes of them: `linker.normalise.birth`, of one record.

A test holds both to the same result. The rules are told there; here they are only written for single values.
"""

from __future__ import annotations

from dataclasses import dataclass

from linker.normalise.ages import ADULT, OLDEST, AgeReading, parse_age
from linker.normalise.birth import CONFLICT_YEARS, SLACK_YEARS, YEAR_DAYS, YOUNGEST
from linker.normalise.dates import DateFlag, DateReading, Precision, day_number, day_of, parse_date, parse_year
from linker.schema import BirthKind
from linker.search.fields import Fields

Span = tuple[int, int] | None
"""First and last day, None where nothing is known."""

_NOTHING, _NO_AGE = DateReading(), AgeReading()
_LIMIT = int((SLACK_YEARS + CONFLICT_YEARS) * YEAR_DAYS)
_NEW_YEAR = int(DateFlag.NEW_YEAR)


def birth_of(
    birth_date: str | None, birth_year: str | None, age: str | None, day: str | None, *, latest: int
) -> Fields:
    """The PERSON fields of birth; nothing where nothing is stated. `day`: the record's; `latest`: the last possible calendar year."""
    if not (birth_date or birth_year or age or day):
        return {}
    recorded = _stated(parse_date(day, latest) if day else _NOTHING)
    aged = parse_age(age) if age else _NO_AGE
    said = _Said.of(
        parse_date(birth_date, latest) if birth_date else _NOTHING,
        parse_year(birth_year, latest) if birth_year else _NOTHING,
        aged,
        recorded,
    )
    born, kind = said.together()
    found: Fields = {"birth_kind": int(kind), "juvenile": _juvenile(recorded, aged, said)}
    if born:
        found["birth_from"], found["birth_to"] = born
    if recorded:
        found["record_day"] = (recorded[0] + recorded[1]) // 2
    return found


@dataclass(frozen=True)
class _Said:
    """What each source says: a full date, a year (an age's own year left out), an age; and the two that may contradict each other."""

    date: Span
    year: Span
    age: Span
    about: bool
    new_year: Span
    stated: Span

    @classmethod
    def of(cls, dated: DateReading, yeared: DateReading, aged: AgeReading, day: Span) -> _Said:
        exact, stated = _possible(_in_century(dated, day), day), _possible(_in_century(yeared, day), day)
        age = _age_span(aged, day)
        date = (exact if _is_full(dated) else None) or (stated if _is_full(yeared) else None)
        new_year = None if _is_full(dated) else _whole_year(exact)
        year = (None if _is_full(yeared) else _whole_year(stated)) or _year_of_age(aged, day)
        if year and age and day and not aged.about and day_of(day[1]).year - day_of(year[0]).year == aged.low:
            year = None  # the age once more
        return cls(date, _hull(new_year, year), age, aged.about, new_year, stated)

    def together(self) -> tuple[Span, BirthKind]:
        """The interval of the most precise source, or of all where they contradict each other."""
        best = self.date or self.year or self.age
        everything = _hull(_hull(best, self.year), self.age)
        if max(_gap(best, self.year), _gap(best, self.age), _gap(self.new_year, self.stated)) > _LIMIT:
            return everything, BirthKind.ABOUT_AGE
        if self.date:
            return best, BirthKind.DATE
        if self.year:
            return best, BirthKind.YEAR
        if self.age:
            return best, BirthKind.ABOUT_AGE if self.about else BirthKind.AGE
        return None, BirthKind.UNKNOWN


def _stated(reading: DateReading) -> Span:
    return None if reading.first is None or reading.last is None else (reading.first, reading.last)


def _is_full(reading: DateReading) -> bool:
    return reading.precision is Precision.DAY and not reading.flags & _NEW_YEAR


def _in_century(reading: DateReading, day: Span) -> Span:
    """The days of a birth; of a two-digit year in the century that makes the person at least `YOUNGEST`."""
    late = _stated(reading)
    if late is None or reading.century_first is None or reading.century_last is None or day is None:
        return late
    too_young = late[1] > day[1] - int(YOUNGEST * YEAR_DAYS)
    return (reading.century_first, reading.century_last) if too_young else late


def _possible(span: Span, day: Span) -> Span:
    """Nothing where the record's day rules the birth out."""
    if span and day and (span[0] > day[1] or span[1] < day[0] - int((OLDEST + 1) * YEAR_DAYS)):
        return None
    return span


def _age_span(aged: AgeReading, day: Span) -> Span:
    if aged.low is None or aged.high is None or day is None:
        return None
    return day[0] - round((aged.high + 1) * YEAR_DAYS) + 1, day[1] - round(aged.low * YEAR_DAYS)


def _year_of_age(aged: AgeReading, day: Span) -> Span:
    """The year that stood in the age's place."""
    start = None if aged.year is None else day_number(aged.year, 1, 1)
    return None if start is None else _possible((start, start + 364), day)


def _whole_year(span: Span) -> Span:
    """A single day widened to its year."""
    if span is None or span[0] != span[1]:
        return span
    year = day_of(span[0]).year
    first, after = day_number(year, 1, 1), day_number(year + 1, 1, 1)
    return None if first is None or after is None else (first, after - 1)


def _hull(a: Span, b: Span) -> Span:
    return (min(a[0], b[0]), max(a[1], b[1])) if a and b else a or b


def _gap(a: Span, b: Span) -> int:
    return max(a[0] - b[1], b[0] - a[1], 0) if a and b else 0


def _juvenile(day: Span, aged: AgeReading, said: _Said) -> bool:
    """Below eighteen on the record's day, which stands for that of the offence."""
    if (aged.low is not None and aged.low < ADULT) or aged.minor:
        return True
    if day is None:
        return False
    if said.date:
        return day[0] < said.date[0] + int(ADULT * YEAR_DAYS)
    return aged.low is None and said.year is not None and day_of(day[0]).year - day_of(said.year[1]).year < ADULT
