"""What a remisi batch says on paper: its list, and a letter for each person to whom it gives."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from api.law_named import policy_named, rule_set_named
from api.letters.reasons import reason
from api.pages.tongue import Tongue
from domain.batch_standing import BatchLine, BatchStatus, RemisiBatch
from domain.law.aloud import spoken_day, spoken_length
from domain.law.facts import RemisiKind
from domain.remisi import DecisionLevel
from domain.time import Zone

LEVELS: Final[Mapping[DecisionLevel, str]] = {
    DecisionLevel.TPP: "sidang TPP",
    DecisionLevel.KEPALA_UPT: "Kepala UPT",
    DecisionLevel.KANWIL: "Kanwil",
    DecisionLevel.DITJENPAS: "Ditjenpas",
}
STATUS: Final[Mapping[BatchStatus, str]] = {
    BatchStatus.DRAFTED: "rancangan",
    BatchStatus.RECOMMENDED: "direkomendasikan sidang TPP",
    BatchStatus.AGREED: "disetujui sebagian tingkat",
    BatchStatus.SK_ISSUED: "SK terbit",
    BatchStatus.APPLIED: "diberikan",
    BatchStatus.TURNED_DOWN: "tidak disetujui",
    BatchStatus.WITHDRAWN: "ditarik",
}
NO_NAME: Final = "(tidak dapat dibaca)"
INDONESIAN: Final = Tongue("id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whom a line is about, as far as the caller may read it."""

    name: str | None
    register: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What all papers of one batch have: whose it is, and when and out of what it was printed."""

    key: str
    unit: str
    region: str
    position: int
    printed: datetime
    zone: Zone

    def head(self, title: str) -> dict[str, Any]:
        """Return what stands on every page."""
        stamp = INDONESIAN.stamp(self.printed, self.zone)
        return {
            "title": title,
            "unit": self.unit,
            "foot": f"Jejak, daftar {self.key}, menurut buku sampai posisi {self.position};"
            f" dicetak {stamp}",
            "place": f"{self.region}, ____________________",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What one person is given: the line, who it is, since when, and what was found of them.

    ``reasons`` are sentences to be read aloud. ``releases`` and ``expiry_after``, the day of
    release that the award leaves, are by the case as it is known now: `None` where it cannot be
    reckoned.
    """

    line: BatchLine
    who: Who
    releases: bool | None
    expiry_after: date | None
    reasons: Sequence[str]


def award_name(kind: RemisiKind, *, releases: bool | None) -> str:
    """Return what an award is called: I where the sentence goes on, II where it is over."""
    name = kind_name(kind)
    return name if releases is None else f"{name} {'II' if releases else 'I'}"


def kind_name(kind: RemisiKind) -> str:
    """Return what a kind is called: for an anak binaan it is no remisi but PMP."""
    return "Pengurangan Masa Pidana" if kind is RemisiKind.PMP else f"Remisi {kind.value.title()}"


def list_of(batch: RemisiBatch, people: Mapping[str, Who], paper: Paper) -> dict[str, Any]:
    """Return the words of a list: of who is on it, and of who is not and why."""
    lines = sorted(batch.lines.values(), key=lambda line: _order(line, people))
    on = [line for line in lines if batch.stands(line)]
    granted = batch.sk is not None
    kinds = {line.kind for line in lines}
    what = kind_name(RemisiKind.PMP) if kinds == {RemisiKind.PMP} else "Remisi"
    return paper.head(f"Daftar {'Penerima' if granted else 'Usulan'} {what}") | {
        "facts": list(_facts(batch)),
        "sums": _sums(on),
        "on_heading": "Penerima" if granted else "Diusulkan",
        "on": [
            [str(number), *_person(line, people), _award(line), _days(line), _remark(line)]
            for number, line in enumerate(on, start=1)
        ],
        "off_heading": "Tidak menerima" if granted else "Tidak diusulkan",
        "off": [
            [str(number), *_person(line, people), kind_name(line.kind), why]
            for number, (line, why) in enumerate(_left_out(batch, lines), start=1)
        ],
    }


