"""The worked examples of the domain's page, and the published cases: request and answer.

Each is a request of the contract with what its answer must hold. The page is the one on remisi and
sentence dates (section 3.2 for G, section 4 for W); W21 is the detention clock's, W23 the
national report's. An answer matches where all that is named here is in it, and is so.
"""

from typing import Any, Final, NamedTuple

from api.calculation_forms import EXAMPLE


class Worked(NamedTuple):
    """One example: its id on the page, what is asked, and what must be answered."""

    id: str
    asks: dict[str, Any]
    gives: dict[str, Any]


def asked(**facts: Any) -> dict[str, Any]:
    """A narapidana of whom nothing speaks against remisi, and what is said of them besides."""
    since = facts.pop("since", None)
    detention = [{"from": since, "to": None, "form": "rutan"}] if since else []
    plain = {
        "kind": "narapidana",
        "religion": "islam",
        "detention": detention,
        "sentences": [{"years": 1, "months": 6, "days": 0}],
        "conduct_risk_declined": True,
    }
    return plain | facts


def span(years: int = 0, months: int = 0, days: int = 0) -> list[dict[str, int]]:
    return [{"years": years, "months": months, "days": days}]


def remisi(kind: str, on: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "on": on, **more}


def given(days: int, expiry: str, **more: Any) -> dict[str, Any]:
    return {"eligible": True, "days": days, "expiry_after": expiry, **more}


def unmet(*codes: str) -> dict[str, Any]:
    return {"eligible": False, "days": 0, "criteria": Unmet(codes)}


class Unmet(frozenset[str]):
    """Matches criteria of which exactly these are not met."""

    __slots__ = ()


