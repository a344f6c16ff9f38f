"""Why somebody's data are destroyed: the grounds of UU 27/2022 art. 43 and 44.

Art. 43 has data deleted that are no longer needed, that consent was withdrawn for, whose subject
asks for it, or that were taken unlawfully. Art. 44 has them destroyed once their retention is over
and the archive's schedule says so, and where they do not concern the settling of a legal process.
Art. 15 puts the request after the enforcement of law: nobody is forgotten while in custody.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final


class ForgettingBasis(Enum):
    """On what ground."""

    NO_LONGER_NEEDED = "no_longer_needed"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    REQUESTED = "requested"
    RETENTION_OVER = "retention_over"
    UNLAWFUL = "unlawful"


ARTICLES: Final[Mapping[ForgettingBasis, str]] = {
    ForgettingBasis.NO_LONGER_NEEDED: "UU 27/2022 art. 43(1)a",
    ForgettingBasis.CONSENT_WITHDRAWN: "UU 27/2022 art. 43(1)b",
    ForgettingBasis.REQUESTED: "UU 27/2022 art. 43(1)c, 44(1)b",
    ForgettingBasis.RETENTION_OVER: "UU 27/2022 art. 44(1)a",
    ForgettingBasis.UNLAWFUL: "UU 27/2022 art. 43(1)d, 44(1)d",
}
IN_CUSTODY: Final = "UU 27/2022 art. 15(1)b"
ONCE: Final = "UU 27/2022 art. 44"
