"""One place where an answer says whom it shows, and nothing of it is sent before that is recorded.

A route hands its answer's subjects to its `Reading`, which returns once the record is durable, or
raises `Unrecorded`. The door lets no answer out of a route that did neither this nor stands among
`SHOWS_NOBODY`: a new route that forgets it answers 500 the first time somebody tries it.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request

from api.dependencies import Services, WithServices
from api.problems import Problem, trace_of
from api.tokens import Caller, Role
from application.access import AccessRecord, Purpose
from domain.fields import REF
from domain.kernel import FORGOTTEN, DataClass, Event, Value, Words, data_classes
from domain.record import Actor, Recorded, StreamId
from domain.shape import AnyEvent, once_per_type, payload_shapes
from projections.kernel import Projection, Report

PURPOSES: Final[Mapping[Role, Purpose]] = {
    Role.CASEWORKER: Purpose.PEMBINAAN,
    Role.SUPERVISOR: Purpose.PEMBINAAN,
    Role.AUDITOR: Purpose.AUDIT,
    Role.COMPLIANCE: Purpose.PENGAWASAN,
    Role.AGENCY: Purpose.KERJA_SAMA,
    Role.OPERATOR: Purpose.OPERASI,
}
"""What a role reads for where the request does not say."""
PERSONS: Final = ("case", "person", "referral")
"""Kinds of streams that are about somebody, and columns and fields that name one."""
REPORTS: Final = (
    *("outcomes", "partnership", "population", "recidivism", "remisi_report", "referral_answers"),
    "training_funnel",
)
SHOWS_NOBODY: Final = frozenset(
    {
        "/livez",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/v1/asyncapi.json",
        "/masuk",
        "/aset/{name}",
        "/periksa",
        "/hukum",
        "/v1/clock",
        "/laporan/remisi",
        "/laporan/hasil",
        "/v1/law",
        "/v1/agreements/{agreement_id}/scope",
        "/v1/schemas",
        "/v1/schemas/{record}.json",
        "/v1/subscriptions",
        "/v1/subscriptions/{subscription_id}",
        "/v1/subscriptions/{subscription_id}/deliveries",
        "/v1/read-models",
        "/v1/projections",
        *(f"/v1/read-models/{name}{form}" for name in REPORTS for form in ("", ".csv", ".ndjson")),
    }
)
"""Addresses of routes whose answers hold no person: health, what there is, and what is counted."""
LOG: Final = "/v1/ledger/"
"""Beneath it are hashes, signatures and proofs, and nothing that they were made of."""
READ: Final = frozenset({"GET", "HEAD"})

OPEN: Final = DataClass.NONE

WHICH_PURPOSE: Final[Words] = (
    f"tujuan yang ada: {', '.join(one.value for one in Purpose)}",
    f"there are these purposes: {', '.join(one.value for one in Purpose)}",
)
WHO_IS_THAT: Final[Words] = (
    "pengguna ini belum ada di registri; sebut kuncinya, bukan namanya",
    "no such user in the registry; give the key, and no name",
)
ONE_PURPOSE: Final[Words] = (
    f"instansi mitra membaca untuk {Purpose.KERJA_SAMA.value} saja; boleh juga tidak disebut",
    f"a partner agency reads for {Purpose.KERJA_SAMA.value} only; it may also be left out",
)
WHOSE_CODE: Final[Words] = (
    "harus kode pengguna menurut instansi Anda, paling panjang 64; bukan nama, NIK atau NIP",
    "must be your own agency's code of its user, 64 at most; no name, no NIK, no NIP",
)
AGENCYS_USER: Final = re.compile(rf"(?!.*[0-9]{{16}}){REF.regex}", re.ASCII)
"""A code that an agency has for its user. A NIK has 16 digits and a NIP 18: what is written into
the book of reads stays there, and must be nobody's number."""


