"""How long somebody may be detained at each stage, and when the unit gives notice that it ends.

KUHAP sets the limits (UU 8/1981 art. 24 to 29, V; UU 20/2025 art. 102 to 107, V1); a child's are
shorter (UU 11/2012, K+), and special laws have their own (K+), as far as they are in the book. What
no text settles is a policy here.
"""

from collections.abc import Mapping
from typing import Final

from domain.detention import DetentionStage
from domain.kernel import Value
from domain.law.facts import CaseType
from domain.law.rule_set import Certainty, Policy, Topic


class StageLimits(Value):
    """The days of a stage: of its first order, and of each extension after that.

    ``doubted`` is what another reading of the same text says, where sources differ.
    """

    terms: tuple[int, ...]
    doubted: tuple[int, ...] | None
    article: str


class Exceptional(Value):
    """Extensions beyond the limit of any stage: so many, of so many days each.

    They need an illness of body or mind that a doctor has certified, or a threat of so many years.
    """

    days: int
    times: int
    threat_years: int
    article: str


class DetentionRules(Value):
    """What one text says of stages; those that it leaves out are for the general text."""

    stages: Mapping[DetentionStage, StageLimits]
    exceptional: Exceptional | None


class Notices(Value):
    """How many days before the last one notice is given, the earliest first."""

    days: tuple[int, ...]
    article: str


DETENTION_LIMITS: Final[Topic[DetentionRules]] = Topic("detention_limits")
DETENTION_LIMITS_CHILD: Final[Topic[DetentionRules]] = Topic("detention_limits_child")
DETENTION_LIMITS_TERRORISM: Final[Topic[DetentionRules]] = Topic("detention_limits_terrorism")
DETENTION_NOTICES: Final[Topic[Notices]] = Topic("detention_notices")

SPECIAL: Final[Mapping[CaseType, Topic[DetentionRules] | None]] = {
    CaseType.TERORISME: DETENTION_LIMITS_TERRORISM,
    CaseType.KORUPSI: None,
    CaseType.NARKOTIKA: None,
    CaseType.HAM_BERAT: None,
}
"""Kinds of case that have a special law, and its topic where its limits are in the book."""

KUHAP_TRANSITION: Final = Policy(
    name="kuhap_transition",
    question=(
        "KUHAP mana yang menentukan batas penahanan bila rangkaiannya melewati 2 Januari 2026?",
        "Which KUHAP limits a chain of detention that goes on past 2 January 2026?",
    ),
    options=("by_start_of_term", "by_start_of_stage", "by_start_of_chain"),
    default="by_start_of_term",
    article="UU 20/2025 art. 361",
    certainty=Certainty.UNSURE,
)
MA_FIRST_TERM: Final = Policy(
    name="ma_first_term",
    question=(
        "Berapa hari masa pertama penahanan oleh MA menurut KUHAP baru?",
        "How many days is the first term of detention by the MA under the new KUHAP?",
    ),
    options=("30", "50"),
    default="30",
    article="UU 20/2025 art. 106",
    certainty=Certainty.READ_ONCE,
)
"""The one source of the new text says 30, the old text said 50; whoever is warned early loses
nothing."""
DETENTION_RESUMED: Final = Policy(
    name="detention_resumed",
    question=(
        "Bila penahanan pada tahap yang sama dimulai lagi, apakah hari yang lalu ikut dihitung?",
        "Where detention begins anew at the same stage, do the days before count as well?",
    ),
    options=("cumulative", "afresh"),
    default="cumulative",
    article="KUHAP (UU 8/1981 art. 24-28; UU 20/2025 art. 102-106)",
    certainty=Certainty.UNSURE,
)
SPECIAL_DETENTION: Final = Policy(
    name="special_detention_limits",
    question=(
        "Batas mana untuk perkara yang memiliki undang-undang khusus?",
        "Which limits are those of a case for which there is a special law?",
    ),
    options=("special_law", "general_law"),
    default="special_law",
    article="UU 5/2018 art. 25",
    certainty=Certainty.LIKELY,
)
"""Where the limits of the special law are not in the book, those of KUHAP hold, with a warning."""
