"""The great feast of each religion, year by year: the award day of remisi khusus.

Keppres 174/1999: remisi khusus is given on the religious holiday most honoured by the
person's religion (V). The government fixes lunar dates shortly before, and may move them: these are
values of their year, each with how sure it is, and what the registry has fixed goes before them. By
a day that is only likely nobody is judged; it serves to count the years.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from domain.admission import Religion
from domain.kernel import Value
from domain.law.rule_set import Certainty, Feasts

ARTICLE: Final = "Keppres 174/1999"

CHRISTMAS: Final = (Religion.KRISTEN, Religion.KATOLIK)
"""Natal is on 25 December in every year."""

FEASTED: Final = (*CHRISTMAS, Religion.ISLAM, Religion.HINDU, Religion.BUDDHA, Religion.KONGHUCU)
"""Religions whose great feast is known; of another one the registry may say it."""

SURE: Final = (Certainty.READ, Certainty.KNOWN)


class Feast(Value):
    """A day, and how sure it is."""

    day: date
    certainty: Certainty

    @property
    def sure(self) -> bool:
        """Return whether somebody may be judged by it."""
        return self.certainty in SURE


LIKELY_DAYS: Final[Mapping[Religion, str]] = {
    # Idul Fitri; as the government kept it until 2024, and as it is reckoned from 2027 on
    Religion.ISLAM: "2010-09-10 2011-08-31 2012-08-19 2013-08-08 2014-07-28 2015-07-17 2016-07-06"
    " 2017-06-25 2018-06-15 2019-06-05 2020-05-24 2021-05-13 2022-05-02 2023-04-22 2024-04-10"
    " 2027-03-10 2028-02-27 2029-02-15 2030-02-05",
    # Nyepi
    Religion.HINDU: "2010-03-16 2011-03-05 2012-03-23 2013-03-12 2014-03-31 2015-03-21 2016-03-09"
    " 2017-03-28 2018-03-17 2019-03-07 2020-03-25 2021-03-14 2022-03-03 2023-03-22 2024-03-11"
    " 2027-03-08 2028-03-26 2029-03-15 2030-03-05",
    # Waisak
    Religion.BUDDHA: "2010-05-28 2011-05-17 2012-05-06 2013-05-25 2014-05-15 2015-06-02 2016-05-22"
    " 2017-05-11 2018-05-29 2019-05-19 2020-05-07 2021-05-26 2022-05-16 2023-06-04 2024-05-23"
    " 2027-05-20 2028-05-09 2029-05-27 2030-05-17",
    # Imlek
    Religion.KONGHUCU: "2010-02-14 2011-02-03 2012-01-23 2013-02-10 2014-01-31 2015-02-19"
    " 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22"
    " 2024-02-10 2027-02-06 2028-01-26 2029-02-13 2030-02-03",
}
"""All K~: good for counting years, for nothing else."""

SURE_DAYS: Final[Mapping[Religion, Mapping[date, Certainty]]] = {
    Religion.ISLAM: {
        date(2025, 3, 31): Certainty.READ,  # Idul Fitri 1446 H, the government
        date(2026, 3, 21): Certainty.READ,  # Idul Fitri 1447 H
    },
    Religion.HINDU: {
        date(2025, 3, 29): Certainty.READ,  # Nyepi, Saka 1947
        date(2026, 3, 19): Certainty.KNOWN,  # Nyepi, Saka 1948
    },
    Religion.BUDDHA: {
        date(2025, 5, 12): Certainty.KNOWN,  # Waisak 2569
        date(2026, 5, 31): Certainty.KNOWN,  # Waisak 2570
    },
    Religion.KONGHUCU: {
        date(2025, 1, 29): Certainty.KNOWN,  # Imlek 2576
        date(2026, 2, 17): Certainty.READ,  # Imlek 2577
    },
}


def _table() -> Mapping[tuple[Religion, int], tuple[Feast, ...]]:
    likely = [
        (religion, Feast(day=date.fromisoformat(day), certainty=Certainty.LIKELY))
        for religion, days in LIKELY_DAYS.items()
        for day in days.split()
    ]
    sure = [
        (religion, Feast(day=day, certainty=certainty))
        for religion, days in SURE_DAYS.items()
        for day, certainty in days.items()
    ]
    return {(religion, feast.day.year): (feast,) for religion, feast in [*likely, *sure]}


TABLE: Final = _table()


def feasts(religion: Religion, year: int, fixed: Feasts) -> tuple[Feast, ...]:
    """Return the days of a religion's great feast in a year; none where none is known.

    ``fixed`` are those that the registry knows (`Law.feasts`).
    """
    if days := fixed.get((religion, year)):
        return tuple(Feast(day=day, certainty=Certainty.READ) for day in sorted(days))
    if religion in CHRISTMAS:
        return (Feast(day=date(year, 12, 25), certainty=Certainty.READ),)
    return TABLE.get((religion, year), ())


def feast_of(religion: Religion, year: int) -> date | None:
    """Return the day of a religion's great feast; `None` where it is not known for sure."""
    sure = [feast.day for feast in feasts(religion, year, {}) if feast.sure]
    return sure[0] if sure else None
