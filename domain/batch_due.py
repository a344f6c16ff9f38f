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
    its batch, because a step of the batch was voided or corrected, is not taken back here; but
    where it `weighs`, nothing more is given until somebody has looked.
    """
    told = remisi.proposals.get(key)
    if batch.draft is None or (told is None and not _to_be_told(batch, line)):
        return ()
    if told is not None and (told.applied or told.cancelled or told.turned_down):
        return ()
    if not batch.steps and _stop(batch, line) is None:
        return ()
    return tuple(_due(batch, line, key, told, today))


def held_up(batch: RemisiBatch, line: BatchLine, key: str, remisi: Remisi) -> bool:
    """Say whether a case waits for somebody to look at what it tells and its batch does not."""
    told = remisi.proposals.get(key)
    if told is None or told.applied or told.cancelled or told.turned_down:
        return False
    return _stop(batch, line) is None and _weighs(batch, line, told)


def told_otherwise(
    batch: RemisiBatch, line: BatchLine | None, told: Proposal | None
) -> tuple[Event, ...]:
    """Return what a case tells and its batch does not say, or not any more.

    A step was voided or corrected, or the draft (`None`: the line is gone with it). What a person
    told in the case alone is none of it; a cancellation is asked about by `cancelled_in_vain`.
    """
    if told is None or told.asked is None:
        return ()
    sk = batch.sk
    found = list(_differing(batch, line, told))
    if told.sk and sk and (told.sk.sk_number, told.sk.sk_date) != (sk.sk_number, sk.sk_date):
        found.append(told.sk)
    return tuple(dict.fromkeys(found))


def cancelled_in_vain(batch: RemisiBatch, line: BatchLine | None, event: RemisiCancelled) -> bool:
    """Say whether a proposal was cancelled for its batch, which does not take it back any more."""
    by_list = isinstance(event.reason, str) and event.reason.startswith(WITHDRAWN.format(reason=""))
    return by_list and line is not None and batch.draft is not None and _stop(batch, line) is None


def _differing(batch: RemisiBatch, line: BatchLine | None, told: Proposal) -> Iterator[Event]:
    """Yield what a case tells otherwise of who gets an award, when, and of how many days."""
    if told.asked is None:
        return
    if line is None or batch.draft is None or not batch.steps or not line.included:
        yield told.asked
        return
    days = told.asked.remission_days if told.sk is None else line.remission_days
    if (told.asked.award_day, days) != (batch.draft.award_day, line.remission_days):
        yield told.asked
    for place, decision in enumerate(told.decisions):
        step = batch.steps[place] if place < len(batch.steps) else None
        if step is None or decision.agreed != (step.agreed and line.case not in step.except_cases):
            yield decision
    if told.sk and (batch.sk is None or told.sk.remission_days != line.remission_days):
        yield told.sk
    if told.applied and (_stop(batch, line) or batch.sk is None or not batch.stands(line)):
        yield told.applied


def _weighs(batch: RemisiBatch, line: BatchLine, told: Proposal) -> bool:
    """Say whether a case differs in more than the number or the date of the SK."""
    return any(_differing(batch, line, told))


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
    elif _weighs(batch, line, told):
        if stop:
            yield _cancelled(stop, key, _told_last(told))
        return
    last = _told_last(told) if told else batch.steps[0].at
    said = len(told.decisions) if told else 0
    for step in batch.steps[said : stop.steps if stop else None]:
        agreed = step.agreed and line.case not in step.except_cases
        last = step.at
        yield RemisiDecided(
            effective=last, proposal=key, level=step.level, agreed=agreed, note=None
        )
        if not agreed:
            return
    if batch.sk and not (told and told.sk) and (stop is None or stop.after_sk):
        last = batch.sk.effective
        yield RemisiSkIssued(
            effective=last,
            proposal=key,
            sk_number=batch.sk.sk_number,
            sk_date=batch.sk.sk_date,
            remission_days=line.remission_days,
        )
    if stop:
        yield _cancelled(stop, key, last)
    elif batch.sk and batch.draft and batch.draft.award_day <= today:
        day = Effective.on(batch.draft.award_day, batch.draft.effective.zone)
        yield RemisiApplied(effective=day, proposal=key, releases=line.releases)


def _told_last(told: Proposal) -> Effective:
    """Return when the last of what a case tells of a proposal took effect."""
    events = (told.asked, *told.decisions, told.sk)
    return max((one.effective for one in events if one), key=lambda at: at.instant)


def _cancelled(stop: Stop, key: str, last: Effective) -> RemisiCancelled:
    """Return that a proposal was taken back: not before what was told of it, however late known."""
    reason = WITHDRAWN.format(reason=stop.refused or stop.reason.value)
    at = max(stop.at, last, key=lambda one: one.instant)
    return RemisiCancelled(effective=at, proposal=key, reason=reason)


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
