"""What a human has to look at in a case, beside what its facts come to."""

from collections.abc import Iterator

from domain.kernel import Journey
from domain.law.case_facts import may_owe_more
from domain.law.facts import Facts
from domain.law.notice import Notice
from domain.verdict import fine_of, fine_owed


def case_remarks(journey: Journey, facts: Facts) -> Iterator[Notice]:
    """Go through what the case leaves open, and the facts therefore take for the worse."""
    substitute = facts.substitute is not None and not facts.substitute.paid
    if substitute and fine_of(journey) and not fine_owed(journey) and may_owe_more(journey):
        yield FINE_ONLY


FINE_ONLY = Notice(
    code="substitute.fine_only",
    because=(
        (
            "Denda Anda sudah lunas. Belum tercatat apakah uang pengganti juga lunas, jadi pidana"
            " penggantinya masih dihitung: mohon diperiksa petugas."
        ),
        (
            "Your fine is paid. Nothing says whether uang pengganti is paid too, so what is served"
            " in its place still counts: an officer should look."
        ),
    ),
)
