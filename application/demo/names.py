"""Names of people who do not exist, and numbers that were never given to anybody.

Every name ends in a word for what it is: a made-up, sample or pretended person. Given names are
put together from syllables. A NIK has the form of the law, with a serial from 9900 on: serials are
counted per district and day of birth, and none gets that far.
"""

from datetime import date
from random import Random
from typing import Final

from domain.person import Sex

HEADS: Final = {
    Sex.MALE: ("Ar", "Bon", "Dar", "Ed", "Gun", "Har", "Jum", "Kar", "Mar", "Nur", "Rud", "Sup"),
    Sex.FEMALE: ("An", "Dew", "Est", "Fit", "Ind", "Kar", "Mel", "Nil", "Rat", "Sar", "Wul"),
}
TAILS: Final = {
    Sex.MALE: ("adi", "anto", "awan", "idin", "iman", "ito", "iyono", "ujar"),
    Sex.FEMALE: ("ani", "ari", "astri", "ika", "ina", "iyah", "ukesi", "unik"),
}
MIDDLES: Final = (
    *("Baskoro", "Cahyadi", "Danuarta", "Endraswara", "Firmanda", "Gunarsa", "Hendrawan"),
    *("Irsyadi", "Jatmika", "Kusnadi", "Lesmana", "Mahardika", "Nugraha", "Oktavian", "Pamungkas"),
    *("Ruswanda", "Satria", "Tirtana", "Utama", "Wicaksana", "Yuwono", "Zulkarnaen"),
)
INVENTED: Final = (
    *("Andaian", "Contoh", "Fiktif", "Khayal", "Misalan", "Peraga", "Purwarupa", "Rekaan"),
    *("Tiruan", "Umpama"),
)
"""Words that say it: assumed, sample, fictitious, imagined, for instance, mock-up, made up."""
FIRST_SERIAL: Final = 9900
SERIALS: Final = 100


def full_name(dice: Random, sex: Sex) -> str:
    """Return a name that could be one, but for its last word."""
    given = dice.choice(HEADS[sex]) + dice.choice(TAILS[sex])
    return f"{given} {dice.choice(MIDDLES)} {dice.choice(INVENTED)}"


def nik(dice: Random, region: str, sex: Sex, born: date) -> str:
    """Return a NIK as that region would give it, with a serial that none has."""
    day = born.day + (40 if sex is Sex.FEMALE else 0)
    district = dice.randint(1, 20)
    serial = FIRST_SERIAL + dice.randrange(SERIALS)
    return f"{region.replace('.', '')}{district:02}{day:02}{born:%m%y}{serial}"
