"""What a case has yet to tell of the batch that it stands in.

A batch says once what is to happen to all its lines; each case tells it for itself. What is due is
worked out from where both stand, and so it makes no difference how often, or how late, it is asked:
each step takes effect when the batch's step did, and the award on its day.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from domain.batch_standing import BatchLine, RemisiBatch, Stop
from domain.kernel import Event, Refused
from domain.law.facts import RemisiKind
from domain.remisi import (
    Proposal,
    Remisi,
    RemisiApplied,
    RemisiCancelled,
    RemisiDecided,
    RemisiProposed,
    RemisiSkIssued,
)
from domain.time import Effective

BATCH_SAYS_OTHERWISE: Final = "remisi_batch.says_otherwise"
WITHDRAWN: Final = "daftar remisi: {reason}"


def proposal_key(batch: str, kind: RemisiKind) -> str:
    """Return the key under which a case keeps its line of a batch."""
    return f"{batch}/{kind.value}"


def due_in(
    batch: RemisiBatch, line: BatchLine, key: str, remisi: Remisi, today: date
) -> tuple[Event, ...]:
    """Return what is to be told in the case of a line, in order; nothing where all of it is.

    ``key`` is `proposal_key`; ``today`` the day in the unit's zone. A case says nothing before the
    TPP has met, and of whom the unit did not propose to it nothing at all. What a case tells beyond
    its batch, because a step of the batch was voided, is not taken back here.
    """
    told = remisi.proposals.get(key)
    if batch.draft is None or not batch.steps or (told is None and not _to_be_told(batch, line)):
        return ()
    if told is not None and (told.applied or told.cancelled or told.turned_down):
        return ()
    return tuple(_due(batch, line, key, told, today))


def told_otherwise(
    batch: RemisiBatch, line: BatchLine, key: str, remisi: Remisi
) -> tuple[Event, ...]:
    """Return what a case tells and its batch does not say, or not any more: a step was voided.

    What a person told in the case alone, like a cancellation, is none of it.
    """
    told = remisi.proposals.get(key)
    if told is None or told.asked is None or batch.draft is None:
        return ()
    if not batch.steps or not line.included:
        return (told.asked,)
    found: list[Event] = []
    for place, decision in enumerate(told.decisions):
        step = batch.steps[place] if place < len(batch.steps) else None
        if step is None or decision.agreed != (step.agreed and line.case not in step.except_cases):
            found.append(decision)
    if told.sk and batch.sk is None:
        found.append(told.sk)
    return tuple(found)


def says_otherwise() -> Refused:
    """Return what is said of a step in a case that its batch does not bear out."""
    return Refused(
        BATCH_SAYS_OTHERWISE,
        article="Kaidah Jejak: tidak ada yang berubah atau tetap diam-diam",
        because=(
            "daftar remisi sekarang berkata lain tentang langkah ini; periksa daftarnya",
            "the remisi list says otherwise of this step now; look at the list",
        ),
    )


def _to_be_told(batch: RemisiBatch, line: BatchLine) -> bool:
    """Say whether a case is to hear of its line: proposed, and not taken back before the TPP."""
    stop = _stop(batch, line)
    return line.included and (stop is None or stop.steps > 0)


def _stop(batch: RemisiBatch, line: BatchLine) -> Stop | None:
    return line.stop or batch.stop


def _due(
    batch: RemisiBatch, line: BatchLine, key: str, told: Proposal | None, today: date
) -> Iterator[Event]:
    stop = _stop(batch, line)
    if told is None:
        yield _proposed(batch, line, key)
    said = len(told.decisions) if told else 0
    for step in batch.steps[said : stop.steps if stop else None]:
        agreed = step.agreed and line.case not in step.except_cases
        yield RemisiDecided(
            effective=step.at, proposal=key, level=step.level, agreed=agreed, note=None
        )
        if not agreed:
            return
    if batch.sk and not (told and told.sk) and (stop is None or stop.after_sk):
        yield RemisiSkIssued(
            effective=batch.sk.effective,
            proposal=key,
            sk_number=batch.sk.sk_number,
            sk_date=batch.sk.sk_date,
            remission_days=line.remission_days,
        )
    if stop:
        reason = WITHDRAWN.format(reason=stop.refused or stop.reason.value)
        yield RemisiCancelled(effective=stop.at, proposal=key, reason=reason)
    elif batch.sk and batch.draft and batch.draft.award_day <= today:
        day = Effective.on(batch.draft.award_day, batch.draft.effective.zone)
        yield RemisiApplied(effective=day, proposal=key, releases=line.releases)


def _proposed(batch: RemisiBatch, line: BatchLine, key: str) -> RemisiProposed:
    """Return the proposal to the TPP, on the day of its session."""
    draft = batch.draft
    if draft is None:
        raise LookupError(key)
    return RemisiProposed(
        effective=batch.steps[0].at,
        proposal=key,
        kind=line.kind,
        award_day=draft.award_day,
        remission_days=line.remission_days,
        rule_set=_rule_set(draft.rule_sets),
        ground=None,
        missed=None,
        feast_fixed_by=None,  # the registry's, where the feast was moved
    )


def _rule_set(ids: tuple[str, ...]) -> str:
    """Return the rule sets of a draft as one line."""
    return ", ".join(ids)[:200] or "-"
