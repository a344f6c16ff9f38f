"""What cannot be, and what just can: of a request of the contract, what is told otherwise in it.

The person is held since 10 February 2025, for a year and a half. Beside each stands what is wrong:
its place in the request, and the code.
"""

from law.worked_examples import remisi, span

HELD = {"from": "2025-02-10", "to": None, "form": "rutan"}
SUSULAN = {
    "kind": "susulan",
    "on": "2025-11-01",
    "days": 30,
    "missed": {"kind": "umum", "on": "2025-08-17"},
}
IMPOSSIBLE = [
    (
        {"detention": [{"from": "2025-02-10", "to": "2025-02-09", "form": "rutan"}]},
        {("/detention/0/to", "detention.ends_before_it_begins")},
    ),
    (
        {"detention": [HELD, HELD | {"from": "2025-03-01"}]},
        {("/detention/1/to", "detention.two_go_on")},
    ),
    (
        {"detention": [HELD | {"to": "2025-03-01"}, HELD | {"from": "2025-03-01"}]},
        {("/detention/1/from", "detention.overlaps")},
    ),
    (
        {"detention": [HELD, {"from": "2025-03-01", "to": "2025-04-01", "form": "rumah"}]},
        {("/detention/1/from", "detention.overlaps")},
    ),
    ({"detention": [HELD | {"from": "1944-12-31"}]}, {("/detention/0/from", "day.far_out")}),
    ({"sentences": span()}, {("/sentences/0", "sentence.zero")}),
    (
        {"sentences": []} | {"sentences": span(months=-1, days=45)},
        {("/sentences/0/months", "sentence.negative")},
    ),
    (
        {
            "sentences": span(years=-1, months=6),
            "remissions": [{"kind": "umum", "on": "2025-08-17", "days": 30}],
        },
        {("/sentences/0/years", "sentence.negative")},
    ),
    ({"sentences": span(years=80) + span(years=21)}, {("/sentences", "sentence.too_long")}),
    (
        {"sentences": [{"years": 1, "life": True}]},
        {("/sentences/0", "sentence.life_with_length")},
    ),
    ({"substitute": {"months": 0}}, {("/substitute", "substitute.zero")}),
    ({"substitute": {"months": 4, "days": -1}}, {("/substitute/days", "sentence.negative")}),
    (
        {"remissions": [{"kind": "umum", "on": "2024-08-17", "days": 0}]},
        {
            ("/remissions/0/days", "remission.no_days"),
            ("/remissions/0/on", "remission.before_detention"),
        },
    ),
    (
        {"remissions": [{"kind": "umum", "on": "2025-08-17", "days": days} for days in (30, 60)]},
        {("/remissions/1", "remission.twice")},
    ),
    (
        {"remissions": [SUSULAN | {"kind": "umum", "ground": "jasa"}]},
        {
            ("/remissions/0/missed", "remission.missed_unfitting"),
            ("/remissions/0/ground", "remission.ground_unfitting"),
        },
    ),
    (
        {"remissions": [{"kind": "umum", "on": "2025-08-17", "days": 541}]},
        {("/remissions", "remission.more_than_sentence")},
    ),
    (
        {"remissions": [{"kind": "umum", "on": "2026-08-17", "days": 30}]},
        {("/remissions/0/on", "remission.after_release")},
    ),
    ({"discipline": [{"on": "2025-02-09"}]}, {("/discipline/0/on", "discipline.before_detention")}),
    ({"birth_date": "2025-02-10"}, {("/birth_date", "birth.after_detention")}),
    (
        {"rights": [{"right": "pb", "from": "2026-02-02", "to": "2026-02-01"}]},
        {("/rights/0/to", "right.ends_before_it_begins")},
    ),
    (
        {"propose": [remisi("umum", "2024-08-17")]},
        {("/propose/0/on", "proposal.before_detention")},
    ),
    (
        {"propose": [remisi("umum", "2025-08-17")] * 2},
        {("/propose/1", "proposal.twice")},
    ),
    (
        {
            "remissions": [{"kind": "umum", "on": "2025-08-17", "days": 30}],
            "propose": [remisi("umum", "2025-08-17")],
        },
        {("/propose/0", "proposal.twice")},
    ),
    (
        {
            "detention": [
                {"from": "2025-02-10", "to": "2025-06-01", "form": "rutan"},
                {"from": "2025-06-02", "to": "2025-06-03", "form": "rumah"},
                {"from": "2025-05-01", "to": "2025-05-02", "form": "kota"},
                {"from": "2025-06-01", "to": None, "form": "rutan"},
            ]
        },
        {("/detention/2/from", "detention.overlaps"), ("/detention/3/from", "detention.overlaps")}
        | {("/detention/1/from", "detention.overlaps")},
    ),
    (
        {"propose": [remisi("tambahan", "2025-08-17")]},
        {("/propose/0/ground", "proposal.ground_missing")},
    ),
    (
        {"propose": [remisi("umum", "2025-08-17", ground="pemuka")]},
        {("/propose/0/ground", "proposal.ground_unfitting")},
    ),
    (
        {"propose": [remisi("susulan", "2025-08-17")]},
        {("/propose/0/missed", "proposal.missed_missing")},
    ),
    (
        {"propose": [remisi("susulan", "2025-08-17", missed=remisi("umum", "2025-08-18"))]},
        {("/propose/0/missed/on", "proposal.missed_later")},
    ),
]

POSSIBLE = [
    {"remissions": [{"kind": "umum", "on": "2026-08-09", "days": 30}]},
    {"remissions": [{"kind": "umum", "on": "2025-08-17", "days": 540}]},
    {"sentences": span(years=100)},
    {"propose": [remisi("susulan", "2025-08-17", missed=remisi("umum", "2025-08-17"))]},
    {"propose": [remisi("tambahan", "2025-08-17", ground=ground) for ground in ("pemuka", "jasa")]},
    {"discipline": [{"on": "2025-02-10", "until": "2025-02-10"}]},
    {"birth_date": "2025-02-09"},
]
