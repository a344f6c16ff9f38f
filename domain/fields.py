"""What a field of an event may hold: texts, counts and codes, each with its form and an example."""

from typing import Annotated, Final

from domain.kernel import Length, Pattern, Range

UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
EXAMPLE_ID: Final = "01980f5c-7a00-7000-8000-000000000001"

Line = Annotated[str, Length(least=1, most=200)]
"""A short text on one line: a title, a document's number, the name of an organisation."""
Note = Annotated[str, Length(least=1, most=4000)]
"""A free text. It may name anybody, so it is always at least `Personal`."""
REF: Final = Pattern(regex=r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}", example="2025-08-umum")
Ref = Annotated[str, REF]
"""A key that the proposer chooses, unique within its stream: one proposal, placement, session."""

PersonId = Annotated[str, Pattern(regex=UUID, example=EXAMPLE_ID)]
CaseId = Annotated[str, Pattern(regex=UUID, example=EXAMPLE_ID)]
ProgrammeId = Annotated[str, Pattern(regex=UUID, example=EXAMPLE_ID)]
AgreementId = Annotated[str, Pattern(regex=UUID, example=EXAMPLE_ID)]

EventId = Annotated[str, Pattern(regex=UUID, example=EXAMPLE_ID)]
StreamName = Annotated[
    str,
    Pattern(regex=r"[a-z-]{1,16}:[A-Za-z0-9][A-Za-z0-9._/-]{0,80}", example=f"case:{EXAMPLE_ID}"),
]
"""A stream's kind and key, as `domain.record.StreamId` writes them."""

UNIT: Final = Pattern(regex=r"[A-Z0-9][A-Z0-9-]{1,31}", example="RUTAN-MEDAN")
UnitCode = Annotated[str, UNIT]
"""Key of a correctional unit (UPT) in the registry; its name is effective-dated there."""
AgencyCode = Annotated[str, Pattern(regex=r"[A-Z0-9][A-Z0-9.-]{1,31}", example="DISNAKER-12.71")]
RegionCode = Annotated[str, Pattern(regex=r"\d{2}(\.?\d{2})?", example="12.71")]
"""Kemendagri code of a province or of a regency or city, as in Kepmendagri 300.2.2-2430/2025.

Four digits without a dot have the form, so that `domain.region` can say which code they mean.
"""

Nik = Annotated[str, Pattern(regex=r"\d{16}", example="1271011203900001")]
"""Nomor Induk Kependudukan (UU 24/2013 art. 1): 16 digits, optional everywhere."""
Nisn = Annotated[str, Pattern(regex=r"\d{10}", example="0051234567")]
"""Nomor Induk Siswa Nasional: 10 digits."""
Npsn = Annotated[str, Pattern(regex=r"[A-Z0-9]\d{7}", example="P2964156")]
"""Nomor Pokok Sekolah Nasional: 8 characters; those of a PKBM begin with P."""
Sha256 = Annotated[str, Pattern(regex=r"[0-9a-f]{64}", example="0" * 63 + "1")]
AcademicYear = Annotated[str, Pattern(regex=r"\d{4}/\d{4}", example="2025/2026")]
Month = Annotated[str, Pattern(regex=r"\d{4}-(0[1-9]|1[0-2])", example="2025-07")]
Country = Annotated[str, Pattern(regex=r"[A-Z]{2}", example="ID")]
"""ISO 3166-1 alpha-2."""

Days = Annotated[int, Range(least=0, most=36_600)]
Months = Annotated[int, Range(least=0, most=1_200)]
Years = Annotated[int, Range(least=0, most=100)]
Hours = Annotated[int, Range(least=0, most=10_000)]
Count = Annotated[int, Range(least=0, most=1_000_000)]
Score = Annotated[int, Range(least=0, most=100)]
Rupiah = Annotated[int, Range(least=0, most=9_007_199_254_740_991)]
"""Whole rupiah; the largest whole number that RFC 8785 writes exactly."""
