"""Date, year and age of birth of every record → one interval of days, its kind, and whether the person was a juvenile.

Sources of a record, from precise to vague: a full date of birth (`DATE`); a year, or 01-01-YYYY (`YEAR`); an age on the
record's day (`AGE`), 'about' or a range (`ABOUT_AGE`). The interval is what the most precise source says, literally:
how far two true statements about one person lie apart is measured by the model, per kind. In the four states' layouts a
stated age lies within ±3 years of the date of birth nine times in ten, and a year of birth that was counted back from
the age is no better than the age. Therefore:

1. A year of birth equal to (record's year - age) is the age again, not a second source: kind `AGE`.
2. Two different years at most `SLACK_YEARS` apart: the interval spans both.
3. Sources further apart than `SLACK_YEARS` + `CONFLICT_YEARS` contradict each other: the interval spans all of them,
   kind `ABOUT_AGE`, so that it speaks for or against little; counted as a conflict.
4. A date that the record's day makes impossible (born after it, or more than 110 years before) is dropped, flagged and
   counted.

Juvenile (Juvenile Justice Act 2015: below eighteen on the day of the offence; section 94 gives the doubt to the child):
a stated age below eighteen *or* a full date of birth that gives one, whichever says so; a year of birth alone decides
only where neither is known. The offence's day is the FIR's, else the record's.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from linker.normalise.ages import ADULT, OLDEST, AgeReading, parse_age
from linker.normalise.columns import ABSENT, Bools, Distinct, Int64s
from linker.normalise.datecolumns import Dates
from linker.normalise.dates import DateFlag, parse_year
from linker.normalise.firs import Firs
from linker.schema import BirthKind

YEAR_DAYS = 365.2425
SLACK_YEARS = 4
"""Years that two statements about one birth differ by: at most so many in 19 of 20 records of the four layouts."""
CONFLICT_YEARS = 4
YOUNGEST = 7
"""Nobody below seven can commit an offence (BNS s.20, IPC s.82); settles the century of a two-digit year."""


@dataclass(frozen=True)
class BirthFindings:
    """How many cells were remarkable."""

    impossible_dates: int = 0
    swapped_dates: int = 0
    new_year_dates: int = 0
    short_years: int = 0
    serial_dates: int = 0
    unread_dates: int = 0
    unread_ages: int = 0
    ages_without_day: int = 0
    conflicts: int = 0

    def with_further(self, other: BirthFindings) -> BirthFindings:
        """The counts of both."""
        return BirthFindings(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


@dataclass(frozen=True)
class Births:
    """One entry per record: interval in days (`ABSENT` where unknown), kind, the record's day, juvenile, findings."""

    first: Int64s
    last: Int64s
    kind: Int64s
    record_day: Int64s
    juvenile: Bools
    findings: BirthFindings


@dataclass(frozen=True)
class Span:
    """Days [first, last] per record; `ABSENT` where unknown."""

    first: Int64s
    last: Int64s

    @property
    def known(self) -> Bools:
        known: Bools = self.first != ABSENT
        return known

    def where(self, rows: Bools) -> Span:
        """The same span, unknown outside `rows`."""
        return Span(np.where(rows, self.first, ABSENT), np.where(rows, self.last, ABSENT))

    def otherwise(self, other: Span) -> Span:
        """This span, and `other` where this is unknown."""
        return Span(np.where(self.known, self.first, other.first), np.where(self.known, self.last, other.last))

    def hull(self, other: Span) -> Span:
        """The smallest span that holds both; one alone where the other is unknown."""
        both = self.known & other.known
        hull = Span(np.minimum(self.first, other.first), np.maximum(self.last, other.last)).where(both)
        return hull.otherwise(self).otherwise(other)

    def gap(self, other: Span) -> Int64s:
        """Days between two spans, 0 where they overlap or one is unknown."""
        apart = np.maximum(np.maximum(self.first - other.last, other.first - self.last), 0)
        return np.where(self.known & other.known, apart, 0)


