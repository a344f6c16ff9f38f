"""Why a log is not signed any more: each says what was found, and what to do (docs/log.md)."""

from pathlib import Path

from infrastructure.trouble import Trouble


class LogRefused(Trouble):
    """Why nothing is signed any more until somebody has looked."""


class LogWentBack(LogRefused):
    """The log is shorter than what was signed already: a restored copy, or a cut-off tail."""

    def __init__(self, signed: int, size: int) -> None:
        super().__init__(
            f"log bukti hanya {size} daun, padahal {signed} sudah ditandatangani: basis data ini"
            " salinan lama atau terpotong. Pulihkan cadangan yang lebih baru; lihat docs/log.md\n"
            f"the log has {size} leaves, but {signed} were signed already: this database is an old"
            " copy, or was cut off. Restore a newer backup; see docs/log.md"
        )


class LogForked(LogRefused):
    """The leaves are not those that were signed."""

    def __init__(self, signed: int) -> None:
        super().__init__(
            f"{signed} daun pertama log bukti bukan lagi yang ditandatangani; jangan ubah apa pun,"
            " jalankan jejak verify atas ekspor terakhir; lihat docs/log.md\n"
            f"the first {signed} leaves of the log are not those that were signed; change nothing,"
            " and run jejak verify over the last export; see docs/log.md"
        )


class LeafDiffers(LogRefused):
    """An event or access record is not what it was, or is gone."""

    def __init__(self, index: int) -> None:
        super().__init__(
            f"daun {index} log bukti tidak sama dengan catatannya: catatan itu diubah atau hilang;"
            " lihat docs/log.md\n"
            f"leaf {index} of the log is not that of its record, which was changed or is gone;"
            " see docs/log.md"
        )


class OtherKey(LogRefused):
    """What was signed last is not signed by our key."""

    def __init__(self) -> None:
        super().__init__(
            "log bukti ini ditandatangani kunci lain; kembalikan log.key (atau JEJAK_LOG_KEY) yang"
            " asli; lihat docs/log.md\n"
            "this log was signed by another key; put back the log.key (or JEJAK_LOG_KEY) that was;"
            " see docs/log.md"
        )


class KeyMissing(LogRefused):
    """The log was signed before, and the key that signed it is not here. No other one is made."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"kunci log tidak ada di sini ({directory}), padahal log sudah ditandatangani: yang"
            " baru tidak disegel. Kembalikan log.key (atau JEJAK_LOG_KEY), atau JEJAK_DATA_DIR"
            " yang benar\n"
            f"the log's key is not here ({directory}), though the log was signed: what is new is"
            " not sealed. Put back log.key (or JEJAK_LOG_KEY), or name its JEJAK_DATA_DIR"
        )


class HeadMissing(LogRefused):
    """Nobody here knows what was signed last: this database may be an old copy."""

    def __init__(self, memory: Path, size: int) -> None:
        super().__init__(
            f"{memory} tidak ada, padahal basis data ini memuat titik periksa {size} daun: mungkin"
            " sudah lebih banyak yang ditandatangani. Ambil titik periksa terbaru dari saksi atau"
            " salinan kunci, lalu `jejak seal --once --head BERKAS`; lihat docs/log.md\n"
            f"{memory} is missing, though this database holds a checkpoint of {size} leaves: more"
            " may have been signed. Fetch the newest checkpoint from a witness or the copy of the"
            " keys, then `jejak seal --once --head FILE`; see docs/log.md"
        )


class HeadUnreadable(LogRefused):
    """A file that should hold the last checkpoint holds none."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} tidak terbaca atau bukan titik periksa; pulihkan, atau singkirkan dan"
            " `jejak seal --once --head BERKAS` dengan yang terbaru; lihat docs/log.md\n"
            f"{path} cannot be read, or is no checkpoint; restore it, or move it away and"
            " `jejak seal --once --head FILE` with the newest; see docs/log.md"
        )