def letters_of(batch: RemisiBatch, awards: Sequence[Award], paper: Paper) -> dict[str, Any]:
    """Return the words of a letter for each award of a batch that has its SK."""
    if batch.sk is None or batch.draft is None:
        raise LookupError(paper.key)
    on = spoken_day(batch.draft.award_day)[0]
    by = f"Nomor {batch.sk.sk_number}, tanggal {spoken_day(batch.sk.sk_date)[0]}"
    return paper.head("Petikan Keputusan Pemberian Remisi") | {
        "letters": [
            {
                "title": f"Petikan Keputusan Pemberian {kind_name(award.line.kind)}",
                "by": by,
                "facts": [
                    ["Nama", award.who.name or NO_NAME],
                    ["Nomor register", award.who.register or "-"],
                    ["Jenis", award_name(award.line.kind, releases=award.releases)],
                    ["Besarnya", _days(award.line)],
                    ["Berlaku pada", on],
                ],
                "sentences": list(_sentences(award, on)),
                "reasons": list(award.reasons),
            }
            for award in awards
        ]
    }


def _sentences(award: Award, on: str) -> Iterator[str]:
    days = award.line.remission_days
    yield (
        f"Kepada Anda diberikan pengurangan masa pidana selama {_days(award.line)},"
        f" berlaku pada {on}."
    )
    if award.releases:
        yield f"Dengan pengurangan {days} hari ini pidana Anda selesai; Anda bebas pada {on}."
    elif award.expiry_after:
        until = spoken_day(award.expiry_after)[0]
        yield (
            f"Anda tetap menjalani sisa pidana. Bila tidak ada perubahan lain, pidana Anda berakhir"
            f" pada {until}."
        )
    else:
        yield (
            "Tanggal bebas Anda belum dapat dihitung dari catatan perkara; petugas registrasi akan"
            " memeriksanya dan memberitahukannya kepada Anda."
        )


def _facts(batch: RemisiBatch) -> Iterator[list[str]]:
    draft = batch.draft
    if draft is None:
        return
    yield ["Hari pemberian", spoken_day(draft.award_day)[0]]
    yield ["Disusun pada", spoken_day(draft.effective.day)[0]]
    yield ["Keadaan daftar", STATUS[batch.status]]
    if batch.sk:
        yield ["SK", f"{batch.sk.sk_number}, tanggal {spoken_day(batch.sk.sk_date)[0]}"]
    yield ["Aturan yang dipakai", "; ".join(rule_set_named(one)[0] for one in draft.rule_sets)]
    if draft.policies:
        yield ["Yang belum diatur", " ".join(policy_named(one)[0] for one in draft.policies)]


def _sums(lines: Sequence[BatchLine]) -> list[list[str]]:
    """Return people and days of each kind, I and II, and of all: they add up on the paper."""
    people: Counter[str] = Counter()
    days: Counter[str] = Counter()
    for line in lines:
        people[_award(line)] += 1
        days[_award(line)] += line.remission_days
    rows = [(name, people[name], days[name]) for name in sorted(people)]
    rows.append(("Jumlah", people.total(), days.total()))
    return [[name, INDONESIAN.number(n), INDONESIAN.number(d)] for name, n, d in rows]


def _left_out(batch: RemisiBatch, lines: Sequence[BatchLine]) -> Iterator[tuple[BatchLine, str]]:
    """Yield who is not on the list any more, or never was, with what stands against it."""
    for line in lines:
        if not batch.stands(line):
            yield line, _why_not(batch, line)


def _why_not(batch: RemisiBatch, line: BatchLine) -> str:
    if line.stop:
        return f"ditarik: {reason(line.stop.refused or line.stop.reason.value)[0]}"
    if not line.included and line.change:
        on = spoken_day(line.change.at.day)[0]
        return f"dikeluarkan dari daftar pada {on}: {reason(line.change.reason.value)[0]}"
    if not line.included:
        lacking = [reason(code)[0] for code in line.drafted.reasons]
        return f"belum terpenuhi: {'; '.join(lacking)}" if lacking else "tidak diusulkan"
    excepted = [LEVELS[step.level] for step in batch.steps if line.case in step.except_cases]
    return f"dikecualikan oleh {', '.join(excepted)}"


def _person(line: BatchLine, people: Mapping[str, Who]) -> tuple[str, str]:
    who = people.get(line.case)
    return (who and who.name) or NO_NAME, (who and who.register) or "-"


def _award(line: BatchLine) -> str:
    return award_name(line.kind, releases=line.releases)


def _days(line: BatchLine) -> str:
    days = f"{line.remission_days} hari"
    spoken = spoken_length(line.remission_days)[0]
    return days if spoken == days else f"{days} ({spoken})"


def _remark(line: BatchLine) -> str:
    return "langsung bebas" if line.releases else "menjalani sisa pidana"


def _order(line: BatchLine, people: Mapping[str, Who]) -> tuple[str, ...]:
    name, register = _person(line, people)
    return line.kind.value, name.casefold(), register, line.case
