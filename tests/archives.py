"""Archives made by hand, with keys of our own: for tests, vectors and the tampering campaign.

Nothing here is the product's or the verifier's: roots are computed by RFC 6962's own definition,
and notes are written as c2sp.org says.
"""

import json
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

STORE = "0198f5c0-7a00-4000-8000-000000000001"
ORIGIN = f"jejak/{STORE}"
FIRST_TIME = 1_763_773_323_000_004
"""Microseconds since 1970: 2025-11-22T01:02:03.000004Z."""
LOG_KEY, WITNESS_KEY = 1, 4
COSIGNED_AT = 1_763_800_000


def canonical(value):
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def mth(leaves):
    """RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


@dataclass(frozen=True)
class Notary:
    """Somebody with a name and an Ed25519 key, who signs checkpoints."""

    name: str
    algorithm: int = LOG_KEY
    seed: bytes = b"s" * 32

    @property
    def public(self):
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def key_id(self):
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[
            :4
        ]

    @property
    def vkey(self):
        material = b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    def signature(self, said):
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(said)

    def line(self, body, time=COSIGNED_AT):
        said, before = body, b""
        if self.algorithm == WITNESS_KEY:
            said, before = f"cosignature/v1\ntime {time}\n{body}", time.to_bytes(8)
        signature = self.signature(said.encode() if isinstance(said, str) else said)
        return f"— {self.name} {b64encode(self.key_id + before + signature).decode()}\n"


LOG = Notary(ORIGIN)
WITNESSES = tuple(Notary(f"saksi.example/{n}", WITNESS_KEY, bytes([n]) * 32) for n in (1, 2))


@dataclass(frozen=True)
class Leaf:
    """One line of an archive: an event's page or an access record's body."""

    kind: str
    number: int
    at: str
    content: bytes

    @property
    def data(self):
        number = "position" if self.kind == "event" else "number"
        digest = sha256(self.content).hexdigest()
        return canonical(
            {"hash": digest, "kind": self.kind, number: self.number, "recorded_at": self.at}
        )

    @property
    def hash(self):
        return sha256(b"\x00" + self.data).digest()

    def line(self, index):
        number, content = ("position", "page") if self.kind == "event" else ("number", "body")
        return b'{"index":%d,"kind":"%s","%s":%d,"recorded_at":"%s","%s":%s}\n' % (
            index,
            self.kind.encode(),
            number.encode(),
            self.number,
            self.at.encode(),
            content.encode(),
            self.content,
        )


def checkpoint(leaves, signers=(LOG, *WITNESSES), origin=ORIGIN, *, size=None, root=None, more=""):  # noqa: PLR0913  # a note has that many parts
    """Return a signed note over these leaves, or over whatever size and root are said."""
    root = mth([leaf.hash for leaf in leaves]) if root is None else root
    size = len(leaves) if size is None else size
    body = f"{origin}\n{size}\n{b64encode(root).decode()}\n{more}"
    return body + "\n" + "".join(signer.line(body) for signer in signers)


@dataclass(frozen=True)
class Archive:
    """A sealed archive, whole until somebody changes a part of it."""

    leaves: tuple[Leaf, ...]
    note: str
    size: int
    origin: str = ORIGIN
    key: str = field(default_factory=lambda: LOG.vkey)

    @classmethod
    def of(cls, leaves) -> "Archive":
        return cls(leaves=tuple(leaves), note=checkpoint(leaves), size=len(leaves))

    @property
    def header(self):
        said = {
            "jejak_archive": 1,
            "origin": self.origin,
            "public_key": self.key,
            "size": self.size,
        }
        return canonical(said) + b"\n"

    @property
    def closing(self):
        return canonical({"checkpoint": self.note}) + b"\n"

    def lines(self):
        inner = [leaf.line(index) for index, leaf in enumerate(self.leaves)]
        return [self.header, *inner, self.closing]

    def written(self):
        return b"".join(self.lines())


def instant(microseconds):
    seconds, rest = divmod(microseconds, 1_000_000)
    days, second = divmod(seconds, 86_400)
    day = date.fromordinal(719_163 + days).isoformat()
    clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    return f"{day}T{clock}.{rest:06}Z"


def uuid_of(random):
    digits = f"{random.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def sealed_box(random, subject, kind, pointers):
    return {
        "class": kind,
        "fields": {
            it: b64encode(random.randbytes(random.randint(30, 60))).decode() for it in pointers
        },
        "key": uuid_of(random),
        "page_key": b64encode(random.randbytes(60)).decode(),
        "subject": subject,
    }


NAMES = {
    "conduct.assessed@1": {
        "month": "2025-07",
        "predicate": "baik",
        "risk_declined": True,
        "score": 82,
    },
    "register.entered@1": {"kind": "b_i", "unit": "RUTAN-MEDAN", "year": 2025},
    "verdict.pronounced@1": {"court": "Pengadilan Negeri Pekalongan", "instance": "pn"},
    "programme.session_held@1": {"hours": 4, "marks": [{"case": "BI-1", "presence": "hadir"}]},
    "agreement.plan_stated@1": {"figure": 2340, "plan": "p", "text": 'Akan "dilatih"\ndi Médan'},
    "custody.died@2": {},
}


def page(random, stream, version, previous):
    name = random.choice(sorted(NAMES))
    subject = f"person-{random.randint(1, 99)}"
    evidence = [{"date": None, "sha256": "ab" * 32}] * random.choice((0, 0, 0, 1, 2))
    pointers = [f"/evidence/{n}/number" for n in range(len(evidence))]
    boxes = []
    if random.random() < 0.6:
        boxes.append(sealed_box(random, subject, "personal", [*pointers, "/payload/x", "/reason"]))
    if random.random() < 0.3:
        boxes.append(sealed_box(random, subject, "specific", ["/payload/offence", "/payload/z"]))
    return {
        "actor": {
            "agency": None,
            "id": f"wali-{random.randint(1, 9)}",
            "on_behalf_of": None,
            "role": "caseworker",
            "unit": random.choice(("RUTAN-MEDAN", None)),
        },
        "causation_id": random.choice((None, uuid_of(random))),
        "correlation_id": uuid_of(random),
        "effective": {
            "at": random.choice((None, "2025-08-02T09:30:00+09:00")),
            "day": "2025-08-02",
            "zone": random.choice(("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")),
        },
        "event_id": uuid_of(random),
        "evidence": evidence,
        "format": 1,
        "idempotency_key": random.choice((None, f"k-{random.randint(1, 10**9)}")),
        "name": name,
        "payload": NAMES[name],
        "prev_hash": previous,
        "purpose": "pembinaan",
        "sealed": boxes,
        "stream": stream,
        "subject": subject,
        "version": version,
    }


def access_record(random):
    return {
        "actor": f"wali-{random.randint(1, 9)}",
        "on": [f"case:{uuid_of(random)}"],
        "purpose": "pembinaan",
        "trace": uuid_of(random),
    }


def leaves_of(random: Random, events=40, streams=8, accesses=10):
    """Return the leaves of an invented log: events of some streams, access records between."""
    heads, at, numbers, leaves = {}, FIRST_TIME, {"event": 0, "access": 0}, []
    kinds = ["event"] * events + ["access"] * accesses
    random.shuffle(kinds)
    names = [f"case:{uuid_of(random)}" for _ in range(streams - 1)] + ["registry:unit/RUTAN-É"]
    for kind in kinds:
        at += random.choice((0, 1, 999_999, 61_000_000))
        numbers[kind] += 1
        if kind == "access":
            content = canonical(access_record(random))
        else:
            stream = random.choice(names)
            version, previous = heads.get(stream, (0, "0" * 64))
            content = canonical(page(random, stream, version + 1, previous))
            heads[stream] = (version + 1, sha256(content).hexdigest())
        leaves.append(Leaf(kind, numbers[kind], instant(at), content))
    return leaves


def rechained(leaves, stream):
    """Return the leaves with all pages of a stream chained anew: a re-hashed forgery."""
    previous, version, again = "0" * 64, 0, []
    for each in leaves:
        leaf, read = each, json.loads(each.content) if each.kind == "event" else {}
        if read.get("stream") == stream:
            version += 1
            read |= {"prev_hash": previous, "version": version}
            leaf = replace(leaf, content=canonical(read))
            previous = sha256(leaf.content).hexdigest()
        again.append(leaf)
    return again
