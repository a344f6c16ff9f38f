"""What Jejak keeps in files, lived through and begun again from what a power cut left.

A story is lived on a real disk by the real code, and says by `told` what somebody may rely on from
then on. `check` begins again in what is left, and raises where something told does not hold, half
of a file is taken for the whole, or the next start can neither go on nor say what to do.
"""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from api.tables import written_beside
from infrastructure.backup import let_go
from infrastructure.backup_series import FACTS, Facts, base_backups, current_series
from infrastructure.key_copy import Copies, head_size
from infrastructure.log_key import log_seed, make_next_log_key, next_log_seed, take_next_log_key
from infrastructure.master_key import KeptInFile
from infrastructure.postgres_directory import cut_short
from infrastructure.postgres_upgrade import exchange
from infrastructure.signed_note import COSIGNATURE, Note, Signer, TreeHead, to_base64
from infrastructure.tombstones import Destruction, TombstoneFile
from infrastructure.witness import Witness, WitnessState
from tests.log_facts import TREE

ORIGIN = "jejak/of-this-story"
LOG = Signer(ORIGIN, b"l" * 32)
SELF = Signer("saksi.example/1", b"w" * 32, COSIGNATURE)
Told = list[Any]


@dataclass(frozen=True)
class Story:
    """`live` may be lived again over what a killed life left. `before` is on the disk for sure.

    Not `killable` is what would leave a lock behind in this process.
    """

    live: Callable[[Path, Told], None]
    check: Callable[[Path, Told], None]
    before: Callable[[Path], None] = lambda _: None
    sealed: Callable[[Path], bool] = lambda _: False
    killable: bool = True


def nothing_left_of(folder: Path, secrets: list[bytes], but: set[str]) -> None:
    """No key lies where nobody looks for it."""
    for file in folder.rglob("*") if folder.exists() else ():
        if file.is_file() and file.name not in but:
            assert not any(it in file.read_bytes() for it in secrets), f"a key stays in {file.name}"


def master_made(at: Path, told: Told) -> None:
    told.append(KeptInFile(at / "data").read())


def master_is_there(at: Path, told: Told) -> None:
    secret = KeptInFile(at / "data").read()
    assert len(secret) == 32, "half a master key"
    assert set(told) <= {secret}, "wrapped keys without their master key"
    nothing_left_of(at / "data", [secret.hex().encode()], {"master.key"})


def master_followed(at: Path, told: Told) -> None:
    """As a rotation goes: keys are wrapped under the next one, then it takes the first's place."""
    place = KeptInFile(at / "data")
    first = told[0] if told else place.read()
    if not told:
        told.append(first)
    if place.read() == first:
        told.append(place.next(make=True))
        place.promote(1)
    elif len(told) == 1:
        told.append(place.read())
    told.append("retired")


def master_is_found(at: Path, told: Told) -> None:
    place = KeptInFile(at / "data")
    now, following = place.read(), place.next(make=False)
    retired = at / "data/master.key.retired-1"
    kept = [now, following, *([place.awake(retired.read_bytes())] if retired.exists() else [])]
    for secret in told[:2]:
        assert secret in kept, "wrapped keys without their master key"
    if "retired" in told:
        assert now == told[1], "the place is not taken"
        assert following is None
    place.next(make=True)


def log_key_followed(at: Path, told: Told) -> None:
    """As the sealer does: signs with a key, announces the next, goes over to it."""
    folder = at / "data"
    if not told:
        told.append(log_seed(folder))
    if len(told) == 1:
        told.append(make_next_log_key(folder))
    take_next_log_key(folder, "retired1")
    told.append("over")


def log_key_is_found(at: Path, told: Told) -> None:
    folder = at / "data"
    now, following = log_seed(folder), next_log_seed(folder)
    if "over" in told:
        assert told[1] in {now, following}, "it went over, and nobody can sign with it"
    elif len(told) == 2:
        assert told[1] in {now, following}, "announced, and nobody can sign with it"
    elif told:
        assert now == told[0], "signed, and nobody can go on"


