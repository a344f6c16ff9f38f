"""A course from its opening to its certificates: one request for the whole class."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from application.append import Proposal
from application.demo.population import Person
from application.demo.steps import Place, Script, fact
from domain.activity import ActivityFinished, ActivityJoined, ActivityKind
from domain.certification import Assessed, AttendanceCertified, Competence, CompetenceCertified
from domain.kernel import Event, Value
from domain.programme import (
    Attendance,
    Mark,
    PeriodClosed,
    ProgrammeKind,
    ProgrammeOpened,
    ProviderKind,
    SessionHeld,
)
from domain.skill_training import (
    Applied,
    Completed,
    InterestRecorded,
    NotCompleted,
    Started,
    SuitabilityDecided,
    SuitabilityFact,
    TrainerKind,
)

ASKED_BEFORE: Final = timedelta(days=14)
CERTIFICATE_YEARS: Final = 3
PRESENCES: Final = {
    Attendance.HADIR: 88,
    Attendance.IZIN: 5,
    Attendance.SAKIT: 5,
    Attendance.ALPA: 2,
}


class Course(Value):
    """One programme as it is opened, and how often its class meets."""

    key: str
    kind: ProgrammeKind
    title: str
    provider: str
    provider_kind: ProviderKind
    scheme: str | None
    agreement: str | None
    seats: int
    starts: date
    ends: date
    domiciles: tuple[str, ...]
    asset: str | None
    sessions: int
    hours: int


class Class:
    """The steps of one course. They stand in the lane of its partnership, in their order."""

    def __init__(self, script: Script, place: Place, course: Course) -> None:
        self.script, self.place, self.desk, self.course = script, place, place.desk, course
        self.programme = script.key(course.starts, "programme", place.lane, course.key)

    def tell(self, indonesian: str, english: str, facts: Sequence[Proposal]) -> None:
        """Add a step about this course."""
        title = self.course.title
        words = (f"{title}: {indonesian}", f"{title}: {english}")
        self.script.say(self.place, words, facts)

    def tell_of_all(
        self, indonesian: str, english: str, told: Sequence[tuple[Person, Event]]
    ) -> None:
        """Add a step that says something of each in the class."""
        self.tell(indonesian, english, [fact("case", person.case, event) for person, event in told])

    def opens(self) -> None:
        """Open the programme, as early as anybody can ask for a seat."""
        course = self.course
        opened = ProgrammeOpened(
            effective=self.desk.on(course.starts - ASKED_BEFORE),
            kind=course.kind,
            title=course.title,
            unit=self.desk.unit,
            provider=course.provider,
            provider_kind=course.provider_kind,
            certified=course.scheme is not None,
            scheme=course.scheme,
            capacity=course.seats,
            agreement=course.agreement,
            starts=course.starts,
            ends=course.ends,
            eligible_domiciles=course.domiciles,
            asset=course.asset,
        )
        self.tell("program dibuka", "programme opened", [fact("programme", self.programme, opened)])

    def takes(self, people: Sequence[Person], field: str, talent: str | None = None) -> None:
        """Record who is interested and asks; those with a seat are found suitable and begin.

        Seats go in the order of asking: whoever asks beyond the last one waits.
        """
        asked = self.desk.on(self.course.starts - ASKED_BEFORE)
        interest = InterestRecorded(effective=asked, field=field, talent=talent)
        applied = Applied(
            effective=asked, programme=self.programme, agreement=self.course.agreement
        )
        self.tell_of_all(
            "minat dan permohonan",
            "interests and applications",
            [(one, event) for one in people for event in (interest, applied)],
        )
        self.tell_of_all(
            "kesesuaian diputuskan, pelatihan dimulai",
            "suitability decided, training begun",
            [
                (one, event)
                for one in people[: self.course.seats]
                for event in (self._suitable(one), self._started())
            ],
        )

    def _suitable(self, person: Person) -> Event:
        home = SuitabilityFact(code="domisili", said=person.domicile)
        wish = SuitabilityFact(code="minat", said=self.course.title)
        return SuitabilityDecided(
            effective=self.desk.on(self.course.starts - timedelta(days=3)),
            programme=self.programme,
            suitable=True,
            facts=(wish, home),
            reason=None,
        )

    def _started(self) -> Event:
        return Started(
            effective=self.desk.on(self.course.starts),
            programme=self.programme,
            trainer_kind=TRAINERS[self.course.provider_kind],
            trainer_organisation=self.course.provider,
        )

    def is_joined_by(self, people: Sequence[Person], kind: ActivityKind) -> None:
        """Record who joins a programme that leads to no certificate."""
        joined = ActivityJoined(
            effective=self.desk.on(self.course.starts),
            activity=self.programme,
            kind=kind,
            title=self.course.title,
            programme=self.programme,
            agreement=self.course.agreement,
            provider=self.course.provider,
        )
        self.tell_of_all("peserta bergabung", "joined", [(one, joined) for one in people])

    def is_finished_by(self, people: Sequence[Person]) -> None:
        """Record who took part to the end."""
        last = self.desk.on(self.course.ends)
        finished = ActivityFinished(effective=last, activity=self.programme)
        self.tell_of_all("kegiatan selesai", "finished", [(one, finished) for one in people])

    def meets(self, people: Sequence[Person], leaving: Mapping[str, date] | None = None) -> None:
        """Hold the sessions, evenly over the course, and close its two periods.

        ``leaving`` says from which day on a case is no longer in the class.
        """
        course = self.course
        span = (course.ends - course.starts).days
        middle = course.starts + timedelta(days=span // 2)
        days = [
            course.starts + timedelta(days=span * turn // course.sessions)
            for turn in range(course.sessions)
        ]
        for turn, day in enumerate(days, start=1):
            gone = {case for case, since in (leaving or {}).items() if since <= day}
            self._held(turn, day, [one for one in people if one.case not in gone])
        for first, last in ((course.starts, middle), (middle + timedelta(days=1), course.ends)):
            closed = PeriodClosed(effective=self.desk.on(last), from_day=first, until_day=last)
            self.tell(
                f"kehadiran sampai {last} dijumlahkan",
                f"attendance until {last} summed",
                [fact("programme", self.programme, closed)],
            )

    def _held(self, turn: int, day: date, people: Sequence[Person]) -> None:
        dice = self.script.chance("session", self.programme, turn)
        marks = tuple(
            Mark(
                case=person.case,
                presence=dice.choices(list(PRESENCES), list(PRESENCES.values()))[0],
            )
            for person in people
        )
        held = SessionHeld(
            effective=self.desk.on(day),
            session=f"{self.course.key}-{turn}",
            hours=self.course.hours,
            marks=marks,
        )
        self.tell(
            f"pertemuan ke-{turn}",
            f"session {turn}",
            [fact("programme", self.programme, held)],
        )

    def ends(self, completed: Sequence[Person], not_completed: Sequence[Person]) -> None:
        """Say who went through to the end."""
        last = self.desk.on(self.course.ends)
        done = [(one, Completed(effective=last, programme=self.programme)) for one in completed]
        left = [
            (
                one,
                NotCompleted(
                    effective=last,
                    programme=self.programme,
                    reason="Kehadiran kurang dari tiga perempat pertemuan",
                ),
            )
            for one in not_completed
        ]
        self.tell_of_all("pelatihan selesai", "training over", [*done, *left])

    def certifies_attendance(self, people: Sequence[Person], day: date) -> None:
        """Hand out certificates that say no more than that the training was attended."""
        self.tell_of_all(
            "sertifikat kehadiran",
            "certificates of attendance",
            [
                (
                    one,
                    AttendanceCertified(
                        effective=self.desk.on(day),
                        programme=self.programme,
                        number=f"SKH/{self.course.key}/{turn}/{day.year}",
                        issuer=self.course.provider,
                        issued_on=day,
                    ),
                )
                for turn, one in enumerate(people, start=1)
            ],
        )

    def certifies_competence(
        self, competent: Sequence[Person], not_yet: Sequence[Person], issuer: str, day: date
    ) -> None:
        """Assess in the scheme of the course, and a week later certify the competent."""
        scheme = self.course.scheme or self.course.title
        found = [(one, Competence.KOMPETEN) for one in competent]
        found += [(one, Competence.BELUM_KOMPETEN) for one in not_yet]
        self.tell_of_all(
            "uji kompetensi",
            "assessment of competence",
            [
                (
                    one,
                    Assessed(
                        effective=self.desk.on(day),
                        programme=self.programme,
                        result=result,
                        issuer=issuer,
                        scheme=scheme,
                    ),
                )
                for one, result in found
            ],
        )
        issued = day + timedelta(days=7)
        self.tell_of_all(
            "sertifikat kompetensi",
            "certificates of competence",
            [
                (one, self._competent(turn, issuer, issued))
                for turn, one in enumerate(competent, start=1)
            ],
        )

    def _competent(self, turn: int, issuer: str, issued: date) -> Event:
        return CompetenceCertified(
            effective=self.desk.on(issued),
            programme=self.programme,
            issuer=issuer,
            scheme=self.course.scheme or self.course.title,
            number=f"CONTOH/{self.course.key}/{turn:03}/{issued.year}",
            level=2,
            issued_on=issued,
            valid_until=date(issued.year + CERTIFICATE_YEARS, issued.month, min(issued.day, 28)),
        )


TRAINERS: Final = {
    ProviderKind.PETUGAS: TrainerKind.PETUGAS,
    ProviderKind.INSTRUKTUR_BPVP: TrainerKind.INSTRUKTUR_BPVP,
    ProviderKind.DINAS: TrainerKind.DINAS,
    ProviderKind.UMKM: TrainerKind.UMKM,
    ProviderKind.LAIN: TrainerKind.LAIN,
}