def matches(found: Any, wanted: Any) -> bool:
    """Whether an answer holds what is wanted: of an object the keys named, all else exactly."""
    if isinstance(wanted, Unmet):
        return {one["code"] for one in found if not one["met"]} == wanted
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and matches(found[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(map(matches, found, wanted))
        )
    return found == wanted


RU_2025, RK_2025, RK_2026 = (
    remisi("umum", "2025-08-17"),
    remisi("khusus", "2025-03-31"),
    remisi("khusus", "2026-03-21"),
)
RD_2025: Final = remisi("dasawarsa", "2025-08-17")
PUBLISHED_STAGES: Final = [
    {"from": "2024-08-18", "report_every_months": 1},
    {"report_every_months": 2},
    {"from": "2030-05-03", "until": "2032-03-27", "report_every_months": 3},
]
OPEN_FROM: Final = {"possible": True, "from": "2025-11-27", "until": "2026-05-26", "reasons": []}
PEMUKA: Final = remisi("tambahan", "2025-08-17", ground="pemuka")
JASA: Final = remisi("tambahan", "2025-08-17", ground="jasa")
NOTHING: Final = {"possible": False, "from": None, "until": None}
LIFE: Final = "tidak berlaku: pidana seumur hidup tidak memiliki tanggal bebas"
SECOND_YEAR: Final = {
    "since": "2023-12-01",
    "sentences": span(years=4),
    "remissions": [{"kind": "umum", "on": "2024-08-17", "days": 30}],
}

WORKED: Final = (
    Worked(
        "contract",
        EXAMPLE,
        {
            "expiry_without_remission": "2026-08-09",
            "expiry": "2026-05-26",
            "release": "2026-05-26",
            "one_third": "2025-05-26",
            "one_half": "2025-08-24",
            "two_thirds": "2025-11-27",
            "remissions": [
                {
                    "kind": "khusus",
                    "on": "2025-03-31",
                    "days_served": 49,
                    "year_ordinal": None,
                    "releases": False,
                    "expiry_after": "2026-08-09",
                }
                | unmet("served_6_months", "verdict_final"),
                given(30, "2026-07-10", days_served=188, year_ordinal=1, releases=False),
                given(45, "2026-05-26", days_served=188, year_ordinal=None, releases=False),
            ],
            "integration": {"pb": OPEN_FROM, "cb": OPEN_FROM},
            "probation_end": "2027-05-26",
            "guidance_stages": [],
            "warnings": [],
        },
    ),
    Worked(
        "W1 (G1)",
        asked(
            religion="kristen",
            since="2017-05-09",
            sentences=span(years=2),
            propose=[
                remisi("umum", "2017-08-17"),
                remisi("khusus", "2017-12-25"),
                remisi("umum", "2018-08-17"),
                remisi("khusus", "2018-12-25"),
            ],
        ),
        {
            "remissions": [
                {"days_served": 100} | unmet("served_6_months"),
                given(15, "2019-04-24", days_served=230, year_ordinal=1),
                given(60, "2019-02-23", days_served=465, year_ordinal=1),
                given(30, "2019-01-24", days_served=595, year_ordinal=2),
            ],
            "expiry": "2019-01-24",
            "release": "2019-01-24",
        },
    ),
    Worked(
        "W3 (G4)",
        asked(since="2018-05-08", sentences=span(years=1), on="2018-12-01"),
        {
            "two_thirds": "2019-01-03",
            "expiry": "2019-05-08",
            "integration": {
                "cb": {"possible": True, "from": "2019-01-03", "until": "2019-05-08"},
                "pb": {"possible": False},
            },
        },
    ),
    Worked(
        "W4 (G5)",
        asked(since="2022-08-04"),
        {"two_thirds": "2023-08-04", "expiry": "2024-01-31", "release": "2024-01-31"},
    ),
    Worked(
        "W6",
        asked(since="2025-02-10", propose=[RK_2025, RU_2025, RD_2025, RK_2026]),
        {
            "expiry_without_remission": "2026-08-09",
            "remissions": [
                {"days_served": 49} | unmet("served_6_months"),
                given(30, "2026-07-10", days_served=188, year_ordinal=1),
                given(45, "2026-05-26"),
                given(30, "2026-04-26", days_served=404, year_ordinal=1),
            ],
            "release": "2026-04-26",
        },
    ),
    Worked(
        "W6 after 17 August 2025",
        asked(since="2025-02-10", propose=[RU_2025, RD_2025], on="2025-08-18"),
        {"two_thirds": "2025-11-27", "integration": {"cb": OPEN_FROM}},
    ),
    Worked(
        "W8",
        asked(since="2025-01-10", sentences=span(months=8), propose=[RU_2025]),
        {
            "expiry_without_remission": "2025-09-07",
            "remissions": [given(30, "2025-08-08", releases=True, lost_days=9)],
            "expiry": "2025-08-08",
            "release": "2025-08-17",
        },
    ),
    Worked(
        "W10",
        asked(
            since="2015-01-10",
            sentences=[{"life": True}],
            propose=[RK_2025, RU_2025, RD_2025],
        ),
        {
            "expiry": None,
            "release": None,
            "one_third": None,
            "two_thirds": None,
            "probation_end": None,
            "not_applicable": {"code": "sentence.life", "because": LIFE},
            "warnings": [{"code": "sentence.life", "because": LIFE}],
            "remissions": [{"eligible": False, "expiry_after": None}] * 3,
            "integration": {"pb": NOTHING, "cb": NOTHING, "cmb": NOTHING},
        },
    ),
    Worked(
        "W11",
        asked(since="2025-02-10", propose=[RU_2025], discipline=[{"on": "2025-06-01"}]),
        {
            "remissions": [{"expiry_after": "2026-08-09"} | unmet("no_discipline_6_months")],
            "release": "2026-08-09",
        },
    ),
    Worked(
        "W11, measure of 10 February",
        asked(since="2025-02-10", propose=[RU_2025], discipline=[{"on": "2025-02-10"}]),
        {"remissions": [given(30, "2026-07-10")]},
    ),
    Worked(
        "W14, kota",
        asked(
            detention=[
                {"from": "2025-01-01", "to": "2025-03-23", "form": "kota"},
                {"from": "2025-03-24", "to": None, "form": "rutan"},
            ]
        ),
        {"counts_from": "2025-03-08", "expiry": "2026-09-04"},
    ),
    Worked(
        "W14, rumah",
        asked(
            detention=[
                {"from": "2025-01-01", "to": "2025-03-01", "form": "rumah"},
                {"from": "2025-03-02", "to": None, "form": "rutan"},
            ]
        ),
        {"counts_from": "2025-02-10", "expiry": "2026-08-09"},
    ),
    Worked(
        "W16, pemuka",
        asked(**SECOND_YEAR, propose=[RU_2025, PEMUKA]),
        {
            "remissions": [
                {"eligible": True, "days": 90, "year_ordinal": 2},
                {"eligible": True, "days": 30, "ground": "pemuka"},
            ]
        },
    ),
    Worked(
        "W16, jasa",
        asked(**SECOND_YEAR, propose=[RU_2025, JASA]),
        {"remissions": [{"days": 90}, {"eligible": True, "days": 45, "ground": "jasa"}]},
    ),
    Worked(
        "W18, five months",
        asked(
            since="2023-12-10",
            sentences=span(years=3, months=5),
            remissions=[{"kind": "umum", "on": "2025-08-17", "days": 150}],
        ),
        {
            "expiry": "2026-12-10",
            "integration": {"cmb": {"possible": True, "from": "2026-07-13", "until": "2026-12-10"}},
        },
    ),
    Worked(
        "W18, six months",
        asked(
            since="2023-12-10",
            sentences=span(years=3, months=6),
            remissions=[{"kind": "umum", "on": "2025-08-17", "days": 180}],
        ),
        {
            "expiry": "2026-12-10",
            "integration": {"cmb": {"possible": True, "from": "2026-06-13", "until": "2026-12-10"}},
        },
    ),
    Worked(
        "W19, 13 months 15 days",
        asked(since="2025-02-10", sentences=span(months=13, days=15)),
        {"integration": {"pb": {"possible": True, "reasons": []}}},
    ),
    Worked(
        "W19, 13 months",
        asked(since="2025-02-10", sentences=span(months=13)),
        {"integration": {"pb": NOTHING | {"reasons": [{"code": "part_long_enough"}]}}},
    ),
    Worked(
        "published stages",
        asked(
            detention=[{"from": "2012-03-27", "to": "2024-08-17", "form": "rutan"}],
            sentences=span(years=20),
            remissions=[{"kind": "umum", "on": "2020-08-17", "days": 366}],
            rights=[{"right": "pb", "from": "2024-08-18", "to": None}],
        ),
        {"expiry": "2031-03-27", "guidance_stages": PUBLISHED_STAGES},
    ),
    Worked(
        "G7, no fit",
        asked(
            since="2019-01-28",
            sentences=span(years=1),
            remissions=[{"kind": "umum", "on": "2019-08-17", "days": 30}],
            claims=[{"about": "release", "on": "2019-12-30", "source": "berita 30-12-2019"}],
        ),
        {
            "release": "2019-12-29",
            "flags": [
                {
                    "code": "claim.differs",
                    "about": "release",
                    "claimed": "2019-12-30",
                    "computed": "2019-12-29",
                    "difference_days": 1,
                }
            ],
        },
    ),
    Worked(
        "G8, no fit",
        asked(
            since="2017-11-17",
            sentences=span(years=12, months=6),
            remissions=[{"kind": "umum", "on": "2024-08-17", "days": 855}],
            claims=[
                {"about": "probation_end", "on": "2029-04-01", "source": "siaran pers"},
                {"about": "probation_end", "on": "2029-04-29", "source": "keterangan resmi"},
                {"about": "two_thirds", "on": "2025-05-25", "source": "siaran pers"},
                {"about": "two_thirds", "on": "2025-05-29", "source": "keterangan resmi"},
            ],
        ),
        {
            "two_thirds": "2023-11-13",
            "probation_end": "2029-01-12",
            "flags": [
                {"code": "claim.differs", "difference_days": 79},
                {"code": "claim.differs", "difference_days": 107},
                {"code": "claim.differs", "computed": "2023-11-13"},
                {"code": "claim.differs", "computed": "2023-11-13"},
                {"code": "claims.contradict", "claimed": "2029-04-01", "other": "2029-04-29"},
                {"code": "claims.contradict", "claimed": "2025-05-25", "other": "2025-05-29"},
            ],
        },
    ),
    Worked(
        "the April 2019 of G1",
        asked(
            religion="kristen",
            since="2017-05-09",
            sentences=span(years=2),
            remissions=[
                {"kind": "khusus", "on": "2017-12-25", "days": 15},
                {"kind": "umum", "on": "2018-08-17", "days": 60},
            ],
            claims=[{"about": "release", "on": "2019-04-24", "source": "berita 17-08-2018"}],
        ),
        {
            "release": "2019-02-23",
            "flags": [{"code": "claim.differs", "computed": "2019-02-23", "difference_days": 60}],
        },
    ),
)
"""An official named April 2019 for G1 when the rule gave 23 February."""