def submitted(old: int, new: int, root: bytes | None = None) -> bytes:
    text = TreeHead(ORIGIN, new, root or TREE.root(new)).text
    proof = "".join(f"{to_base64(it)}\n" for it in TREE.consistency(old, new))
    return f"old {old}\n{proof}\n{text}\n{LOG.sign(text)}".encode()


def shown(witness: Witness) -> TreeHead | None:
    answer = witness.checkpoint(sha256(ORIGIN.encode()).hexdigest())
    return TreeHead.of(Note.of(answer.body).text) if answer.status == 200 else None


def witnessed(at: Path, told: Told) -> None:
    with closing(WitnessState(at / "saksi/deep/state.json")) as state:
        witness = Witness(SELF, [LOG.key], state, clock=lambda: 1_700_000_000)
        if head := shown(witness):
            told.append(head)
        for size in (3, 200, 4096):
            old = state.head(ORIGIN).size
            if size > old and witness.add_checkpoint(submitted(old, size)).status == 200:
                told.append(TreeHead(ORIGIN, size, TREE.root(size)))


def no_fork_is_cosigned(at: Path, told: Told) -> None:
    with closing(WitnessState(at / "saksi/deep/state.json")) as state:
        witness = Witness(SELF, [LOG.key], state)
        for head in told:
            assert state.head(ORIGIN).size >= head.size, "it forgot what it cosigned"
            forked = submitted(0, head.size, sha256(b"fork").digest())
            assert witness.add_checkpoint(forked).status != 200, "two roots for one size"
        old = state.head(ORIGIN).size
        assert witness.add_checkpoint(submitted(old, 5000)).status == 200, "it cannot go on"


def forgetting(number: int) -> Destruction:
    return Destruction(
        subjects=(f"person:{number}",),
        event_id=f"event-{number}",
        stream=f"person:{number}",
        told={"why": "x" * 120},
    )


def forgotten(at: Path, told: Told) -> None:
    path = at / "data/forgotten.jsonl"
    file, first = TombstoneFile(path), [[7]] if path.exists() else []  # over a line cut short
    for some in (*first, [0], [1, 2, 3], [4]):
        file.add(*map(forgetting, some))
        told += [forgetting(number) for number in some]


def stays_forgotten(at: Path, told: Told) -> None:
    file = TombstoneFile(at / "data/forgotten.jsonl")
    after = forgetting(9)
    file.add(after)
    assert set(map(repr, [*told, after])) <= set(map(repr, file.read())), "somebody comes back"


def head_of(size: int) -> str:
    text = TreeHead(ORIGIN, size, TREE.root(size)).text
    return f"{text}\n{LOG.sign(text)}"


def heads_copied(at: Path, told: Told) -> None:
    copies = Copies(tombstones=at / "data/forgotten.jsonl", keys=at / "keys", ledger=None)
    for size in (3, 200):
        (at / "data/log.x.head").write_text(head_of(size))
        copies.keep_heads()
        told.append(size)


def heads_are_copied(at: Path, told: Told) -> None:
    kept = head_size(at / "keys/log.x.head")
    assert kept >= max(told, default=0), "an older head is left than was copied"


def folders(*names: str) -> Callable[[Path], None]:
    def make(at: Path) -> None:
        for name in names:
            (at / name).mkdir(parents=True)

    return make


def exported(at: Path, told: Told) -> None:
    with written_beside(at / "out/buku.ndjson") as file:
        for number in range(20):
            file.write(json.dumps({"line": number}) + "\n")
    told.append("whole")


def export_is_whole(at: Path, told: Told) -> None:
    file = at / "out/buku.ndjson"
    assert file.exists() or not told, "told, and not there"
    text = file.read_text() if file.exists() else "before\n"
    assert not (told and text == "before\n"), "told, and what was there before is there"
    if text != "before\n":
        assert len(text.splitlines()) == 20, "half an export"
        assert json.loads(text.splitlines()[-1]) == {"line": 19}, "half an export"
    assert file.exists(), "what was there before is gone"


