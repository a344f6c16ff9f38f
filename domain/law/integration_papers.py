"""The documents that a proposal of a right needs, and which of them the record shows."""

from collections.abc import Mapping
from typing import Final

from domain.kernel import Value, Words
from domain.law.criteria import Trace
from domain.law.integration_asking import Asking
from domain.law.integration_rules import Paper

Papers = Mapping[Paper, Trace]

TITLES: Final[Mapping[Paper, Words]] = {
    Paper.KUTIPAN_PUTUSAN: ("Kutipan putusan pengadilan", "Extract of the verdict"),
    Paper.BA_PELAKSANAAN: (
        "Berita acara pelaksanaan putusan",
        "Record of the execution of the verdict",
    ),
    Paper.REGISTER_F: ("Salinan Register F", "Copy of Register F (discipline)"),
    Paper.DAFTAR_PERUBAHAN: (
        "Salinan daftar perubahan pidana",
        "Copy of the list of changes of the sentence",
    ),
    Paper.LAPORAN_PEMBINAAN: ("Laporan perkembangan pembinaan", "Report of progress"),
    Paper.ASESMEN_RISIKO: ("Hasil asesmen risiko", "Result of the risk assessment"),
    Paper.LITMAS: (
        "Penelitian kemasyarakatan dari Bapas",
        "Social inquiry by the Bapas (litmas)",
    ),
    Paper.PEMBERITAHUAN_KEJARI: (
        "Pemberitahuan kepada Kejaksaan Negeri",
        "Notice to the public prosecutor",
    ),
    Paper.SURAT_JAMINAN: (
        "Surat jaminan kesanggupan keluarga",
        "Letter of guarantee by the family",
    ),
    Paper.PERNYATAAN: (
        "Surat pernyataan tidak mengulangi perbuatan",
        "Declaration not to offend again",
    ),
    Paper.PERMINTAAN_KELUARGA: (
        "Permintaan keluarga yang diketahui RT dan lurah atau kepala desa",
        "Request of the family, seen by the neighbourhood and village heads",
    ),
    Paper.TIDAK_PERKARA_LAIN: (
        "Keterangan Kejaksaan Negeri: tidak ada perkara lain",
        "Statement of the prosecutor that no other case is open",
    ),
    Paper.BUKTI_BAYAR: (
        "Bukti lunas denda dan uang pengganti",
        "Proof that the fine and restitution are paid",
    ),
    Paper.IKRAR_NKRI: (
        "Ikrar kesetiaan kepada NKRI atau pernyataan warga negara asing",
        "Pledge to the republic, or declaration of a foreigner",
    ),
    Paper.JUSTICE_COLLABORATOR: (
        "Surat keterangan bekerja sama dengan penegak hukum",
        "Letter of having worked together with the investigators",
    ),
    Paper.JAMINAN_PERWAKILAN: (
        "Jaminan kedutaan atau konsulat",
        "Guarantee by the embassy or consulate",
    ),
    Paper.KETERANGAN_IMIGRASI: ("Keterangan dari Imigrasi", "Statement by Immigration"),
}


class Document(Value):
    """One document of a checklist: there or not, by which fact; `None` where nobody looked."""

    paper: Paper
    title_id: str
    title_en: str
    present: bool | None
    by: Trace | None


def checklist(asking: Asking, papers: Papers | None) -> tuple[Document, ...]:
    """Return what a proposal of the right needs; ``papers`` of `None` is one without a case."""
    needed = list(asking.rules.papers)
    if asking.general.risk_declined:
        needed.append(Paper.ASESMEN_RISIKO)
    if asking.special:
        needed.extend(asking.regime.special_papers.get(asking.facts.case_type, ()))
    if asking.facts.nationality != "ID":
        needed.extend(asking.regime.foreign_papers)
    return tuple(_document(paper, papers) for paper in needed)


def _document(paper: Paper, papers: Papers | None) -> Document:
    by = None if papers is None else papers.get(paper)
    return Document(
        paper=paper,
        title_id=TITLES[paper][0],
        title_en=TITLES[paper][1],
        present=None if papers is None else by is not None,
        by=by,
    )
