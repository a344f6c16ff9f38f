"""How likely two are one person: by NIK, or by name and birth date together."""

from dataclasses import dataclass
from datetime import date

import pytest
from scenario import on

from application.people import LIKELY, likeness
from domain.person import PersonRegistered, Sex, Verification


@dataclass
class Known:
    name: str
    birth_date: date | None
    nik: str | None = None
    aliases: tuple[str, ...] = ()


def registered(name="Budi Santoso Fiktif", born="1990-03-12", nik=None):
    return PersonRegistered(
        effective=on("2025-01-01"),
        full_name=name,
        sex=Sex.MALE,
        birth_date=date.fromisoformat(born) if born else None,
        birth_place=None,
        nationality="ID",
        nik=nik,
        nik_verification=Verification.CLAIMED if nik else Verification.MISSING,
    )


@pytest.mark.parametrize(
    ("name", "born", "reasons"),
    [
        ("Budi Santoso Fiktif", "1990-03-12", ("name_same", "birth_date_same")),
        ("fiktif, BUDI santoso", "1990-03-12", ("name_same", "birth_date_same")),
        ("Budi Santosa Fiktif", "1990-03-12", ("name_similar", "birth_date_same")),
        ("Budi Santoso Fiktif", "1990-12-03", ("name_same", "birth_date_similar")),
        ("Budi Santoso Fiktif", "1991-03-12", ("name_same", "birth_date_similar")),
        ("Budi Santoso Fiktif", None, ("name_same", "birth_date_unknown")),
    ],
)
def test_a_name_and_a_birth_date_that_agree_are_likely_one_person(name, born, reasons):
    known = Known(name, date.fromisoformat(born) if born else None)
    score, why = likeness(registered(), known)
    assert why == reasons
    assert LIKELY <= score <= 100


@pytest.mark.parametrize(
    ("name", "born"),
    [("Budi Santoso Fiktif", "1975-07-30"), ("Wahyu Pranoto", "1990-03-12"), ("", "1990-03-12")],
)
def test_one_of_the_two_alone_is_not(name, born):
    score, _ = likeness(registered(), Known(name, date.fromisoformat(born)))
    assert score < LIKELY


def test_a_nik_decides_and_another_nik_weighs_against():
    nik, other = "1271011203900001", "1271011203900002"
    assert likeness(registered(nik=nik), Known("Lain", None, nik)) == (100, ("nik_same",))
    score, why = likeness(
        registered(nik=nik), Known("Budi Santoso Fiktif", date(1990, 3, 12), other)
    )
    assert score == 80
    assert why == ("name_same", "birth_date_same", "nik_differs")


def test_an_alias_is_a_name():
    known = Known("Agus", date(1990, 3, 12), aliases=("Budi Santoso Fiktif",))
    assert likeness(registered(), known)[0] == 100
