"""The six areas whose tests are tested: sources, and the tests that are meant to hold them."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Area(NamedTuple):
    """Files that are changed, and what must then fail; ``postgres``: some of it needs one."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]
    postgres: bool = False


VERIFIER: Final = "tests/infrastructure/test_verifier.py"
ALONE: Final = (
    "test_it_imports_nothing_but_the_standard_library_and_cryptography",
    "test_the_last_line_of_an_archive_is_what_one_brings_along_next_time",
)
"""It stands alone, and without mutmut there is no mutant."""
AREAS: Final[Mapping[str, Area]] = {
    "law": Area(
        ("domain/law/*.py",),
        ("tests/law",),
    ),
    "corrections": Area(
        (
            "domain/correction.py",
            "domain/review.py",
            "application/standing.py",
            "application/correcting.py",
            "application/correction_effect.py",
        ),
        (
            "tests/domain/test_correction.py",
            "tests/domain/test_review.py",
            "tests/application/test_correcting.py",
            "tests/application/test_corrected_again.py",
            "tests/application/test_merging.py::test_a_merge_is_taken_apart_and_not_corrected_away",
            "tests/application/test_assessed_integration.py::test_a_finding_is_corrected_by_nobody",
            "tests/application/test_two_times.py",
        ),
        postgres=True,
    ),
    "policy": Area(
        (
            "domain/policy.py",
            "domain/agreement.py",
            "domain/sharing/*.py",
            "application/policies.py",
            "application/jurisdiction.py",
        ),
        (
            "tests/domain/test_policy.py",
            "tests/domain/test_agreement.py",
            "tests/domain/test_scope.py",
            "tests/domain/test_every_chapter.py::test_a_refusal_names_its_rule_and_speaks_both_languages[agreement]",
            "tests/application/test_policies.py",
            "tests/application/test_jurisdiction.py",
            "tests/projections/test_shared_fields.py",
        ),
        postgres=True,
    ),
    "codec": Area(
        (
            "infrastructure/codec.py",
            "infrastructure/event_form.py",
            "infrastructure/page_secrets.py",
            "infrastructure/sealing.py",
        ),
        (
            "tests/infrastructure/test_page_codec.py",
            "tests/infrastructure/test_pages_to_the_letter.py",
            "tests/infrastructure/test_golden_pages.py",
            "tests/infrastructure/test_canonical.py",
        ),
        postgres=True,
    ),
    "verifier": Area(
        ("verifier/*.py", "infrastructure/merkle.py", "infrastructure/signed_note.py"),
        (
            VERIFIER,
            "tests/infrastructure/test_verifier_aloud.py",
            "tests/infrastructure/test_verifier_edges.py",
            "tests/infrastructure/test_verifier_kept.py",
            "tests/infrastructure/test_verifier_proofs.py",
            "tests/infrastructure/test_merkle.py",
            "tests/infrastructure/test_signed_note.py",
            *(f"--deselect={VERIFIER}::{test}" for test in ALONE),
        ),
    ),
    "ledger": Area(
        (
            "infrastructure/entry.py",
            "infrastructure/calls.py",
            "infrastructure/group_commit.py",
            "infrastructure/ledger.py",
            "infrastructure/lane.py",
            "infrastructure/loop_commit.py",
            "infrastructure/loops.py",
            "infrastructure/pace.py",
            "infrastructure/page_reader.py",
            "infrastructure/page_store.py",
            "infrastructure/page_writing.py",
            "infrastructure/prepared_line.py",
            "infrastructure/recorder.py",
            "infrastructure/writing_line.py",
        ),
        (
            "tests/infrastructure/test_ledger.py",
            "tests/infrastructure/test_ledger_reads.py",
            "tests/infrastructure/test_group_commit.py",
            "tests/infrastructure/test_loop_commit.py",
            "tests/infrastructure/test_loops.py",
            "tests/infrastructure/test_pace.py",
            "tests/infrastructure/test_prepared_line.py",
            "tests/infrastructure/test_acknowledgement.py",
            "tests/infrastructure/test_continuing.py",
            "tests/infrastructure/test_awaited_keys.py",
            "tests/infrastructure/test_forgotten_elsewhere.py",
            "tests/infrastructure/test_prompt_ledger.py",
            "tests/infrastructure/test_in_turn.py",
            "tests/infrastructure/test_tail.py",
            "tests/application/test_import_writing.py",
        ),
        postgres=True,
    ),
}