def births(record: pa.Table, latest: int) -> Births:
    """Birth intervals of a RECORD table. `latest` is the last possible calendar year."""
    fir = _span_of(Dates.of(record["fir_date"], latest))
    day = _record_span(Dates.of(record["record_date"], latest), fir, record["fir_number"], latest)
    dated = Dates.of(record["birth_date"], latest)
    yeared = Dates.of(record["birth_year"], latest, parse_year)
    aged = Distinct(record["age"], parse_age)

    exact, exact_bad = _possible(_span(dated, day), day)
    full = dated.full
    stated, stated_bad = _possible(_span(yeared, day), day)
    year_is_date = yeared.full
    age, about, year_in_age = _age_span(aged, day)

    date = exact.where(full).otherwise(stated.where(year_is_date))
    new_year = _whole_year(exact.where(~full))
    year = _whole_year(stated.where(~year_is_date)).otherwise(year_in_age)
    derived = year.known & age.known & (_years(day.last) - _years(year.first) == _completed(aged)) & ~about
    year = new_year.hull(year.where(~derived)) if len(day.first) else year

    best = date.otherwise(year).otherwise(age)
    kind = np.select(
        [date.known, year.known, age.known & ~about, age.known],
        [BirthKind.DATE, BirthKind.YEAR, BirthKind.AGE, BirthKind.ABOUT_AGE],
        BirthKind.UNKNOWN,
    ).astype(np.int64)
    limit = int((SLACK_YEARS + CONFLICT_YEARS) * YEAR_DAYS)
    conflict = (best.gap(year) > limit) | (best.gap(age) > limit) | (new_year.gap(stated) > limit)
    everything = best.hull(year).hull(age)
    best = everything.where(conflict).otherwise(best)
    kind = np.where(conflict, int(BirthKind.ABOUT_AGE), kind)

    seen = {flag: dated.count(flag) + yeared.count(flag) for flag in DateFlag}
    findings = BirthFindings(
        impossible_dates=int((exact_bad | stated_bad).sum()) + seen[DateFlag.IMPOSSIBLE],
        swapped_dates=seen[DateFlag.SWAPPED],
        new_year_dates=seen[DateFlag.NEW_YEAR],
        short_years=seen[DateFlag.SHORT_YEAR],
        serial_dates=seen[DateFlag.SERIAL],
        unread_dates=seen[DateFlag.UNREAD],
        unread_ages=int(aged.flags(lambda r: r.impossible).sum()),
        ages_without_day=int((aged.flags(lambda r: r.low is not None) & ~day.known).sum()),
        conflicts=int(conflict.sum()),
    )
    juvenile = _juvenile(day, _offence_day(fir, day), aged, date, year)
    middle = np.where(day.known, (day.first + day.last) // 2, ABSENT)
    return Births(best.first, best.last, kind, middle, juvenile, findings)


def _span_of(dates: Dates) -> Span:
    return Span(dates.first, dates.last)


def _record_span(stated: Dates, fir: Span, fir_number: pa.ChunkedArray, latest: int) -> Span:
    """The day of the record: its date, else the FIR's date, else the year in the FIR's number."""
    dated = _span_of(stated).otherwise(fir)
    if dated.known.all():
        return dated
    year = Firs.of(fir_number, latest).year
    start, after = _start_of(year), _start_of(year + 1)
    return dated.otherwise(Span(start, after - 1).where(year > 0))


def _offence_day(fir: Span, day: Span) -> Span:
    """The FIR's date where it is known and not after the record's day, else the record's day."""
    return fir.where(fir.known & (fir.last <= day.last)).otherwise(day)


def _span(dates: Dates, day: Span) -> Span:
    """Birth days, two-digit years put into the century that makes the person at least `YOUNGEST`."""
    late = _span_of(dates)
    early = Span(dates.century_first, dates.century_last)
    too_young = early.known & day.known & (late.last > day.last - int(YOUNGEST * YEAR_DAYS))
    return early.where(too_young).otherwise(late)


def _possible(span: Span, day: Span) -> tuple[Span, Bools]:
    """The span without births that the record's day rules out, and which those were."""
    bad = span.known & day.known & ((span.first > day.last) | (span.last < day.first - int((OLDEST + 1) * YEAR_DAYS)))
    return span.where(~bad), bad


def _age_span(aged: Distinct[AgeReading], day: Span) -> tuple[Span, Bools, Span]:
    """Birth days that a stated age allows, whether it is a guess, and the years that stood in the age column."""
    low = aged.numbers(lambda r: r.low)
    high = aged.numbers(lambda r: r.high)
    known = (low != ABSENT) & day.known
    first = day.first - np.rint((high + 1) * YEAR_DAYS).astype(np.int64) + 1
    last = day.last - np.rint(low * YEAR_DAYS).astype(np.int64)
    year = aged.numbers(lambda r: r.year)
    year_known = year != ABSENT
    start = _start_of(np.where(year_known, year, 1970))
    span = Span(start, start + 364).where(year_known)
    return Span(first, last).where(known), aged.flags(lambda r: r.about), _possible(span, day)[0]


def _completed(aged: Distinct[AgeReading]) -> Int64s:
    return aged.numbers(lambda r: r.low)


def _years(day: Int64s) -> Int64s:
    """Calendar years of days (meaningless where the day is `ABSENT`)."""
    return day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def _start_of(year: Int64s) -> Int64s:
    return (year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)


def _whole_year(span: Span) -> Span:
    """01-01-YYYY widened to its year; longer spans stay."""
    start = _start_of(_years(np.where(span.known, span.first, 0)))
    end = _start_of(_years(np.where(span.known, span.last, 0)) + 1) - 1
    single = span.first == span.last
    return Span(np.where(single, start, span.first), np.where(single, end, span.last)).where(span.known)


def _juvenile(day: Span, offence: Span, aged: Distinct[AgeReading], date: Span, year: Span) -> Bools:
    """Below eighteen on the offence's day. A stated age is the record's day's: whole years since the offence come
    off."""
    low = aged.numbers(lambda r: r.low)
    since = np.where(day.known & offence.known, (day.first - offence.first) / YEAR_DAYS, 0).astype(np.int64)
    stated = ((low != ABSENT) & (low - np.maximum(since, 0) < ADULT)) | aged.flags(lambda r: r.minor)
    by_date = date.known & offence.known & (offence.first < date.first + int(ADULT * YEAR_DAYS))
    alone = ~date.known & (low == ABSENT) & year.known & offence.known
    minor: Bools = stated | by_date | (alone & (_years(offence.first) - _years(year.last) < ADULT))
    return minor
