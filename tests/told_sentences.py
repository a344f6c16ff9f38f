"""Sentences, remisi and official dates as a caseworker tells them of a case that was taken over."""

from facts import MEDAN, append, event, new_case


def remisi(kind, day, days):
    return event(
        "earlier_remisi.granted", day, kind=kind, remission_days=days, sk_number="PAS-1.PK"
    )


def pronounced(day, number="1/Pid.B/2017/PN Mdn", **length):
    part = {"kind": "penjara", "years": 0, "months": 0, "days": 0, "fine": 0} | length
    return event(
        "verdict.pronounced",
        day,
        instance="pn",
        court="PN Medan",
        number=number,
        outcome="dipidana",
        sentence=[part],
        offence=["KUHP 362"],
    )


def claim(key, day, about, claimed, **said):
    data = {"document": f"SK-{key}", "source": "Kepala unit", "reckoning": None} | said
    return event("claim.recorded", day, claim=key, about=about, claimed=claimed, **data)


def taken_over(client, since, day, *events):
    """Open a case that was another house's until a day, with what was before it."""
    body = new_case()
    body["admission"] = {
        "type": "custody.taken_over",
        "effective": day,
        "data": {
            "unit": MEDAN,
            "full_name": "Budi Fiktif",
            "sex": "male",
            "birth_date": "1990-03-12",
            "religion": "kristen",
            "domicile": None,
            "legal_status": "narapidana",
            "admitted_on": since,
            "source": "SDP",
            "source_date": day,
        },
    }
    answer = client.post("/v1/cases", json=body)
    assert answer.status_code == 201, answer.json()
    case = answer.json()["case_id"]
    assert append(client, case, *events).status_code == 201
    return case


G1 = (
    pronounced("2017-07-20", years=2),
    remisi("khusus", "2017-12-25", 15),
    remisi("umum", "2018-08-17", 60),
    remisi("khusus", "2018-12-25", 30),
)
