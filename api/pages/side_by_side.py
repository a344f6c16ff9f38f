"""A correction and a review item as people read them: whose, what, why; before and after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from api.deciding import Deciding
from api.dependencies import Services
from api.law_words import cited
from api.pages import labels
from api.pages.names import Names
from api.pages.said import Fact, facts, words_of
from api.pages.tongue import Tongue, sentence
from api.review_answers import ToReview
from api.routes.approvals import Found
from api.sight import sees
from api.tokens import Caller
from application.asked_for import Altered, AskedFor
from application.timeline import in_order
from domain.correction import CorrectionRequested
from domain.custody import CUSTODY
from domain.kernel import Event, Words
from domain.record import Recorded, StreamId
from domain.review import ReviewRaised
from domain.time import Zone

STREAMS: Final[dict[str, Words]] = {
    "case": ("Perkara", "Case"),
    "person": ("Orang", "Person"),
    "programme": ("Program", "Programme"),
    "agreement": ("Kerja sama", "Agreement"),
    "referral": ("Rujukan", "Referral"),
    "remisi-batch": ("Daftar remisi", "Remisi list"),
    "registry": ("Registri", "Registry"),
}
TAKES_EFFECT: Final[Words] = ("berlaku", "took effect")


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a stream is about, as far as the reader sees: a name or a key, and a page if any."""

    kind: str
    name: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a fact, before and after; `None` where nothing is said of it."""

    label: str
    before: str | None
    after: str | None
    guarded: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One fact that is altered: its title and the fields that differ, or all where it is gone."""

    title: str
    lost: bool
    found: bool
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Card:
    """One correction that waits. ``own`` says that the reader asked for it."""

    correction: str
    version: int
    kind: str
    whose: Whose
    to: Whose | None
    asked: str
    reason: str
    explanation: str | None
    evidence: Sequence[str]
    sides: Sequence[Side]
    may_approve: bool
    may_decline: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at: the fact, the rule that it goes against, and who owns it."""

    item: str
    stream: str
    version: int
    whose: Whose
    title: str
    lines: Sequence[Fact]
    rule: str
    article: str
    owner: str
    since: str
    may_resolve: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws for one reader, in one language."""

    services: Services
    caller: Caller
    tongue: Tongue
    names: Names

    def card(self, known: Found) -> Card | None:
        """Return a correction as it is read; `None` where its request is not in its stream."""
        one, tongue = known.one, self.tongue
        if one.requested is None or not isinstance(one.requested.event, CorrectionRequested):
            return None
        asked, deciding = one.requested.event, Deciding(self.services, self.caller)
        when = tongue.stamp(one.requested.recorded_at, _zone(one))
        to = StreamId(kind=known.stream.kind, key=asked.to) if asked.to else None
        return Card(
            correction=one.correction,
            version=known.version,
            kind=sentence(tongue.value(asked.kind)),
            whose=self.whose(known.stream),
            to=self.whose(to) if to else None,
            asked=f"{asked.requester}, {when}",
            reason=tongue.value(asked.reason_code),
            explanation=words_of(asked.explanation, tongue),
            evidence=[words_of(item.number, tongue) or "" for item in one.requested.evidence],
            sides=[self._side(change) for change in one.altered],
            may_approve=deciding.may_approve(one, known.stream),
            may_decline=deciding.may_decline(one, known.stream),
            own=deciding.asked(one),
        )

    def item(self, one: ToReview) -> Item | None:
        """Return a review item as it is read."""
        raised, tongue = one.raised.event, self.tongue
        if not isinstance(raised, ReviewRaised) or one.fact is None:
            return None
        because = raised.because_id if tongue.language == "id" else raised.because_en
        zone = one.fact.event.effective.zone
        return Item(
            item=raised.item,
            stream=str(one.stream),
            version=len(self.services.ledger.read(one.stream)),
            whose=self.whose(one.stream),
            title=self._title(one.fact.event),
            lines=list(facts(one.fact.event, tongue, self.names)),
            rule=sentence(words_of(because, tongue) or ""),
            article=tongue(*cited(raised.article)),
            owner=self.names.of(raised.owner),
            since=tongue.stamp(one.raised.recorded_at, zone),
            may_resolve=Deciding(self.services, self.caller).answers_for(one.stream),
        )

    def whose(self, stream: StreamId) -> Whose:
        """Return whom a stream is about. Of one that the reader does not see, only its key."""
        kind = self.tongue(*STREAMS.get(stream.kind, (stream.kind, stream.kind)))
        key = stream.key.rpartition("/")[2]
        if stream.kind != "case" or not sees(self.services, stream, self.caller):
            return Whose(kind, self.names.of(key), None)
        name = name_in(self.services.ledger.read(stream))
        return Whose(kind, name or key, f"/perkara/{key}")

    def _side(self, change: Altered) -> Side:
        known = change.after or change.before
        return Side(
            title=self._title(known.event) if known else "",
            lost=change.after is None,
            found=change.before is None,
            lines=list(self._lines(change)),
        )

    def _lines(self, change: Altered) -> Iterator[Line]:
        before, after = self._said(change.before), self._said(change.after)
        for label in dict.fromkeys((*before, *after)):
            was, now = before.get(label), after.get(label)
            if before and after and was == now:
                continue
            guarded = any(one and one.guarded for one in (was, now))
            yield Line(label, was.text if was else None, now.text if now else None, guarded)

    def _title(self, event: Event) -> str:
        """Return what happened, and on which day."""
        tongue = self.tongue
        return f"{tongue(*labels.of_event(type(event)))} · {tongue.day(event.effective.day)}"

    def _said(self, page: Recorded | None) -> dict[str, Fact]:
        if page is None:
            return {}
        label = self.tongue(*TAKES_EFFECT)
        said = [Fact(label, self._when(page.event), guarded=False)]
        said += facts(page.event, self.tongue, self.names)
        return {one.label: one for one in said}

    def _when(self, event: Event) -> str:
        effective, tongue = event.effective, self.tongue
        if effective.at:
            return tongue.stamp(effective.at, effective.zone)
        return tongue.day(effective.day)


def name_in(pages: Sequence[Recorded]) -> str | None:
    """Return the name that a case was opened with, where it can still be read."""
    opening = CUSTODY.fold(in_order(pages)).opening
    return opening.full_name or None if opening else None


def _zone(one: AskedFor) -> Zone:
    """Return the zone of the first fact that is altered, by whose clock the request is told."""
    sides = (side for change in one.altered for side in (change.before, change.after) if side)
    return next((side.event.effective.zone for side in sides), Zone.WIB)
