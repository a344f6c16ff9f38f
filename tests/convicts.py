"""Convicts by HTTP: admitted, judged, executed, and assessed well, as remisi needs it."""

from facts import append, assessed, event, open_case


def convict(client, name="Budi Fiktif", *, since="2025-02-10", length=(1, 6), **more):
    """Open a case of somebody whose verdict is final and executed on 2 May 2025."""
    case = open_case(client, name, day=since, **more)
    answer = append(client, case, *judged(*length), assessed("2025-05", day="2025-06-02"))
    assert answer.status_code == 201, answer.json()
    return case


def judged(years, months, *, day="2025-05-02"):
    """The verdict of a district court, final and executed on one day."""
    part = {"kind": "penjara", "years": years, "months": months, "days": 0, "fine": 0}
    said = {
        "instance": "pn",
        "court": "PN Medan",
        "number": "12/Pid.B/2025/PN Mdn",
        "outcome": "dipidana",
        "sentence": [part],
        "offence": ["Pasal 362 KUHP"],
    }
    number = {"number": said["number"]}
    return (
        event("verdict.pronounced", day, **said),
        event("verdict.became_final", day, **number),
        event("verdict.executed", day, document="BA-8/12"),
    )


def punished(client, case, day, version):
    """Enter a breach of discipline in Register F."""
    said = {"measure": "M-1", "level": "berat", "offence": "perkelahian", "document": "RF/1"}
    return append(client, case, event("conduct.discipline_began", day, **said), version=version)


PROPOSED = {
    "proposal": "2025-umum",
    "kind": "umum",
    "award_day": "2025-08-17",
    "remission_days": 60,
    "rule_set": "keppres-174-1999",
}


def steps_to_award(*, releases=False):
    """A remisi umum from its proposal to its day."""
    key = {"proposal": PROPOSED["proposal"]}
    yield event("remisi.proposed", "2025-06-15", **PROPOSED)
    for day, level in enumerate(("tpp", "kepala_upt", "kanwil", "ditjenpas"), 20):
        said = {"level": level, "agreed": True, "note": None}
        yield event("remisi.decided", f"2025-06-{day}", **key, **said)
    sk = {"sk_number": "SK-1", "sk_date": "2025-08-11", "remission_days": 60}
    yield event("remisi.sk_issued", "2025-08-11", **key, **sk)
    yield event("remisi.applied", "2025-08-17", **key, releases=releases)
