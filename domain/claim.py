"""Claim: a date that an official document names, kept with its source beside what is reckoned.

An SK, a letter of release or a newspaper's quotation names a day: of release, of two thirds, of the
end of probation. Published ones contradict each other and the rule (V: two texts of one probation,
29 days apart). So a named date is a fact about its document and no fact about the sentence: it is
never reckoned with, and what is reckoned never takes its place. Where the two differ, both are
shown with how each was come by (`domain.law.claims`).
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, assert_never, get_args

from domain.fields import Line, Note, Ref
from domain.kernel import (
    Chapter,
    Event,
    Journey,
    Open,
    Personal,
    Refused,
    Specific,
    Value,
    ensure,
    replace,
)
from domain.law.claims import ClaimedDay
from domain.time import Effective


class ClaimRecorded(Event, stored_as="claim.recorded"):
    """A document names a date, by what was so on the day of effect: that of the document.

    ``document`` is its number or title, ``source`` who issued it; ``reckoning`` is how it comes to
    the date, in its own words, where it says so.
    """

    claim: Open[Ref]
    about: Open[ClaimedDay]
    claimed: Specific[date]
    document: Specific[Line]
    source: Open[Line]
    reckoning: Specific[Note | None]


class ClaimWithdrawn(Event, stored_as="claim.withdrawn"):
    """Whoever issued the document took the date back, or put another in its place."""

    claim: Open[Ref]
    reason: Personal[Note]


ClaimEvent = ClaimRecorded | ClaimWithdrawn


class OfficialClaim(Value):
    """A date that a document names, and since when it no longer does."""

    recorded: ClaimRecorded
    withdrawn: Effective | None


class Claims(Value):
    """What documents name, by the key of each claim."""

    claims: dict[str, OfficialClaim]


ORDER: Final = "Kaidah Jejak: urutan kejadian"


def decide(proposed: ClaimEvent, journey: Journey) -> Sequence[Event]:
    """Admit any date that a document names, under a key of its own, until it is withdrawn."""
    known = journey[CLAIM].claims.get(proposed.claim)
    match proposed:
        case ClaimRecorded():
            ensure(
                known is None,
                "claim.exists",
                article="Kaidah Jejak: satu kunci, satu pernyataan",
                because=(
                    f"kunci {proposed.claim} sudah dipakai untuk pernyataan lain",
                    f"the key {proposed.claim} names a claim already",
                ),
            )
        case ClaimWithdrawn():
            if known is None or known.withdrawn:
                raise Refused(
                    "claim.none_such",
                    article=ORDER,
                    because=(
                        f"tidak ada pernyataan {proposed.claim} yang masih berlaku",
                        f"no claim {proposed.claim} stands",
                    ),
                )
        case _:
            assert_never(proposed)
    return [proposed]


def evolve(claims: Claims, event: ClaimEvent) -> Claims:
    """Write down the claim, or that it stands no more."""
    known = claims.claims.get(event.claim)
    match event:
        case ClaimRecorded():
            told = OfficialClaim(recorded=event, withdrawn=None)
        case ClaimWithdrawn():
            if known is None:
                return claims
            told = replace(known, withdrawn=event.effective)
        case _:
            assert_never(event)
    return Claims(claims=claims.claims | {event.claim: told})


CLAIM: Final[Chapter[Claims, ClaimEvent]] = Chapter(
    name="claim",
    events=get_args(ClaimEvent),
    initial=Claims(claims={}),
    decide=decide,
    evolve=evolve,
)
