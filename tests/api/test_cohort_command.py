"""`jejak calculate --unit`: who differs when it is reckoned otherwise, from a shell."""

import json

import pytest
from correcting_desk import MEDAN, Desk
from databases import own_database
from mined_store import assessed, command_line, own_ledger, reads_kept, unit_named
from scenario import on

from domain.record import StreamId
from domain.verdict import (
    Instance,
    Outcome,
    SentenceKind,
    SentencePart,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
)

ASKED = ("calculate", "--unit", MEDAN, "--on", "2025-08-18", "--propose", "umum:2025-08-17")
STRICT = ("--policy", "six_months_strict=more_than")
YEAR = SentencePart(kind=SentenceKind.PENJARA, years=1, months=6, days=0, fine=0)


@pytest.fixture(scope="module")
def store(postgres, template):
    with own_database(postgres, template) as database:
        yield database


@pytest.fixture(scope="module")
def jejak(store, tmp_path_factory):
    with command_line(store, tmp_path_factory.mktemp("cohort")) as jejak:
        yield jejak


def judged(number):
    said = {"instance": Instance.PN, "court": "PN Medan", "offence": ("Pasal 362 KUHP",)}
    outcome = {"outcome": Outcome.DIPIDANA, "sentence": (YEAR,)}
    return (
        VerdictPronounced(effective=on("2025-05-02"), number=number, **said, **outcome),
        VerdictBecameFinal(effective=on("2025-05-02"), number=number),
        VerdictExecuted(effective=on("2025-05-02"), document="BA-8"),
    )


@pytest.fixture(scope="module")
def cases(store):
    """Two convicts: 188 days and 180 days served on 17 August 2025."""
    with own_ledger(store) as ledger:
        desk = Desk(ledger)
        desk.tell(StreamId(kind="registry", key=f"unit/{MEDAN}"), unit_named())
        long, edge = (desk.case(day=day) for day in ("2025-02-10", "2025-02-18"))
        for number, case in enumerate((long, edge), 1):
            desk.tell(case, *judged(f"{number}/Pid.B/2025"), assessed(82))
        return long.key, edge.key


def test_who_differs_is_told_with_the_condition_to_be_read_aloud(jejak, cases, store):
    told = jejak(*ASKED, *STRICT)
    long, edge = cases
    assert f"{MEDAN}, 2025-08-18: 2 perkara, 1 berbeda, 0 tidak dapat dihitung" in told
    assert edge in told
    assert long not in told
    assert "remisi/umum/2025-08-17/eligible: true -> false" in told
    assert "Anda sudah menjalani 180 hari" in told
    read = reads_kept(store)[-1]
    assert (read["route"], read["subjects"]) == ("jejak calculate --unit", [f"case:{edge}"])
    assert "You have served 180 days" in jejak(*ASKED, *STRICT, "--lang", "en")


def test_a_program_reads_what_the_api_answers(jejak, cases, tmp_path):
    patch = tmp_path / "perubahan.json"
    patch.write_text(json.dumps({"conduct_risk_declined": False}))
    said = json.loads(jejak(*ASKED, "--change", str(patch), "--json"))
    assert {item["case_id"] for item in said["items"]} == set(cases)
    assert said["answers"]["remisi/umum/2025-08-17/eligible"] == 2


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (ASKED, 2),
        ((*ASKED, "--policy", "rounding=up"), 2),
        ((*ASKED, *STRICT, "fakta.json"), 2),
        (("calculate", "fakta.json", "--on", "2025-08-18"), 2),
        ((*ASKED[:5], "--propose", "umum", *STRICT), 2),
        ((*ASKED[:5], "--propose", "umum:kemarin", *STRICT), 2),
        (("calculate", "--unit", "RUTAN-LAIN", *STRICT), 1),
        ((*ASKED, *STRICT, "--known-at", "2199-01-01T00:00:00+07:00"), 1),
    ],
)
def test_what_cannot_be_asked_ends_with_its_status(jejak, cases, words, status):
    jejak(*words, status=status)
