"""What a remisi batch says on paper, in words: who is on it, who is not and why, and it adds up."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from scenario import on

from api.letters.batch import Award, Paper, Who, letters_of, list_of
from api.letters.printing import Template, pdf
from domain.batch_list import (
    BatchDecided,
    BatchDrafted,
    BatchLineWithdrawn,
    BatchListed,
    BatchSessionHeld,
    BatchSkIssued,
    Candidate,
    StopReason,
)
from domain.batch_standing import NOTHING, evolve
from domain.law.facts import RemisiKind
from domain.remisi import DecisionLevel
from domain.time import Zone

ADI, BUDI, CITRA, DEWI, EKO = (f"01980f5c-7a00-7000-8000-{n:012}" for n in range(5))
PEOPLE = {
    case: Who(name=f"{name} Fiktif", register=f"BI {name}/2025")
    for case, name in [(ADI, "Adi"), (BUDI, "Budi"), (CITRA, "Citra"), (DEWI, "Dewi")]
}
PAPER = Paper(
    key="01980f5c",
    unit="Rutan Medan",
    region="Kota Medan",
    position=812,
    printed=datetime(2025, 8, 10, 2, tzinfo=UTC),
    zone=Zone.WIB,
)


def candidate(case, *, days=60, releases=False, reasons=(), kind=RemisiKind.UMUM):
    return Candidate(
        case=case,
        kind=kind,
        included=not reasons,
        remission_days=days,
        days_served=400,
        year_ordinal=1,
        releases=releases,
        reasons=reasons,
    )


LINES = (
    candidate(BUDI),
    candidate(ADI, days=45, releases=True),
    candidate(CITRA),
    candidate(DEWI, days=0, reasons=("served_6_months", "no_discipline_6_months")),
    candidate(EKO, days=150),
)


def batch(*more):
    drafted = BatchDrafted(
        effective=on("2025-07-20"),
        unit="RUTAN-MEDAN",
        award_day=date(2025, 8, 17),
        kinds=(RemisiKind.UMUM,),
        rule_sets=("keppres-174-1999",),
        policies=("ordinal_basis=time",),
        by="wali-1",
        on_behalf_of=None,
    )
    state = NOTHING
    for event in (
        drafted,
        BatchListed(effective=drafted.effective, lines=LINES, more=False),
        *more,
    ):
        state = evolve(state, event)
    return state


def met(*except_cases):
    return BatchSessionHeld(
        effective=on("2025-07-21"),
        minutes="BA-1",
        members=("wali-2", "wali-3"),
        recommended=True,
        except_cases=except_cases,
        by="wali-2",
        on_behalf_of=None,
    )


def agreed(level, *except_cases):
    return BatchDecided(
        effective=on("2025-07-22"),
        level=level,
        agreed=True,
        except_cases=except_cases,
        by="kepala-1",
        on_behalf_of=None,
    )


ISSUED = BatchSkIssued(
    effective=on("2025-08-08"),
    sk_number="PAS-1423.PK.05.03 Tahun 2025",
    sk_date=date(2025, 8, 8),
    by="dirjen-1",
    on_behalf_of=None,
)


def rows(said, which):
    return [(row[1], row[-1]) for row in said[which]]


def test_a_list_names_those_proposed_by_name_and_the_others_with_what_was_lacking():
    said = list_of(batch(), PEOPLE, PAPER)
    assert said["title"] == "Daftar Usulan Remisi"
    assert [row[1:5] for row in said["on"]] == [
        ["(tidak dapat dibaca)", "-", "Remisi Umum I", "150 hari (5 bulan)"],
        ["Adi Fiktif", "BI Adi/2025", "Remisi Umum II", "45 hari (1 bulan 15 hari)"],
        ["Budi Fiktif", "BI Budi/2025", "Remisi Umum I", "60 hari (2 bulan)"],
        ["Citra Fiktif", "BI Citra/2025", "Remisi Umum I", "60 hari (2 bulan)"],
    ]
    assert rows(said, "off") == [
        (
            "Dewi Fiktif",
            "belum terpenuhi: menjalani 6 bulan; tanpa hukuman disiplin dalam 6 bulan terakhir",
        )
    ]
    assert [
        "Aturan yang dipakai",
        "Besarnya remisi umum dan khusus (Keppres 174/1999)",
    ] in said["facts"]
    (asked,) = [words for title, words in said["facts"] if title == "Yang belum diatur"]
    assert asked.startswith("Tahun ke berapa: ")
    assert "ordinal_basis" not in asked


def test_the_sums_are_those_of_the_list_to_the_last_person():
    said = list_of(batch(), PEOPLE, PAPER)
    assert said["sums"] == [
        ["Remisi Umum I", "3", "270"],
        ["Remisi Umum II", "1", "45"],
        ["Jumlah", "4", "315"],
    ]
    assert len(said["on"]) + len(said["off"]) == len(LINES)


def test_who_was_excepted_or_taken_back_on_the_way_is_named_with_by_whom_or_why():
    withdrawn = BatchLineWithdrawn(
        effective=on("2025-08-01"),
        case=CITRA,
        kind=RemisiKind.UMUM,
        reason=StopReason.BREACH,
        refused=None,
    )
    said = list_of(batch(met(BUDI), agreed(DecisionLevel.KEPALA_UPT), withdrawn), PEOPLE, PAPER)
    told = dict(rows(said, "off"))
    assert told["Budi Fiktif"] == "dikecualikan oleh sidang TPP"
    assert told["Citra Fiktif"] == "ditarik: pelanggaran"
    assert "Adi Fiktif" in dict(rows(said, "on"))
    assert len(said["on"]) + len(said["off"]) == len(LINES)


def test_with_the_sk_it_is_a_list_of_those_who_receive():
    said = list_of(batch(met(), ISSUED), PEOPLE, PAPER)
    assert (said["title"], said["on_heading"]) == ("Daftar Penerima Remisi", "Penerima")
    assert ["SK", "PAS-1423.PK.05.03 Tahun 2025, tanggal 8 Agustus 2025"] in said["facts"]


def award(case, **changes):
    line = next(line for line in batch().lines.values() if line.case == case)
    said = {
        "releases": line.releases,
        "expiry_after": date(2026, 7, 10),
        "reasons": ["Anda sudah menjalani 188 hari."],
    }
    return Award(line=line, who=PEOPLE[case], **said | changes)


def test_a_letter_tells_a_person_what_was_granted_by_which_sk_and_when_the_sentence_ends():
    said = letters_of(batch(met(), ISSUED), [award(BUDI)], PAPER)
    (letter,) = said["letters"]
    assert letter["by"] == "Nomor PAS-1423.PK.05.03 Tahun 2025, tanggal 8 Agustus 2025"
    assert ["Nama", "Budi Fiktif"] in letter["facts"]
    assert " ".join(letter["sentences"]) == (
        "Kepada Anda diberikan pengurangan masa pidana selama 60 hari (2 bulan), berlaku pada"
        " 17 Agustus 2025. Anda tetap menjalani sisa pidana. Bila tidak ada perubahan lain,"
        " pidana Anda berakhir pada 10 Juli 2026."
    )
    assert letter["reasons"] == ["Anda sudah menjalani 188 hari."]


def test_what_an_anak_binaan_is_given_is_no_remisi_but_pmp():
    line = replace(award(BUDI).line, drafted=candidate(BUDI, kind=RemisiKind.PMP))
    given = replace(award(BUDI), line=line)
    (letter,) = letters_of(batch(met(), ISSUED), [given], PAPER)["letters"]
    assert letter["title"] == "Petikan Keputusan Pemberian Pengurangan Masa Pidana"
    assert ["Jenis", "Pengurangan Masa Pidana I"] in letter["facts"]


def test_whom_it_releases_is_told_to_be_free_on_the_day():
    (letter,) = letters_of(batch(met(), ISSUED), [award(ADI)], PAPER)["letters"]
    assert letter["sentences"][-1] == (
        "Dengan pengurangan 45 hari ini pidana Anda selesai; Anda bebas pada 17 Agustus 2025."
    )


def test_without_an_sk_there_is_no_letter():
    with pytest.raises(LookupError):
        letters_of(batch(met()), [award(BUDI)], PAPER)


def test_what_is_said_can_be_set():
    standing = batch(met(), ISSUED)
    assert pdf(Template.LIST, list_of(standing, PEOPLE, PAPER)).startswith(b"%PDF-")
    letters = letters_of(standing, [award(BUDI), award(ADI, expiry_after=None)], PAPER)
    assert pdf(Template.AWARD, letters).startswith(b"%PDF-")
