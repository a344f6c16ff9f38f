"""A desk at which two records turn out to be one human being's, and perhaps are not after all."""

from correcting_desk import RATNA, SITI, Desk, admitted, new_id, registered
from scenario import on

from application.merging import Merging, Unwanted, Wanted
from application.records import person_stream
from domain.custody import Released, ReleaseKind
from domain.person import PERSON, AliasRecorded
from domain.person_link import MergeGround
from domain.record import Evidence, StreamId

PAPER = Evidence(number="BA.SJ/7", date=None, sha256="b" * 64)


class MergingDesk(Desk):
    """Whoever asks is Ratna; whoever approves is Siti."""

    def __init__(self, ledger) -> None:
        super().__init__(ledger)
        self.merging = Merging(self.append)

    def person(self, name="Budi Fiktif", actor=RATNA):
        stream = person_stream(new_id())
        self.tell(stream, registered(name), actor=actor)
        return stream

    def admit(self, person, day="2024-02-01"):
        case = StreamId(kind="case", key=new_id())
        self.tell(case, admitted(person.key, day=day))
        return case

    def release(self, case, day):
        said = Released(effective=on(day), kind=ReleaseKind.BEBAS_MURNI, document="SL/1")
        self.tell(case, said)

    def alias(self, person, name, day="2024-03-01"):
        (told,) = self.tell(person, AliasRecorded(effective=on(day), alias=name))
        return told

    def ask_to_merge(self, survivor, other, actor=RATNA):
        wanted = Wanted(
            other=other.key,
            ground=MergeGround.FINGERPRINT,
            explanation="Sidik jari sama",
            evidence=(PAPER,),
        )
        receipt = self.merging.request(survivor, wanted, self.request(actor=actor))
        return self.merging.merge_of(survivor, receipt)

    def ask_to_unmerge(self, survivor, merge, actor=RATNA):
        unwanted = Unwanted(merge=merge, explanation="Sidik jari tertukar", evidence=(PAPER,))
        self.merging.unmerge(survivor, unwanted, self.request(actor=actor))

    def decide(self, survivor, merge, actor=SITI):
        return self.merging.approve(survivor, merge, self.request(actor=actor))

    def decline(self, survivor, merge, actor=SITI):
        request = self.request(actor=actor)
        return self.merging.decline(survivor, merge, "Belum terbukti", request)

    def merge(self, survivor, other):
        merge = self.ask_to_merge(survivor, other)
        self.decide(survivor, merge)
        return merge

    def unmerge(self, survivor, merge):
        self.ask_to_unmerge(survivor, merge)
        return self.decide(survivor, merge)

    def known(self, person):
        """What is known of one record: the state of its own facts."""
        return self.state(person, PERSON)
