"""A house with a clock of its own, and the people who bring a remisi batch from draft to award."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from convicts import convict, punished
from facts import MEDAN, event, open_case

from domain.record import StreamId

DAY = "2025-08-17"
EVE = datetime(2025, 8, 16, 16, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2025, 8, 16, 17, tzinfo=UTC)
"""Midnight of 17 August in the unit's zone, WIB."""
DRAFT = {"unit": MEDAN, "award_day": DAY, "kinds": ["umum", "dasawarsa"]}


@dataclass
class Clock:
    """A clock that is set by hand."""

    at: datetime = datetime(2025, 8, 1, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@dataclass
class House:
    """A unit with four people, and everybody who takes a step."""

    service: object
    clock: Clock

    def __post_init__(self) -> None:
        made = self.service.services
        append = replace(made.append, now=self.clock)
        self.service.services = replace(made, now=self.clock, append=append)
        self.service.app.state.services = self.service.services
        self.wali = self.service.caller("caseworker", MEDAN, user="wali-1")
        self.tpp = self.service.caller("caseworker", MEDAN, user="ketua-tpp")
        self.head = self.service.caller("supervisor", MEDAN, user="kepala-upt")
        self.kanwil = self.service.caller("supervisor", MEDAN, level="kanwil", user="kanwil-1")
        self.dirjen = self.service.caller("supervisor", level="ditjenpas", user="dirjen-1")
        self.sk = self.service.caller("supervisor", level="ditjenpas", user="dirjen-2")

    @property
    def services(self):
        return self.service.services

    def people(self):
        """Of whom two are eligible, one was punished, and one is not judged."""
        adi = convict(self.wali, "Adi Fiktif")
        budi = convict(self.wali, "Budi Fiktif", since="2025-01-10", length=(0, 8))
        citra = convict(self.wali, "Citra Fiktif")
        punished(self.wali, citra, "2025-06-01", 5)
        dewi = open_case(self.wali, "Dewi Fiktif")
        return adi, budi, citra, dewi

    def draft(self, client=None, **changes):
        return (client or self.wali).post("/v1/remisi-batches", json=DRAFT | changes)

    def drafted(self, **changes):
        answer = self.draft(**changes)
        assert answer.status_code == 201, answer.json()
        return answer.json()["batches"][0]["remisi_batch_id"]

    def read(self, batch, path="", **query):
        answer = self.wali.get(f"/v1/remisi-batches/{batch}{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def step(self, client, batch, named, day="2025-08-01", **data):
        version = self.read(batch)["version"]
        return client.post(
            f"/v1/remisi-batches/{batch}/events",
            json={"events": [event(f"remisi_batch.{named}", day, **data)]},
            headers={"If-Match": f'"{version}"'},
        )

    def session(self, batch, client=None, **changes):
        said = {
            "minutes": "BA-TPP/8",
            "members": ["ketua-tpp", "anggota-1", "anggota-2"],
            "recommended": True,
            "except_cases": [],
        }
        return self.step(client or self.tpp, batch, "session_held", **said | changes)

    def decide(self, client, batch, level, *, agreed=True, except_cases=()):
        said = {"level": level, "agreed": agreed, "except_cases": list(except_cases)}
        return self.step(client, batch, "decided", **said)

    def issue(self, batch, client=None):
        said = {"sk_number": "PAS-1423.PK.05.03/2025", "sk_date": "2025-08-01"}
        return self.step(client or self.sk, batch, "sk_issued", **said)

    def up_to_the_sk(self, batch):
        for answer in (
            self.session(batch),
            self.decide(self.head, batch, "kepala_upt"),
            self.decide(self.kanwil, batch, "kanwil"),
            self.decide(self.dirjen, batch, "ditjenpas"),
            self.issue(batch),
        ):
            assert answer.status_code == 201, answer.json()

    def settle(self):
        """Wait until the read models have seen all that was told."""
        assert self.services.read_models.wait(self.services.ledger.position(), 10)

    def follow(self, at):
        self.settle()
        self.clock.at = at
        return self.services.following.follow_due(at)


def by_case(lines):
    return {(line["case"], line["kind"]): line for line in lines}


def told(house, case):
    """What a case tells of remisi, in order."""
    pages = house.services.ledger.read(StreamId(kind="case", key=case))
    return [page for page in pages if page.event.stored_as.startswith("remisi.")]


def names(house, case):
    return [page.event.stored_as.removeprefix("remisi.") for page in told(house, case)]


def code(answer, status):
    assert answer.status_code == status, answer.json()
    return answer.json()["code"]
