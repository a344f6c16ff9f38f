"""A dasawarsa for whoever serves what is in place of a fine is counted on that, by the list too."""

from batch_desk import MIDNIGHT, Clock, House, by_case, told
from convicts import assessed, judged
from facts import append, open_case


def test_a_dasawarsa_of_a_substitute_releases_nobody_before_the_substitute_is_over(service):
    """Six months since 10 January are over on 9 July; then a year in place of the fine."""
    house = House(service, Clock())
    case = open_case(house.wali, "Eka Fiktif", day="2025-01-10")
    verdict, *rest = judged(0, 6)
    nothing = {"years": 0, "months": 0, "days": 0, "fine": 0}
    verdict["data"]["sentence"] += [
        nothing | {"kind": "denda", "fine": 1_000_000_000},
        nothing | {"kind": "penjara_pengganti", "years": 1},
    ]
    report = assessed("2025-07", day="2025-07-31")
    assert append(house.wali, case, verdict, *rest, report).status_code == 201
    batch = house.drafted(kinds=["dasawarsa"])
    house.up_to_the_sk(batch)
    house.settle()
    for _ in ("before", "after"):
        line = by_case(house.read(batch, "/lines")["items"])[case, "dasawarsa"]
        assert (line["remission_days"], line["releases"]) == (30, False)
        house.follow(MIDNIGHT)
    assert told(house, case)[-1].event.releases is False
