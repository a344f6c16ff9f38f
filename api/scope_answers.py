"""What an agreement was compiled to for one of its parties, and in words why nothing is shared."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python

from api.answers import FORBID
from application.feeds import Fresh
from application.sharing import Sharing
from domain.kernel import Json, Words
from domain.sharing.scope import Because, Scope, Standing

WHY: Final[Mapping[Because, Words]] = {
    Because.RUNNING: ("berjalan", "it runs"),
    Because.RESUMED: ("berjalan lagi setelah ditangguhkan", "it runs again after a suspension"),
    Because.NOT_A_PARTY: (
        "instansi ini bukan pihak kerja sama ini",
        "the agency is no party to this agreement",
    ),
    Because.NOTHING_NAMED: (
        "kerja sama tidak menyebut semua yang perlu disebut: lihat missing",
        "the agreement does not name all that it has to name: see missing",
    ),
    Because.NOT_SIGNED: ("belum ditandatangani", "it is not signed"),
    Because.NOT_STARTED: (
        "sudah ditandatangani, belum dijalankan",
        "it is signed and was not started",
    ),
    Because.NOT_YET_VALID: ("masa berlakunya belum mulai", "it is not valid yet"),
    Because.SUSPENDED: ("sedang ditangguhkan", "it is suspended"),
    Because.ENDED: ("sudah diakhiri", "it was ended"),
    Because.EXPIRED: ("masa berlakunya sudah lewat", "its time of validity is over"),
}
MISSING: Final[Mapping[str, Words]] = {
    "kind": (
        "registri tidak menyebut instansi ini sejenis instansi yang boleh menerima data",
        "the registry names the agency as of no kind that may be told anything",
    ),
    "units": ("tidak ada unit yang disebut", "no unit is named"),
    "regions": ("tidak ada wilayah domisili yang disebut", "no region of domicile is named"),
    "participant_kinds": (
        "tidak ada jenis peserta yang disebut",
        "no kind of participant is named",
    ),
    "programme_kinds": ("tidak ada jenis program yang disebut", "no kind of programme is named"),
    "fields": (
        "tidak ada bidang yang disebut yang boleh dilihat jenis instansi ini",
        "no field is named that this kind of agency may see",
    ),
}
NAMED: Final = (
    "agreement",
    "agency",
    "kind",
    "record",
    "title",
    "number",
    "purpose",
    "legal_basis",
    "units",
    "regions",
    "programme_kinds",
    "participant_kinds",
    "fields",
    "valid_from",
    "valid_until",
)


class InWords(BaseModel):
    """The same in both languages."""

    model_config = FORBID

    id: str
    en: str


class StandingAnswer(BaseModel):
    """Whether something is shared, since when, and why."""

    model_config = FORBID

    shares: bool
    since: datetime | None
    because: Because
    words: InWords
    tail_until: datetime | None = Field(
        description="Until when at least the feed tells who was withdrawn, if nothing is shared."
    )


class MissingAnswer(BaseModel):
    """A part of the agreement that is empty: it means nothing shared, and never everything."""

    model_config = FORBID

    part: str
    words: InWords


class PartyAnswer(BaseModel):
    """An agreement as one of its parties finds it, and how it stands."""

    model_config = FORBID

    agreement: str
    agency: str
    title: str | None
    number: str | None
    purpose: str | None
    legal_basis: str | None
    valid_from: str | None
    valid_until: str | None
    standing: StandingAnswer


class ScopeAnswer(PartyAnswer):
    """What one party of an agreement may see. ``fields`` are the only ones that are ever built.

    ``open_units`` are those whose people are shared at this moment: an agreement over two time
    zones begins and ends in each at its own midnight.
    """

    kind: str | None
    record: str | None = Field(description="What a record is; `/v1/schemas/{record}.json`.")
    units: list[str]
    regions: list[str]
    programme_kinds: list[str]
    participant_kinds: list[str]
    fields: list[str]
    missing: list[MissingAnswer]
    open_units: list[str]


def scope_answer(sharing: Sharing, scope: Scope) -> Json:
    """Return a scope, and how it stands at this moment."""
    return {
        **_named(scope, NAMED),
        "standing": standing_answer(sharing.standing(scope)),
        "missing": [{"part": part, "words": words(MISSING[part])} for part in _missing(scope)],
        "open_units": sorted(sharing.open_units(scope)),
    }


def party_answer(sharing: Sharing, scope: Scope) -> Json:
    """Return an agreement as a party finds it in a list."""
    named = tuple(name for name in NAMED if name in PartyAnswer.model_fields)
    return {**_named(scope, named), "standing": standing_answer(sharing.standing(scope))}


def standing_answer(standing: Standing) -> Json:
    """Return whether something is shared, since when, and why."""
    tail = standing.since and standing.tail_ends(None)
    return {
        "shares": standing.shares,
        "since": standing.since and standing.since.isoformat(),
        "because": standing.because.value,
        "words": words(WHY[standing.because]),
        "tail_until": tail and tail.isoformat(),
    }


def freshness(fresh: Fresh) -> Json:
    """Return up to where an answer is true, since when, and how old what it has not seen is."""
    return {
        "position": fresh.position,
        "as_of": fresh.as_of and fresh.as_of.isoformat(),
        "lag_seconds": fresh.lag_seconds,
    }


def words(said: Words) -> Json:
    """Return words in both languages."""
    return {"id": said[0], "en": said[1]}


def _missing(scope: Scope) -> tuple[str, ...]:
    return scope.missing if scope.record else ("kind", *scope.missing)


def _named(scope: Scope, names: tuple[str, ...]) -> Json:
    said: dict[str, Any] = {name: getattr(scope, name) for name in names}
    found: Json = to_jsonable_python(said)
    return found
