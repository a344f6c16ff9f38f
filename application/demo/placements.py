"""Work: the employer's consent, the offer, the start, and whether it lasts month by month."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from application.demo.population import Person
from application.demo.steps import TOLD_UNTIL, Desk, Place, Script, fact
from domain.integration import (
    IntegrationGranted,
    IntegrationProposed,
    IntegrationStarted,
    Right,
)
from domain.job_placement import (
    EmployerConsented,
    EndReason,
    FollowUpMonth,
    IncomeBand,
    JobEnded,
    JobOffered,
    JobStarted,
    JobVerified,
    VerificationMethod,
    WorkKind,
    months_after,
)
from domain.kernel import Event

RULE_SET: Final = "Permenkumham 3/2018 jo. 7/2022"
METHODS: Final = tuple(VerificationMethod)


class Placement(NamedTuple):
    """One job to come: with whom (nobody for the self-employed), as what, and how it lasts.

    ``months`` are those verified; without ``stays`` the last of them finds the work over.
    """

    employer: str | None
    position: str
    months: tuple[FollowUpMonth, ...]
    stays: bool


def works(
    desk: Desk, agreement: str, programme: str | None, starts: date, placement: Placement
) -> Iterator[Event]:
    """Return a job from the consent to the last verification."""
    employer = placement.employer
    consented = starts - timedelta(days=14)
    key = f"kerja-{starts:%Y-%m}"
    if employer:
        yield EmployerConsented(
            effective=desk.on(consented), placement=key, employer=employer, agreement=agreement
        )
        yield JobOffered(
            effective=desk.on(consented + timedelta(days=4)),
            placement=key,
            position=placement.position,
            starts=starts,
        )
    yield JobStarted(
        effective=desk.on(starts),
        placement=key,
        kind=WorkKind.KARYAWAN if employer else WorkKind.USAHA_SENDIRI,
        employer=employer,
        agreement=agreement,
        programme=programme,
        income_band=IncomeBand.SETARA_UMK,
    )
    yield from _verified(desk, key, starts, placement)


def _verified(desk: Desk, key: str, starts: date, placement: Placement) -> Iterator[Event]:
    ended = None
    for turn, month in enumerate(placement.months):
        day = min(months_after(starts, month) + timedelta(days=turn), TOLD_UNTIL)
        still = placement.stays or month != placement.months[-1]
        ended = None if still else day
        yield JobVerified(
            effective=desk.on(day),
            placement=key,
            month=month,
            still_working=still,
            method=METHODS[turn % len(METHODS)],
            income_band=IncomeBand.SETARA_UMK if still else None,
        )
    if ended:
        reason = EndReason.MENGUNDURKAN_DIRI if placement.employer else EndReason.USAHA_TUTUP
        yield JobEnded(effective=desk.on(ended), placement=key, reason=reason)


def on_asimilasi(
    script: Script,
    place: Place,
    agreement: str,
    candidates: Sequence[tuple[Person, str]],
    start: tuple[date, Sequence[Placement]],
) -> None:
    """Place into work those who have served half of their sentence by a day, while held.

    ``candidates`` are people with the programme that they come from, ``start`` the day of
    asimilasi and the jobs that follow two weeks later.
    """
    desk, (day, jobs) = place.desk, start
    halfway = [(one, programme) for one, programme in candidates if _half_served(one) <= day]
    for (person, programme), job in zip(halfway, jobs, strict=False):
        work = works(desk, agreement, programme, day + timedelta(days=14), job)
        words = (
            f"{desk.unit}: kerja luar dalam asimilasi, {job.position}",
            f"{desk.unit}: work outside on asimilasi, {job.position}",
        )
        facts = [fact("case", person.case, event) for event in (*_asimilasi(desk, day), *work)]
        script.say(place, words, facts)


def _half_served(person: Person) -> date:
    return person.admitted_on + (person.expires_on - person.admitted_on) / 2


def _asimilasi(desk: Desk, day: date) -> Iterator[Event]:
    yield IntegrationProposed(
        effective=desk.on(day - timedelta(days=12)),
        proposal="asimilasi",
        right=Right.ASIMILASI,
        rule_set=RULE_SET,
    )
    decided = day - timedelta(days=4)
    yield IntegrationGranted(
        effective=desk.on(decided),
        proposal="asimilasi",
        sk_number=f"CONTOH/SK-ASIMILASI/{desk.unit}/{decided.year}",
        sk_date=decided,
        starts=day,
        until=None,
    )
    yield IntegrationStarted(effective=desk.on(day), proposal="asimilasi", bapas=None)
