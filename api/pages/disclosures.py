"""Who has seen my data: each answer that showed somebody, to whom, what for and by which way.

For auditors and compliance, over the same question as ``/v1/reads``. Looking is itself recorded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.pages.homes import READS
from api.pages.labels import of_field, of_value
from api.pages.names import Names, named_in
from api.pages.partner_words import FIELDS
from api.pages.rendering import language_asked, page
from api.pages.tongue import Tongue, sentence
from api.pages.visits import PageRoute, overseer
from api.readings import WithReading
from api.routes.reads import Filters, reads_seen_by
from api.tokens import Caller, Role
from application.access import Kept, Purpose
from domain.kernel import Words
from domain.time import Zone

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)

PATH: Final = READS
LINES: Final = 50
CODE: Final = r"^[A-Za-z0-9._:/-]*$"
SHARED: Final = {field.value: words for field, words in FIELDS.items()}
"""The fields of a partner's record; others are fields of facts and of read models."""
WAYS: Final[tuple[tuple[str, Words], ...]] = (
    ("/v1/feeds/{agreement_id}/stream", ("umpan data, langsung", "feed, as it comes")),
    ("/v1/feeds/{agreement_id}", ("umpan data", "feed")),
    ("webhook", ("webhook: dikirim ke instansi", "webhook: sent to the agency")),
    ("/v1/agreements/{agreement_id}/records", ("daftar di bawah kerja sama", "list of a partner")),
    ("/hasil-mitra", ("halaman hasil dari mitra", "page of partners' results")),
    ("/mitra", ("halaman mitra", "partner's page")),
    ("/v1/reads", ("catatan pembacaan", "record of reads")),
    (PATH, ("catatan pembacaan", "record of reads")),
    ("/v1/cases", ("data perkara", "data of cases")),
    ("/perkara", ("halaman perkara", "page of cases")),
    ("/penahanan", ("halaman penahanan", "page of detention")),
    ("/bebas", ("halaman yang akan bebas", "page of releases")),
    ("/remisi", ("halaman daftar remisi", "page of remisi lists")),
    ("/integrasi", ("halaman integrasi", "page of integration")),
    ("/laporan", ("halaman laporan", "page of reports")),
    ("/koreksi", ("halaman koreksi", "page of corrections")),
    ("/perubahan", ("halaman perubahan", "page of changes")),
    ("/v1/read-models", ("daftar lewat API", "list by the API")),
    ("/v1/remisi-batches", ("daftar remisi lewat API", "remisi lists by the API")),
    ("jejak ", ("perintah di mesin ini", "command on this machine")),
)
"""What ways are called, by how their addresses begin; the first that fits."""
PURPOSES: Final[Mapping[Purpose, Words]] = {
    Purpose.PEMBINAAN: ("pembinaan", "pembinaan (guidance)"),
    Purpose.PENGAWASAN: ("pengawasan", "oversight"),
    Purpose.AUDIT: ("audit", "audit"),
    Purpose.KERJA_SAMA: ("kerja sama", "agreement"),
    Purpose.PERMINTAAN_SUBJEK: ("permintaan subjek data", "request of the person"),
    Purpose.PENANGANAN_INSIDEN: ("penanganan insiden", "handling of an incident"),
    Purpose.OPERASI: ("operasi", "operation"),
}


class Asked(BaseModel):
    """The form above the list; empty is everybody within reach."""

    subject: str = Field("", max_length=200, pattern=CODE)
    agency: str = Field("", max_length=64, pattern=CODE)
    agreement: str = Field("", max_length=64, pattern=CODE)
    before: str = Field("", max_length=18, pattern=r"^[0-9]*$")


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer that showed somebody."""

    number: int
    at: str
    at_iso: str
    actor: str
    role: str
    where: str
    purpose: str
    agreement: str | None
    way: str
    route: str
    fields: tuple[str, ...]
    whom: int


@router.get(PATH)
def disclosures(
    request: Request,
    caller: Annotated[Caller, Depends(overseer)],
    reading: WithReading,
    asked: Annotated[Asked, Query()],
) -> Response:
    """Show who has seen whose data, the newest first."""
    said = asked.model_dump(exclude={"before"})
    reads = reads_seen_by(
        caller,
        reading,
        Filters(**{name: value or None for name, value in said.items()}, actor=None, since=None),
    )
    found = reads.page(int(asked.before) if asked.before else None, LINES + 1)
    kept = found[:LINES]
    reads.record(len(kept))
    names = named_in(reading.services, caller.access, kept)
    tongue = Tongue(language_asked(request))
    earlier = said | {"before": str(kept[-1].number)} if len(found) > LINES else None
    content: dict[str, Any] = {
        "said": said,
        "rows": [_shown(one, reads.row(one)["subjects"], names, tongue) for one in kept],
        "narrowed": any(said.values()),
        "earlier": _address(earlier) if earlier else None,
        "first": _address(said) if asked.before else None,
    }
    return page(request, "disclosures.html", caller, content)


def _shown(kept: Kept, subjects: list[str], names: Names, tongue: Tongue) -> Shown:
    actor = kept.actor
    return Shown(
        number=kept.number,
        at=tongue.stamp(kept.recorded_at, Zone.WIB),
        at_iso=kept.recorded_at.isoformat(),
        actor=actor.id,
        role=_role(actor.role, tongue),
        where=names.of(actor.agency or actor.unit),
        purpose=tongue.words(PURPOSES[kept.purpose]),
        agreement=names.of(kept.agreement) if kept.agreement else None,
        way=_way(kept.route, tongue),
        route=kept.route,
        fields=_fields(kept.fields, tongue),
        whom=len(subjects),
    )


def _role(role: str, tongue: Tongue) -> str:
    known = next((one for one in Role if one.value == role), None)
    return tongue.words(of_value(known)) if known else role


def _fields(names: Iterable[str], tongue: Tongue) -> tuple[str, ...]:
    """Return what the fields are called, each name once."""
    return tuple(
        sorted({sentence(tongue.words(SHARED.get(name) or of_field(name))) for name in names})
    )


def _way(route: str, tongue: Tongue) -> str:
    return next((tongue.words(words) for begins, words in WAYS if route.startswith(begins)), route)


def _address(said: Mapping[str, str]) -> str:
    return f"{PATH}?{urlencode({name: value for name, value in said.items() if value})}"
