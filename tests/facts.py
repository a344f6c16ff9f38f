"""Bodies that a caseworker would send."""

from itertools import count

MEDAN = "RUTAN-MEDAN"
NIKS = count(1271011203900001)


def person(name="Budi Fiktif", **changes):
    said = {
        "full_name": name,
        "sex": "male",
        "birth_date": "1990-03-12",
        "birth_place": "Medan",
        "nationality": "ID",
        "nik": None,
        "nik_verification": "missing",
    }
    return said | changes


def admission(unit=MEDAN, day="2025-02-10", **changes):
    data = {
        "unit": unit,
        "reason": "penahanan",
        "full_name": "Budi Fiktif",
        "sex": "male",
        "birth_date": "1990-03-12",
        "religion": "islam",
        "domicile": "12.71",
    }
    return {
        "type": "custody.admitted",
        "effective": day,
        "data": data | changes,
        "evidence": [{"number": "SP.Han/12", "date": day, "sha256": None}],
        "reason": None,
    }


def new_case(name="Budi Fiktif", *, unit=MEDAN, is_new=True, events=(), **changes):
    return {
        "person": {"register": person(name), "is_new": is_new},
        "admission": admission(unit, full_name=name, **changes),
        "events": list(events),
    }


def event(named, day="2025-08-01", **data):
    return {"type": named, "effective": day, "data": data}


def assessed(month="2025-07", score=82, day="2025-08-01"):
    return event(
        "conduct.assessed",
        day,
        month=month,
        score=score,
        predicate="baik",
        risk_declined=True,
    )


def open_case(client, *args, **changes):
    answer = client.post("/v1/cases", json=new_case(*args, **changes))
    assert answer.status_code == 201, answer.json()
    return answer.json()["case_id"]


def append(client, case, *events, version=1, **headers):
    return client.post(
        f"/v1/cases/{case}/events",
        json={"events": list(events)},
        headers={"If-Match": f'"{version}"', **headers},
    )


def programme(**changes):
    data = {
        "kind": "pelatihan_keterampilan",
        "title": "Barbershop",
        "unit": MEDAN,
        "provider": "Dinas Ketenagakerjaan Kota Medan",
        "provider_kind": "dinas",
        "certified": True,
        "scheme": "SKKNI 1",
        "capacity": 1,
        "agreement": None,
        "starts": "2025-11-11",
        "ends": None,
        "eligible_domiciles": ["12.71"],
        "asset": None,
    }
    return event("programme.opened", "2025-11-01", **data | changes)


def agreement(**changes):
    data = {
        "title": "PKS Medan",
        "instrument": "pks",
        "parties": [MEDAN, "DISNAKER-12.71"],
        "purpose": "pelatihan bersertifikat",
        "legal_basis": "UU 22/2022",
        "units": [MEDAN],
        "regions": ["12.71"],
        "programme_kinds": ["pelatihan_keterampilan"],
        "participant_kinds": ["narapidana"],
        "allowed_fields": ["certificate"],
        "valid_from": None,
        "valid_until": None,
    }
    return event("agreement.proposed", "2025-10-01", **data | changes)


def referral(**changes):
    data = {
        "unit": MEDAN,
        "full_name": "Remaja Fiktif",
        "birth_date": "2010-05-05",
        "region": "33.75",
        "referred_by": "POLRES-PEKALONGAN",
        "agreement": None,
        "concern": "sering tidak masuk sekolah",
        "respond_by": None,
    }
    return event("referral.received", "2025-07-20", **data | changes)


def asking(*events, kind="void", **more):
    """What is wrong with some events."""
    said = {
        "kind": kind,
        "events": list(events),
        "reason_code": "typing_error",
        "explanation": "nilai terbalik",
    }
    return said | more


def ask(client, address, body, version=2, **headers):
    """Ask for a correction of events of a stream."""
    headers = {"If-Match": f'"{version}"', **headers}
    return client.post(f"{address}/corrections", json=body, headers=headers)


def decide(client, correction, version, *, approve=True, because=None, **headers):
    """Approve a correction, or decline it because of something."""
    body = {"approve": approve, "because": because} if because else {"approve": approve}
    headers = {"If-Match": f'"{version}"', **headers}
    return client.post(f"/v1/corrections/{correction}/approval", json=body, headers=headers)