def exported_before(at: Path) -> None:
    (at / "out").mkdir()
    (at / "out/buku.ndjson").write_text("before\n")


def a_base(at: Path, number: int) -> None:
    """Lay down a base backup and its WAL as they look, small."""
    moment = datetime(2026, 1, number, tzinfo=UTC)
    facts = Facts(
        store="x", position=number, recorded_at=None, started_at=moment, finished_at=moment,
        timeline=1, first_segment=number, last_segment=number, segment_bytes=16, major=18, bytes=1,
    )  # fmt: skip
    base = at / f"place/series/base-{number}"
    (base / "cluster").mkdir(parents=True)
    (base / "cluster/data").write_text("whole")
    (base / "backup.json").write_bytes(FACTS.dump_json(facts))
    (at / "place/series/wal").mkdir(exist_ok=True)
    (at / f"place/series/wal/{1:08X}{0:08X}{number:08X}").write_bytes(b"x" * 16)


def three_bases(at: Path) -> None:
    for number in (1, 2, 3):
        a_base(at, number)


def the_oldest_let_go(at: Path, _told: Told) -> None:
    let_go(at / "place", "x", 1)


def bases_are_whole(at: Path, _told: Told) -> None:
    bases = base_backups(at / "place")
    assert bases, "no backup is left"
    for base in bases:
        data = base.cluster / "data"
        assert data.exists(), "half a backup is taken for a whole one"
        assert data.read_text() == "whole", "half a backup is taken for a whole one"
        wal = base.archive / f"{1:08X}{0:08X}{base.facts.first_segment:08X}"
        assert wal.exists(), "a backup without its WAL"


def a_series_begun(at: Path, told: Told) -> None:
    told.append(current_series(at / "data", "7001"))


def the_series_goes_on(at: Path, told: Told) -> None:
    assert set(told) <= {current_series(at / "data", "7001")}, "the archive lost its series"


def two_clusters(at: Path) -> None:
    for folder, version in (("postgres/cluster", "15"), ("postgres/upgrade/cluster", "18")):
        (at / folder).mkdir(parents=True)
        (at / folder / "PG_VERSION").write_text(version)


def exchanged(at: Path, told: Told) -> None:
    if (at / "postgres/upgrade/cluster").exists():
        exchange(at / "postgres", at / "postgres/cluster-15")
    told.append("done")


def the_data_is_not_hidden(at: Path, told: Told) -> None:
    """A start refuses, or there is one of the two; what was done by halves goes on."""
    postgres = at / "postgres"
    if aside := cut_short(postgres):
        exchange(postgres, aside)
    assert (postgres / "cluster").exists(), "the next start begins an empty ledger"
    version = (postgres / "cluster/PG_VERSION").read_text()
    assert version == "18" or (postgres / "upgrade/cluster").exists(), "the copy is gone"
    assert version == "18" or not told, "done, and undone"
    assert version == "15" or (postgres / "cluster-15").exists(), "the old data is gone"


STORIES = {
    "master_key": Story(master_made, master_is_there),
    "master_key_rotated": Story(master_followed, master_is_found),
    "log_key_rotated": Story(log_key_followed, log_key_is_found),
    "witness": Story(witnessed, no_fork_is_cosigned),
    "forgotten": Story(forgotten, stays_forgotten),
    "heads": Story(heads_copied, heads_are_copied, folders("data", "keys")),
    "export": Story(exported, export_is_whole, exported_before),
    "bases_let_go": Story(the_oldest_let_go, bases_are_whole, three_bases),
    "upgrade": Story(exchanged, the_data_is_not_hidden, two_clusters, killable=False),
    "series": Story(a_series_begun, the_series_goes_on, folders("data")),
}
