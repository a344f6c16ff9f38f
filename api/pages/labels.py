"""What people read for a stored name: an event, a chapter, a field, a value.

Bahasa Indonesia stands in small tables; what is not in them is read in English, which is derived:
an event from the first sentence of its docstring, the others from their own name. So a new event
type needs no line here to be shown.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Final

from api.pages.event_labels import EVENTS_IN_INDONESIAN
from domain.kernel import Event, Words

CHAPTERS: Final[Mapping[str, Words]] = {
    "custody": ("Penahanan dan penempatan", "Custody"),
    "register": ("Register", "Register"),
    "detention": ("Dasar penahanan", "Detention"),
    "charge": ("Sangkaan", "Charge"),
    "verdict": ("Putusan", "Verdict"),
    "earlier_remisi": ("Remisi sebelumnya", "Earlier remisi"),
    "claim": ("Tanggal menurut dokumen", "Dates in documents"),
    "conduct": ("Perilaku", "Conduct"),
    "remisi": ("Remisi", "Remisi"),
    "remisi_assessment": ("Penilaian remisi", "Assessment of remisi"),
    "integration": ("Integrasi", "Integration"),
    "integration_assessment": ("Penilaian hak integrasi", "Assessment of integration"),
    "job_placement": ("Penempatan kerja", "Job placement"),
    "kejar_paket": ("Kejar Paket", "Kejar Paket"),
    "skill_training": ("Pelatihan keterampilan", "Skill training"),
    "activity": ("Kegiatan", "Activity"),
    "correction": ("Koreksi", "Correction"),
    "review": ("Peninjauan", "Review"),
}
FIELDS_IN_INDONESIAN: Final[Mapping[str, str]] = {
    "about": "tentang",
    "academic_year": "tahun ajaran",
    "activity": "kegiatan",
    "admitted_on": "diterima pada",
    "agreed": "disetujui",
    "agreement": "kerja sama",
    "amount": "jumlah",
    "approver": "yang memutus",
    "authority": "pejabat",
    "award_day": "hari pemberian",
    "bapas": "Bapas",
    "because": "karena",
    "because_en": "karena (Inggris)",
    "because_id": "karena",
    "birth_date": "tanggal lahir",
    "block": "blok",
    "capacity": "jumlah tempat",
    "case": "perkara",
    "case_type": "jenis perkara",
    "cause": "sebab",
    "cell": "kamar",
    "claim": "kunci pernyataan",
    "claimed": "tanggal yang disebut",
    "code": "kode",
    "correction": "koreksi",
    "court": "pengadilan",
    "credits": "SKK",
    "credits_carried": "SKK dibawa",
    "credits_recognised": "SKK diakui",
    "days": "hari",
    "description": "uraian",
    "destination": "tujuan",
    "document": "dokumen",
    "domicile": "domisili",
    "employer": "pemberi kerja",
    "events": "peristiwa",
    "exam": "ujian",
    "exceptional": "luar biasa",
    "expected_back": "diharapkan kembali",
    "explanation": "penjelasan",
    "facts": "fakta",
    "field": "bidang",
    "fine": "denda (rupiah)",
    "form": "bentuk",
    "from_day": "dari",
    "full_name": "nama",
    "grade": "kelas",
    "hospital": "rumah sakit",
    "hours": "jam",
    "hours_attended": "jam diikuti",
    "hours_held": "jam diselenggarakan",
    "income_band": "penghasilan",
    "instance": "tingkat",
    "issued_on": "diterbitkan",
    "issuer": "penerbit",
    "item": "barang",
    "kind": "jenis",
    "last_schooling": "pendidikan terakhir",
    "legal_basis": "dasar hukum",
    "legal_status": "status hukum",
    "level": "tingkat",
    "life_or_death": "diancam seumur hidup atau mati",
    "maximum_years": "ancaman terlama (tahun)",
    "measure": "tindakan",
    "method": "cara",
    "month": "bulan",
    "months": "bulan",
    "nisn": "NISN",
    "note": "catatan",
    "number": "nomor",
    "offence": "perbuatan",
    "order_date": "tanggal surat",
    "order_number": "nomor surat",
    "outcome": "amar",
    "owner": "pemilik",
    "parties": "para pihak",
    "person": "orang",
    "place": "tempat",
    "placement": "penempatan",
    "position": "jabatan",
    "predicate": "predikat",
    "programme": "program",
    "proof": "bukti",
    "proposal": "usulan",
    "provider": "penyelenggara",
    "provider_npsn": "NPSN",
    "purpose": "keperluan",
    "quantity": "jumlah",
    "queued": "menunggu",
    "reason": "alasan",
    "reason_code": "alasan",
    "receipt": "tanda terima",
    "receiver": "penerima",
    "recidivist": "residivis",
    "reckoning": "cara menghitungnya",
    "region": "wilayah",
    "releases": "membebaskan",
    "religion": "agama",
    "remission_days": "hari remisi",
    "requester": "pengaju",
    "result": "hasil",
    "right": "hak",
    "risk_declined": "risiko menurun",
    "rule_set": "aturan",
    "scheme": "skema",
    "score": "nilai",
    "semester": "semester",
    "sentence": "pidana",
    "session": "pertemuan",
    "sessions_attended": "pertemuan diikuti",
    "sessions_held": "pertemuan diselenggarakan",
    "sex": "jenis kelamin",
    "sha256": "SHA-256",
    "sk_date": "tanggal SK",
    "sk_number": "nomor SK",
    "source": "sumber",
    "source_date": "tanggal sumber",
    "stage": "tahap",
    "starts": "mulai",
    "still_working": "masih bekerja",
    "subject": "mata pelajaran",
    "suitable": "sesuai",
    "talent": "bakat",
    "text": "tertulis",
    "title": "judul",
    "to": "ke",
    "trainer_kind": "pelatih",
    "trainer_organisation": "lembaga pelatih",
    "transfer": "pemindahan",
    "unit": "unit",
    "until": "sampai",
    "until_day": "sampai",
    "valid_from": "berlaku mulai",
    "valid_until": "berlaku sampai",
    "year": "tahun",
    "years": "tahun",
}
VALUES: Final[Mapping[str, Words]] = {
    "male": ("laki-laki", "male"),
    "female": ("perempuan", "female"),
    "not_admitted": ("belum diterima", "not admitted"),
    "present": ("di dalam unit", "inside the unit"),
    "out": ("sedang di luar", "out for a purpose"),
    "in_transit": ("dalam perjalanan", "in transit"),
    "escaped": ("melarikan diri", "escaped"),
    "released": ("sudah bebas", "released"),
    "dead": ("meninggal", "deceased"),
    "not_proposed": ("belum diusulkan", "not proposed"),
    "proposed": ("diusulkan", "proposed"),
    "signed": ("ditandatangani", "signed"),
    "running": ("berjalan", "running"),
    "suspended": ("ditangguhkan", "suspended"),
    "ended": ("berakhir", "ended"),
    "void": ("batalkan: tidak terjadi", "void: it did not happen"),
    "correct": ("perbaiki isinya", "correct what it says"),
    "move": ("pindahkan ke perkara lain", "move to another case"),
    "typing_error": ("salah ketik", "typing error"),
    "wrong_person": ("salah orang", "wrong person"),
    "wrong_date": ("salah tanggal", "wrong date"),
    "recorded_twice": ("tercatat dua kali", "recorded twice"),
    "did_not_happen": ("tidak terjadi", "did not happen"),
    "document_says_otherwise": ("dokumen berkata lain", "the document says otherwise"),
    "decided_otherwise": ("diputus lain", "decided otherwise"),
    "other": ("lainnya", "other"),
    "kept": ("tetap seperti adanya", "stays as it is"),
    "put_right": ("sudah diperbaiki", "was put right"),
    "stands_again": ("berdiri lagi dengan sendirinya", "stands again by itself"),
    "caseworker": ("petugas", "caseworker"),
    "supervisor": ("penyelia", "supervisor"),
    "auditor": ("auditor", "auditor"),
    "agency": ("instansi", "agency"),
    "compliance": ("kepatuhan", "compliance"),
}
SHORT: Final = frozenset(
    {
        *("pn", "pt", "ma", "pk", "pb", "cb", "cmb", "cmk", "pmp", "tpp", "upt", "umk", "umkm"),
        *("sd", "smp", "sma", "bpvp", "skb", "pkbm", "pks", "mou", "i", "ii", "iii", "iv", "v"),
        *("iia", "iib", "a", "b", "c"),
    }
)
"""Words that officials write in capitals."""


def of_event(kind: type[Event]) -> Words:
    """Return what happened, as a heading."""
    english = re.split(r"[.:;](?:\s|$)", " ".join((kind.__doc__ or "").split()), maxsplit=1)[0]
    return EVENTS_IN_INDONESIAN.get(kind.stored_as, english), english


def of_chapter(name: str) -> Words:
    """Return what a chapter is about."""
    return CHAPTERS.get(name) or (spaced(name),) * 2


def of_field(name: str) -> Words:
    """Return what a field holds."""
    return FIELDS_IN_INDONESIAN.get(name, spaced(name)), spaced(name)


def of_value(value: Enum) -> Words:
    """Return a word of a list as people write it; the regulation's spelling stays as it is."""
    text = str(value.value)
    return VALUES.get(text) or (spaced(text),) * 2


def spaced(name: str) -> str:
    """Return a stored name as words."""
    return " ".join(word.upper() if word in SHORT else word for word in name.split("_"))
