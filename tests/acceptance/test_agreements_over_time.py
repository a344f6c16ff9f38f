"""What agencies hear over time: midnight, corrections, and a week that is read again."""

from datetime import datetime, time, timedelta

import pytest
from facts import MEDAN, event, open_case
from partner_story import (
    agreed,
    append,
    caught_up,
    changes,
    compacted,
    course_of,
    feed,
    moved,
    records,
    streaming,
    taught,
    told_of,
)

from domain.time import Zone

WIB = Zone.WIB.offset
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def test_an_agreement_that_expires_at_midnight_wib_ends_in_the_middle_of_a_stream(house):
    last = datetime.now(WIB).date() + DAY
    midnight = datetime.combine(last + DAY, time(), WIB)
    agreement = agreed(house.medan, until=last)
    cohort = course_of(house.medan, agreement)
    for name in ("Budi Fiktif", "Tono Contoh"):
        taught(house.medan, cohort, name)
    caught_up(house.services)
    with streaming(house.address, house.token, agreement) as stream:
        stream.wait_for(lambda told: len(compacted(told)) == 2)
        house.clock.instant = midnight - SECOND
        before = records(house.disnaker, agreement)
        assert compacted(feed(house.disnaker, agreement)) == before
        assert len(before) == 2

        house.clock.instant = midnight
        assert records(house.disnaker, agreement) == {}
        assert not [one for one in feed(house.disnaker, agreement) if "data" in one]
        for pseudonym in before:
            answer = house.disnaker.get(f"/v1/agreements/{agreement}/records/{pseudonym}")
            assert answer.status_code == 404
        told = stream.wait_for(lambda told: not compacted(told))
    gone = [one for one in told if one["type"] == "agreement.expired.withdrawn"]
    assert {one["subject"] for one in gone} == set(before)
    assert len(gone) == 2, "each once"
    assert {datetime.fromisoformat(one["time"]) for one in gone} == {midnight}

    house.clock.instant = midnight + 90 * DAY - SECOND
    taught(house.medan, cohort, "Sari Contoh")
    left = house.heard(agreement)
    assert changes(left) == changes(told), "nobody is told of any more, and nobody withdrawn twice"
    assert not [one for one in left if "data" in one]
    house.clock.instant = midnight + 90 * DAY
    for address in (f"feeds/{agreement}", f"agreements/{agreement}/records"):
        assert house.disnaker.get(f"/v1/{address}").status_code == 404


def test_a_correction_withdraws_one_person_and_adds_another_in_order(house):
    agreement = agreed(house.medan)
    cohort = course_of(house.medan, agreement)
    wrong, right = taught(house.medan, cohort, "Budi Fiktif"), open_case(house.medan, "Tono Contoh")
    (before,) = compacted(house.heard(agreement)).items()
    head = house.heard(agreement)[-1]["id"]
    moved(house.medan, house.supervisor, wrong, right)
    gone, come = house.heard(agreement, head)
    assert (gone["subject"], gone["type"].rpartition(".")[2]) == (before[0], "withdrawn")
    assert "data" not in gone
    assert come["type"].rpartition(".")[2] == "upsert"
    assert come["data"]["full_name"] == "Tono Contoh"
    assert come["data"]["programme"] == before[1]["programme"]
    assert come["subject"] != before[0]
    assert records(house.disnaker, agreement) == {come["subject"]: come["data"]}
    replayed = feed(house.disnaker, agreement)
    assert not [one for one in replayed if one["subject"] == before[0] and "data" in one]


@pytest.mark.long
def test_a_week_replayed_from_zero_is_the_live_one_but_for_the_data_of_who_is_gone(house):
    agreement = agreed(house.medan, participant_kinds=["tahanan", "mantan_warga_binaan"])
    cohort = course_of(house.medan, agreement)
    with streaming(house.address, house.token, agreement) as stream:
        for day in week(house, cohort, agreement):
            day()
            caught_up(house.services)
            house.clock.instant = house.clock() + DAY
        replayed = house.heard(agreement)
        live = stream.wait_for(lambda told: len(told) == len(replayed))
    assert [bare(one) for one in replayed] == [bare(one) for one in live]
    ids = [int(one["id"]) for one in replayed]
    assert ids == list(range(1, len(ids) + 1))
    for told, again in zip(live, replayed, strict=True):
        assert again.get("data") == (None if gone_after(told, live) else told.get("data"))
    blanked = [one for one in replayed if "data" not in one]
    assert len(blanked) > sum(one["type"].endswith(".withdrawn") for one in replayed)
    assert compacted(live) == compacted(replayed) == records(house.disnaker, agreement)
    names = {one["data"]["full_name"] for one in live if "data" in one}
    left = {one["data"]["full_name"] for one in replayed if "data" in one}
    assert names - left == {"Budi Fiktif", "Sari Contoh"}


def week(house, cohort, agreement):
    """Seven days: people come, go, come again, are mixed up and forgotten; and a day of rest."""
    cases = {}

    def come():
        for name in ("Budi Fiktif", "Tono Contoh", "Sari Contoh", "Dewi Contoh"):
            cases[name] = taught(house.medan, cohort, name)

    def leaves():
        append(house.medan, cases["Dewi Contoh"], [home("2026-01-05", "33.75")])

    def mixed_up():
        other = open_case(house.medan, "Wati Contoh")
        moved(house.medan, house.supervisor, cases["Budi Fiktif"], other)

    def freed():
        said = {"kind": "bebas_murni", "document": "SL/1"}
        append(house.medan, cases["Sari Contoh"], [event("custody.released", "2026-02-01", **said)])

    def forgotten():
        forget(house, cases["Sari Contoh"])

    def rests():
        told_of(
            house.medan, agreement, event("agreement.suspended", today(house), reason="Evaluasi")
        )

    def back():
        told_of(house.medan, agreement, event("agreement.resumed", today(house)))
        append(house.medan, cases["Dewi Contoh"], [home("2026-03-05", "12.71")])

    return (come, leaves, mixed_up, freed, forgotten, rests, back)


def today(house):
    return house.clock().astimezone(WIB).date().isoformat()


def home(day, region):
    return event("register.domicile_recorded", day, domicile=region)


def forget(house, case):
    person = house.medan.get(f"/v1/cases/{case}").json()["state"]["custody"]["person"]
    kanwil = house.caller("supervisor", MEDAN, level="kanwil")
    version = kanwil.get(f"/v1/persons/{person}").headers["etag"]
    said = {"basis": "requested", "decided_by": "kanwil-7", "decision": "W2/12", "document": None}
    answer = kanwil.post(
        f"/v1/persons/{person}/forgetting", json=said, headers={"If-Match": version}
    )
    assert answer.status_code == 201, answer.text


def bare(entry):
    """Return an entry without what describes its data."""
    return {key: entry[key] for key in ("id", "source", "type", "subject", "time")}


def gone_after(told, entries):
    """Say whether somebody was withdrawn, or put right, after an entry about them."""
    return any(
        one["subject"] == told["subject"]
        and int(one["id"]) > int(told["id"])
        and one["type"].endswith((".withdrawn", ".corrected"))
        for one in entries
    )