@dataclass(slots=True)
class Reading:
    """What one request reads for, and the record of what its answer shows."""

    request: Request
    services: Services
    purpose: str | None
    on_behalf_of: str | None

    def __call__(
        self, subjects: Iterable[str], shown: Collection[str], rows: int, unit: str | None = None
    ) -> None:
        """Record whom an answer shows, and which sealed fields; nobody and nothing is no record.

        Raises `Unrecorded`, and then nothing may be sent.
        """
        whom = tuple(sorted(set(subjects)))
        if whom or shown:
            self.always(whom, shown, rows, unit)
        else:
            self.of_nobody()

    def always(
        self, subjects: tuple[str, ...], shown: Collection[str], rows: int, unit: str | None = None
    ) -> None:
        """Record an answer, also one that names nobody."""
        self.services.access.record(self.record(subjects, shown, rows, unit))
        self.request.state.read = True

    def record(
        self,
        subjects: Iterable[str],
        shown: Collection[str],
        rows: int,
        unit: str | None = None,
        agreement: str | None = None,
    ) -> AccessRecord:
        """Return the record of an answer, for whoever keeps several at once."""
        caller: Caller = self.request.state.caller
        return AccessRecord(
            actor=caller.actor(unit, self._principal(caller)),
            purpose=self._purpose(caller),
            agreement=agreement,
            route=self.request.scope["route"].path_format,
            subjects=tuple(sorted(set(subjects))),
            fields=tuple(sorted(shown)),
            rows=rows,
            trace_id=trace_of(self.request.scope),
        )

    def of_nobody(self) -> None:
        """Say that nothing has been shown yet: what will be is recorded as it leaves.

        Raises `Problem` for what an agency may not say of a reading, whether or not it sees anybody
        this time.
        """
        caller: Caller = self.request.state.caller
        if caller.role is Role.AGENCY:
            self._purpose(caller)
            self._principal(caller)
        self.request.state.read = True

    def _purpose(self, caller: Caller) -> Purpose:
        """Return what a caller reads for; an agency for its agreement, whatever it says."""
        own = PURPOSES[caller.role]
        if self.purpose is None:
            return own
        if caller.role is Role.AGENCY and self.purpose != own.value:
            raise _fault("X-Purpose", "access.purpose", ONE_PURPOSE)
        try:
            return Purpose(self.purpose)
        except ValueError:
            raise _fault("X-Purpose", "access.purpose", WHICH_PURPOSE) from None

    def _principal(self, caller: Caller) -> str | None:
        """Return for whom the caller reads: somebody of the registry, never a name as it came.

        An agency knows its users itself: its code of one is kept beside the agency as it is.
        """
        said = self.on_behalf_of
        if said is None:
            return None
        if caller.role is Role.AGENCY:
            if not AGENCYS_USER.fullmatch(said):
                raise _fault("X-On-Behalf-Of", "access.user_code", WHOSE_CODE)
            return said
        known = re.fullmatch(REF.regex, said, re.ASCII) and self.services.ledger.read(
            StreamId(kind="registry", key=f"user/{said}")
        )
        if not known:
            raise _fault("X-On-Behalf-Of", "access.unknown_user", WHO_IS_THAT)
        return said


def _fault(header: str, code: str, words: Words) -> Problem:
    return Problem(422, code, words, errors=[(f"/header/{header}", code, words)])


async def reading_of(
    request: Request,
    services: WithServices,
    x_purpose: Annotated[
        str | None,
        Header(
            description=f"What for: {', '.join(one.value for one in Purpose)}. Of an agency"
            f" only {Purpose.KERJA_SAMA.value}.",
            json_schema_extra={"enum": [one.value for one in Purpose]},
        ),
    ] = None,
    x_on_behalf_of: Annotated[
        str | None,
        Header(
            description="For whom: a key of the registry's users; of an agency, its own code of"
            " its user. Never a name."
        ),
    ] = None,
) -> Reading:
    """Return the record of this request, still to be written."""
    return Reading(request, services, x_purpose, x_on_behalf_of)


WithReading = Annotated[Reading, Depends(reading_of)]


