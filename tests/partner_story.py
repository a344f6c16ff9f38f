"""A partnership told through the doors: who is taught what, and what an agency hears of it."""

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from facts import agreement, ask, asking, decide, event, open_case, programme
from scenario import on
from whole_service import SYSTEM

from application.append import Proposal, Request
from domain.record import StreamId
from domain.registry import AgencyKind, AgencyNamed

DISNAKER = "DISNAKER-12.71"
FIELDS = ("full_name", "domicile", "programme", "certificate", "skill")
PATIENCE_SECONDS = 20


@dataclass
class MovableClock:
    """The real instant, until a test says what it is."""

    instant: datetime | None = None

    def __call__(self) -> datetime:
        return self.instant or datetime.now(UTC)


def name_agency(services, agency=DISNAKER, kind=AgencyKind.DINAS_KETENAGAKERJAAN, region="12.71"):
    named = AgencyNamed(
        effective=on("2020-01-01"), agency=agency, kind=kind, title=agency.title(), region=region
    )
    stream = StreamId(kind="registry", key=f"agency/{agency}")
    services.append(
        Request(
            proposals=(Proposal(stream=stream, event=named, evidence=(), reason=None),),
            expected={},
            actor=SYSTEM,
            purpose="pembinaan",
            correlation_id="test",
            command=None,
        )
    )


def agreed(client, until=None, *, running=True, **said):
    """Propose an agreement, sign it and let it run; return its id."""
    said = {"participant_kinds": ["tahanan"], "allowed_fields": list(FIELDS), **said}
    told = [agreement(**said)]
    if running:
        told += [
            event(
                "agreement.signed",
                "2025-10-05",
                number="PKS/1",
                valid_from="2025-10-05",
                valid_until=until and until.isoformat(),
            ),
            event("agreement.started", "2025-10-06"),
        ]
    answer = client.post("/v1/agreements", json={"events": told})
    assert answer.status_code == 201, answer.json()
    return answer.json()["agreement_id"]


def course_of(client, agreement, **said):
    opened = programme(agreement=agreement, capacity=40, **said)
    answer = client.post("/v1/programmes", json={"events": [opened]})
    assert answer.status_code == 201, answer.json()
    return answer.json()["programme_id"]


def trained(cohort):
    """What is told of somebody's training, to a certificate of attendance."""
    of = {"programme": cohort}
    fit = {**of, "suitable": True, "facts": [], "reason": None}
    by = {"trainer_kind": "dinas", "trainer_organisation": "Dinas Ketenagakerjaan Kota Medan"}
    paper = {"number": "S-17/2025", "issuer": "Dinas Ketenagakerjaan", "issued_on": "2025-12-22"}
    return [
        event("skill_training.applied", "2025-11-03", **of, agreement=None),
        event("skill_training.suitability_decided", "2025-11-04", **fit),
        event("skill_training.started", "2025-11-11", **of, **by),
        event("skill_training.completed", "2025-12-20", **of),
        event("skill_training.attendance_certified", "2025-12-22", **of, **paper),
    ]


def append(client, case, told):
    """Append to a case as it stands; return the answer."""
    version = client.get(f"/v1/cases/{case}").headers["etag"]
    answer = client.post(
        f"/v1/cases/{case}/events", json={"events": told}, headers={"If-Match": version}
    )
    assert answer.status_code == 201, answer.json()
    return answer.json()


def told_of(client, agreement, said):
    """Tell something of an agreement as it stands."""
    version = client.get(f"/v1/agreements/{agreement}").headers["etag"]
    answer = client.post(
        f"/v1/agreements/{agreement}/events",
        json={"events": [said]},
        headers={"If-Match": version},
    )
    assert answer.status_code == 201, answer.text


def taught(client, cohort, name):
    """Open a case and tell a whole training in it; return the case."""
    case = open_case(client, name)
    append(client, case, trained(cohort))
    return case


def moved(client, supervisor, source, target):
    """Move a whole training from one case to another, as two people decide."""
    told = client.get(f"/v1/cases/{source}/events").json()
    wrong = [one["event_id"] for one in told["events"] if one["type"].startswith("skill_training.")]
    wanted = asking(*wrong, kind="move", to=target, reason_code="wrong_person")
    version = int(client.get(f"/v1/cases/{source}").headers["etag"].strip('"'))
    asked = ask(client, f"/v1/cases/{source}", wanted, version)
    assert asked.status_code == 201, asked.json()
    said = asked.json()
    answer = decide(supervisor, said["correction"], said["version"])
    assert answer.status_code in {200, 201}, answer.json()


