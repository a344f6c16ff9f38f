"""What cases tell the law, read one by one and by the thousand, as known at any time."""

from dataclasses import replace
from datetime import date

from correcting_desk import MEDAN, Desk, admitted, new_id, now, registered
from scenario import on

from application.case_facts import CaseFacts
from application.journeys import NOW, Moment
from domain.custody import Escaped, Recaptured
from domain.law.case_facts import facts_of
from domain.record import StreamId
from domain.register import RegisterEntered, RegisterKind
from infrastructure import many_streams


def case_facts(ledger):
    return CaseFacts(ledger=ledger, read_models=None)


def escaped(day):
    return Escaped(effective=on(day))


def test_many_cases_are_told_in_the_order_in_which_they_are_named(ledger, monkeypatch):
    monkeypatch.setattr(many_streams, "TOGETHER", 2)
    desk = Desk(ledger)
    cases = [desk.case(f"Fiktif {number}") for number in range(3)]
    desk.tell(cases[1], escaped("2024-02-01"))
    wanted = [cases[2].key, new_id(), cases[0].key, cases[1].key]
    found = list(case_facts(ledger).many(wanted, NOW))
    assert [one.case for one in found] == wanted
    assert found[1].facts == facts_of(found[1].journey)
    assert found[1].facts.detention == ()
    for one, stream in zip(
        (found[0], found[2], found[3]), (cases[2], cases[0], cases[1]), strict=True
    ):
        assert one.facts == facts_of(desk.history(stream).journey)


def test_a_foreigner_is_one_by_the_record_of_the_person(ledger):
    desk, person, case = Desk(ledger), new_id(), StreamId(kind="case", key=new_id())
    foreigner = replace(registered("John Fictitious"), nationality="NL")
    desk.tell(StreamId(kind="person", key=person), foreigner)
    desk.tell(case, admitted(person))
    assert case_facts(ledger).at(case.key, NOW).facts.nationality == "NL"


def test_what_the_law_is_not_told_by_is_not_read(ledger):
    desk = Desk(ledger)
    case = desk.case()
    number = RegisterEntered(
        effective=on("2024-01-11"),
        kind=RegisterKind.A_I,
        text="A.I. 1/2024",
        number=1,
        year=2024,
        unit=MEDAN,
    )
    desk.tell(case, number)
    assert len(case_facts(ledger).at(case.key, NOW).pages) == 1


def test_a_correction_changes_the_facts_and_not_what_they_were_known_to_be(ledger):
    desk = Desk(ledger)
    case = desk.case()
    (wrong, _) = desk.tell(
        case, escaped("2024-02-01"), Recaptured(effective=on("2024-03-01"), unit=MEDAN)
    )
    before = now()
    desk.correct(case, wrong, escaped("2024-02-20"))
    read = case_facts(ledger)
    assert read.at(case.key, NOW).facts.detention[0].to == date(2024, 2, 19)
    then = read.at(case.key, Moment(valid_at=None, known_at=before))
    assert then.facts.detention[0].to == date(2024, 1, 31)
    early = read.at(case.key, Moment(valid_at=date(2024, 2, 1), known_at=None))
    assert early.facts.detention[0].to is None