def must_be_recorded(method: str, template: str) -> bool:
    """Say whether an answer to this method of this route may show somebody."""
    return method in READ and template not in SHOWS_NOBODY and not template.startswith(LOG)


def of_pages(
    pages: Iterable[Recorded], *, values: bool = True, envelope: bool = True
) -> tuple[set[str], set[str]]:
    """Return whom events show, and which sealed fields by name.

    Without ``values`` they show that something happened to somebody, and no field; the
    ``envelope`` holds reasons and numbers of documents.
    """
    whom: set[str] = set()
    shown: set[str] = set()
    for page in pages:
        names = set(_unsealed(page.event)) if values else set()
        names.update(_free_text(page) if values and envelope else ())
        shown |= names
        about_somebody = page.stream.kind in PERSONS
        if about_somebody or names:
            whom.add(str(page.stream))
        if not about_somebody:
            whom.update(_people(page.event))
    return whom, shown


def about(stream: StreamId) -> set[str]:
    """Return whom the address of a stream is about, also where nothing is told of them there."""
    return {str(stream)} if stream.kind in PERSONS else set()


def _unsealed(event: Event) -> Iterator[str]:
    """Yield the sealed fields that can still be read, also of an event that this one holds."""
    for name in sealed_in(type(event)):
        if getattr(event, name) is not FORGOTTEN:
            yield name
    for name in holding(type(event)):
        yield from _unsealed(getattr(event, name))


def _free_text(page: Recorded) -> Iterator[str]:
    if page.reason not in {None, FORGOTTEN}:
        yield "reason"
    if any(item.number is not FORGOTTEN for item in page.evidence):
        yield "evidence.number"


@once_per_type
def sealed_in(kind: type[Event]) -> frozenset[str]:
    """Return the names of an event's fields that are kept sealed."""
    return frozenset(name for name, mark in data_classes(kind).items() if mark is not OPEN)


@once_per_type
def holding(kind: type[Event]) -> tuple[str, ...]:
    """Return the names of an event's fields that hold another event."""
    shapes = payload_shapes(kind)
    return tuple(name for name, shape in shapes.items() if isinstance(shape, AnyEvent))


def _people(value: Any) -> Iterator[str]:
    """Yield whom an event of a programme or an agreement names."""
    if isinstance(value, tuple):
        for part in value:
            yield from _people(part)
    elif isinstance(value, Value):
        for field in fields(value):
            said = getattr(value, field.name)
            if field.name in PERSONS and isinstance(said, str):
                yield f"{field.name}:{said}"
            else:
                yield from _people(said)


def of_rows(
    projection: Projection[Any] | Report[Any], rows: Iterable[Any], columns: Collection[str]
) -> tuple[set[str], set[str]]:
    """Return whom rows show, each by its case or else by its person, and the sealed columns."""
    classes = data_classes(projection.row)
    sealed = {name for name in columns if classes[name] is not OPEN}
    naming = [name for name in PERSONS if name in classes]
    whom = {subject for row in rows for subject in _of_row(row, naming)}
    return whom, sealed if whom else set()


def _of_row(row: Any, naming: Iterable[str]) -> Iterator[str]:
    for name in naming:
        if key := getattr(row, name):
            yield f"{name}:{key}"
            return


def by_operator(
    services: Services, command: str, subjects: Iterable[str], shown: Collection[str], rows: int
) -> None:
    """Record what a command shows to whoever runs it on this machine; raise `Unrecorded`.

    The user of the machine is named by number: a login may be somebody's name.
    """
    whom = tuple(sorted(set(subjects)))
    if not whom and not shown:
        return
    services.access.record(
        AccessRecord(
            actor=Actor(
                id="operator",
                role=Role.OPERATOR.value,
                unit=None,
                agency=None,
                on_behalf_of=f"uid-{os.getuid()}",
            ),
            purpose=Purpose.OPERASI,
            agreement=None,
            route=f"jejak {command}",
            subjects=whom,
            fields=tuple(sorted(shown)),
            rows=rows,
            trace_id=services.new_id(),
        )
    )
