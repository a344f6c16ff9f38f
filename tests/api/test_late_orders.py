"""Facts told late come right by their own time, and what was known before shows the gap."""

from facts import append, event, open_case
from reading import EXTENDED, ORDERED, items, population, told
from told_corrections import Hands


def test_a_late_fact_comes_right_by_its_own_time_and_was_not_known_before(service, medan):
    here, away = open_case(medan, "Andi Fiktif"), open_case(medan, "Budi Fiktif")
    before = told(service)
    freed = event("custody.released", "2025-06-01", kind="bebas_demi_hukum", document="BA/1")
    assert append(medan, away, freed).status_code == 201
    told(service)
    noon = "2025-06-01T12:00:00+07:00"
    held = {
        (at, known): population(medan, valid_at=at, **({"known_at": known} if known else {}))[
            "total", None
        ]
        for at in ("2025-02-09", "2025-02-10", "2025-05-31", "2025-06-01", noon)
        for known in (None, before)
    }
    assert held == {
        ("2025-02-09", None): 0,
        ("2025-02-09", before): 0,
        ("2025-02-10", None): 2,
        ("2025-02-10", before): 2,
        ("2025-05-31", None): 2,
        ("2025-05-31", before): 2,
        ("2025-06-01", None): 1,
        ("2025-06-01", before): 2,
        (noon, None): 1,
        (noon, before): 2,
    }
    bands = population(medan, valid_at="2025-02-10")
    assert bands["age_band", "20-40"] == 2, "counted on the day that is asked for"
    (there,) = items(medan, "case_summary", valid_at="2025-06-01", presence="present")
    assert there["case"] == here


def test_a_gap_in_detention_that_an_order_closes_late_was_there_as_it_was_known(service, medan):
    case = open_case(medan)
    append(medan, case, event("detention.ordered", "2025-02-10", **ORDERED))
    once = told(service)
    later = EXTENDED | {"starts": "2025-03-05", "order_date": "2025-03-04"}
    append(medan, case, event("detention.extended", "2025-03-05", **later), version=2)
    gap = told(service)
    (line,) = items(medan, "detention", known_at=gap)
    assert (line["since"], line["until"], line["gap_days"]) == ("2025-03-05", "2025-04-10", 3)

    page = Hands(service.services).fact(case, "detention.extended")
    Hands(service.services).void(page)
    said = event("detention.extended", "2025-03-02", **EXTENDED)
    assert append(medan, case, said, version=5).status_code == 201
    told(service)
    (line,) = items(medan, "detention")
    assert (line["since"], line["until"], line["days"]) == ("2025-03-02", "2025-04-10", 40)
    assert (line["gap_days"], line["form"], line["status"]) == (0, "rutan", "running")
    assert line["order_number"] == "T-45/2025"
    for valid_at, known_at, until, gap_days in (
        ("2025-03-01", gap, "2025-03-01", 0),
        ("2025-03-04", gap, "2025-03-01", 0),
        ("2025-03-05", gap, "2025-04-10", 3),
        ("2025-03-05", once, "2025-03-01", 0),
        ("2025-03-02", None, "2025-04-10", 0),
    ):
        asked = {"valid_at": valid_at} | ({"known_at": known_at} if known_at else {})
        (line,) = items(medan, "detention", **asked)
        assert (line["until"], line["gap_days"]) == (until, gap_days), asked