def caught_up(services):
    """Wait until the feeds have seen all that is recorded."""
    assert services.feeds.reached(services.ledger.position(), PATIENCE_SECONDS)


def feed(client, agreement, after=0):
    """Return all entries of a feed after one, page by page, as CloudEvents."""
    found = []
    while True:
        answer = client.get(f"/v1/feeds/{agreement}", params={"lastEventId": str(after)})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        if not page:
            return found
        found += page
        after = page[-1]["id"]


def records(client, agreement):
    """Return the records that the API lists, by pseudonym."""
    found, address = {}, f"/v1/agreements/{agreement}/records"
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        found |= {one["subject"]: one["data"] for one in answer.json()["items"]}
        address = answer.links.get("next", {}).get("url")
    return found


def compacted(entries):
    """Return what a feed leaves behind: the last record of everybody who is still in scope."""
    left = {}
    for one in entries:
        if one["type"].endswith(".withdrawn"):
            left.pop(one["subject"], None)
        elif "data" in one:
            left[one["subject"]] = one["data"]
    return left


def changes(entries):
    """Return what became of whom, in order."""
    return [(one["subject"], one["type"].rpartition(".")[2]) for one in entries]


@dataclass
class Stream:
    """Server-sent events as they come; a thread reads them."""

    told: list = field(default_factory=list)
    heard: threading.Condition = field(default_factory=threading.Condition)
    ended: threading.Event = field(default_factory=threading.Event)

    def listen(self, lines):
        said = {}
        for line in lines:
            if line == "" and "data" in said:
                with self.heard:
                    self.told.append(json.loads(said["data"]))
                    self.heard.notify_all()
                said = {}
            elif line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                said[name] = said.get(name, "") + value
        self.ended.set()

    def wait_for(self, true):
        """Wait until something is true of what was told; return it."""
        with self.heard:
            assert self.heard.wait_for(lambda: true(self.told), PATIENCE_SECONDS), self.told
            return list(self.told)


@contextmanager
def streaming(address, token, agreement, after=None):
    """Follow a feed as server-sent events."""
    stream, headers = Stream(), {"Authorization": f"Bearer {token}"}
    if after is not None:
        headers["Last-Event-ID"] = str(after)
    client = httpx2.Client(timeout=httpx2.Timeout(PATIENCE_SECONDS))
    place = f"{address}/v1/feeds/{agreement}/stream"
    with client, client.stream("GET", place, headers=headers) as answer:
        assert answer.status_code == 200, answer.read()
        reader = threading.Thread(target=quietly, args=(stream, answer), daemon=True)
        reader.start()
        yield stream


def quietly(stream, answer):
    """Read until somebody hangs up."""
    try:
        stream.listen(answer.iter_lines())
    except (httpx2.HTTPError, httpx2.StreamError):
        stream.ended.set()


class Receiver:
    """A partner's webhook: keeps what it is sent, and answers as a test says, or not at all.

    One that ``forgets_to_say`` takes so many and then answers that it is broken; one that is
    ``slow`` takes so many seconds for each.
    """

    def __init__(self) -> None:
        self.got, self.answers, self.port = [], lambda _: 204, 0
        self.forgets_to_say, self.slow = 0, 0.0

    def start(self):
        """Listen, each time on the same port."""
        receiver = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                time.sleep(receiver.slow)
                status = receiver.answers(json.loads(body))
                if status < HTTPStatus.MULTIPLE_CHOICES:
                    receiver.got.append((dict(self.headers), body))
                    if receiver.forgets_to_say:
                        receiver.forgets_to_say, status = receiver.forgets_to_say - 1, 503
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Door)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/jejak"

    def events(self):
        """Return what came, in the order of coming, each event once: by its webhook-id."""
        once = {headers["webhook-id"]: json.loads(body) for headers, body in self.got}
        return [one for one in once.values() if one["type"] != "jejak.test"]


@pytest.fixture
def receiver():
    receiver = Receiver()
    receiver.start()
    yield receiver
    receiver.stop()


def subscribed(client, agreement, url):
    """Have a feed sent to an address; return the subscription and its secret."""
    answer = client.post("/v1/subscriptions", json={"agreement": agreement, "url": url})
    assert answer.status_code == 201, answer.text
    return answer.json()


def within(seconds, true):
    """Wait until something is true; say whether it came to be."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
