"""Proofs of one leaf, good ones and one for each thing that can be wrong, with the answer to each.

``PYTHONPATH=tests python tests/proof_vectors.py`` writes them anew. Audit paths are computed by
RFC 6962's own definition, and the answers are said here by hand. ``served.tlog-proof`` is the
service's own, as it gave it, and is written by nobody again.
"""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from archives import LOG, ORIGIN, WITNESS_KEY, WITNESSES, Notary, checkpoint, mth
from vector_keys import LAST, NEXT, NINE, announced
from vector_log import ACCESSES, BASE, EVENTS, HALF, IMPOSTOR, OTHER_LOG, STRANGER

FOLDER = Path(__file__).parent / "vectors" / "proofs"
INDEX = FOLDER / "index.json"
HASHES = [leaf.hash for leaf in BASE]
AT, ALL = EVENTS[4], len(BASE)
PINNED = {"key": LOG.vkey, "witnesses": [it.vkey for it in WITNESSES]}
VERSION = "c2sp.org/tlog-proof@v1"


class Plain(Notary):
    """Signs a checkpoint as a log does, whatever its key says of itself."""

    def line(self, body, time=0):
        return f"— {self.name} {base64(self.key_id + self.signature(body.encode()))}\n"


def path(index, hashes):
    """RFC 6962, section 2.1.1, as it is written there."""
    if len(hashes) <= 1:
        return []
    k = 1 << (len(hashes) - 1).bit_length() - 1
    if index < k:
        return [*path(index, hashes[:k]), mth(hashes[k:])]
    return [*path(index - k, hashes[k:]), mth(hashes[:k])]


def length_of(index, size):
    """How many hashes a leaf's path has, by the same definition."""
    if size <= 1:
        return 0
    k = 1 << (size - 1).bit_length() - 1
    return 1 + (length_of(index, k) if index < k else length_of(index - k, size - k))


def root_of(leaf, index, size, beside):
    """The root that a path leads to, by the same definition."""
    if size <= 1:
        return leaf
    *below, last = beside
    k = 1 << (size - 1).bit_length() - 1
    if index < k:
        return sha256(b"\x01" + root_of(leaf, index, k, below) + last).digest()
    return sha256(b"\x01" + last + root_of(leaf, index - k, size - k, below)).digest()


def base64(raw):
    return b64encode(raw).decode()


def lines_of(index=AT, size=ALL, note=None):
    """Return a proof's lines, the checkpoint as one of them."""
    note = checkpoint(BASE[:size]) if note is None else note
    beside = map(base64, path(index, HASHES[:size]))
    return [VERSION, f"extra {base64(BASE[index].data)}", f"index {index}", *beside, "", note]


def written(lines):
    return "\n".join(lines).encode()


def with_line(number, change, lines=None):
    """Change one line of a proof, counted from 1."""
    lines = lines or lines_of()
    return written([*lines[: number - 1], change(lines[number - 1]), *lines[number:]])


def proven(index, size):
    leaf = BASE[index]
    return {"index": index, "size": size, "kind": leaf.kind, "number": leaf.number}


def good():
    for index in (0, AT, ACCESSES[1], len(BASE) - 1):
        yield f"good-{index}", written(lines_of(index)), PINNED, proven(index, len(BASE))
    yield "good-first-of-one", written(lines_of(0, 1)), PINNED, proven(0, 1)
    yield "good-last-carried-up", written(lines_of(HALF - 1, HALF)), PINNED, proven(HALF - 1, HALF)
    strange = checkpoint(BASE, (STRANGER, LOG, *WITNESSES))
    yield "good-stranger", written(lines_of(note=strange)), PINNED, proven(AT, len(BASE))
    bare = lines_of()
    del bare[1]
    line = BASE[AT].line(AT).decode()
    yield "good-no-extra", written(bare), {**PINNED, "leaf": line}, proven(AT, len(BASE))
    for name, said in (
        ("leaf", BASE[AT].data),
        ("page", BASE[AT].content),
        ("line", line.encode()),
    ):
        given = {**PINNED, "leaf": said.decode() + "\n" * (name != "line")}
        yield f"good-{name}", written(lines_of()), given, proven(AT, len(BASE))
    given = {"key": LOG.vkey, "announcements": [announced(HALF, NEXT, (LOG, NEXT))]}
    late = written(lines_of(note=checkpoint(BASE, (NEXT,))))
    yield "good-next-key", late, given, proven(AT, len(BASE))
    yield "good-before-next-key", written(lines_of(0, 3)), given, proven(0, 3)
    twice = [announced(NINE, LAST, (NEXT, LAST)), *given["announcements"]]
    late = written(lines_of(note=checkpoint(BASE, (LAST,))))
    yield "good-last-key", late, given | {"announcements": twice}, proven(AT, len(BASE))
    for name, ends in (("return", "\r"), ("windows", "\r\n")):
        said = {**PINNED, "leaf": BASE[AT].content.decode() + ends}
        yield f"good-page-{name}", written(lines_of()), said, proven(AT, len(BASE))
    index, size = 3 * 2**32 + 5, 10**14 + 7  # beyond what JavaScript shifts
    beside = [bytes([at]) * 32 for at in range(length_of(index, size))]
    root = root_of(BASE[AT].hash, index, size, beside)
    lines = lines_of(note=checkpoint((), size=size, root=root))
    vast = [*lines[:2], f"index {index}", *map(base64, beside), *lines[-2:]]
    yield "good-vast", written(vast), PINNED, proven(AT, size) | {"index": index}
    twice = checkpoint(BASE, (LOG, LOG, *WITNESSES, WITNESSES[0]))
    yield "good-signed-twice", written(lines_of(note=twice)), PINNED, proven(AT, len(BASE))


def broken_form():
    lines = lines_of()
    yield "header", with_line(1, str.upper), PINNED, ("proof.header", {"line": 1})
    yield "header-bom", b"\xef\xbb\xbf" + written(lines), PINNED, ("proof.header", {"line": 1})
    yield "header-crlf", written(lines).replace(b"\n", b"\r\n"), PINNED, ("proof.header", {})
    yield "empty", b"", PINNED, ("proof.header", {})
    yield "nothing-after", VERSION.encode(), PINNED, ("proof.line", {"line": 2})
    for name, change in (
        ("not-base64", lambda it: it[:-2] + "!!"),
        ("unpadded", lambda it: it.rstrip("=")),
        ("spaced", lambda it: it + " "),
        ("spare-bits", lambda it: it[:-2] + chr(ord(it[-2]) + 1) + "="),
        ("two-in-one", lambda it: it + it),
        ("short", lambda _: base64(bytes(31))),
        ("not-ascii", lambda it: it[:-1] + "é"),
    ):
        yield f"hash-{name}", with_line(4, change), PINNED, ("proof.line", {"line": 4})
    none = with_line(2, lambda _: "extra ")
    yield "extra-empty", none, PINNED, ("proof.leaf", {"line": 2})
    yield "extra-not-base64", with_line(2, lambda it: it + "*"), PINNED, ("proof.line", {"line": 2})
    yield "extra-twice", written([*lines[:2], *lines[1:]]), PINNED, ("proof.line", {"line": 3})
    for name, said in (
        ("zero", "index 03"),
        ("minus", "index -3"),
        ("plus", "index +3"),
        ("sixteen-digits", f"index {10**15}"),
    ):
        yield (
            f"index-{name}",
            with_line(3, lambda _, it=said: it),
            PINNED,
            ("proof.line", {"line": 3}),
        )
    yield "index-none", written([*lines[:2], *lines[3:]]), PINNED, ("proof.line", {"line": 3})
    yield "line-more", written([*lines[:3], "x", *lines[3:]]), PINNED, ("proof.line", {"line": 4})


def broken_checkpoint():
    lines = lines_of()
    last = len(lines) - 2
    none = written(lines[:last])
    yield "checkpoint-none", none, PINNED, ("proof.checkpoint", {"line": last + 2})
    cut = written(lines)[:-20]
    yield "checkpoint-cut", cut, PINNED, ("proof.checkpoint", {"line": last + 2})
    trailing = written(lines) + b"x\n"
    yield "checkpoint-trailing", trailing, PINNED, ("proof.checkpoint", {"line": last + 2})
    empty = written(lines) + b"\n"
    yield "checkpoint-empty-line", empty, PINNED, ("proof.checkpoint", {"line": last + 2})
    yield "not-utf-8", written(lines) + b"\xff", PINNED, ("proof.checkpoint", {"line": last + 2})


def broken_leaf():
    bare = lines_of()
    del bare[1]
    place = proven(AT, 0)
    del place["size"]
    yield "leaf-none", written(bare), PINNED, ("proof.leaf", {"line": 2})
    page = {**PINNED, "leaf": BASE[AT].content.decode()}
    yield "leaf-of-page-alone", written(bare), page, ("proof.leaf", {"line": 2})
    broken = BASE[AT].line(AT).replace(b'"payload":', b'"payload":\n')
    line = {**PINNED, "leaf": broken.decode()}
    yield "leaf-of-line-broken", written(bare), line, ("proof.leaf", {"line": 2})
    for name, data in (
        ("spaced", BASE[AT].data.replace(b":", b": ")),
        ("junk", b"junk"),
        ("more", BASE[AT].data + b"\n"),
        ("access-at-position", BASE[AT].data.replace(b"event", b"access")),
    ):
        changed = with_line(2, lambda _, it=data: f"extra {base64(it)}")
        yield f"leaf-{name}", changed, PINNED, ("proof.leaf", {"line": 2})
    edited = BASE[AT].data.replace(b'"position":5', b'"position":6')
    changed = with_line(2, lambda _: f"extra {base64(edited)}")
    yield "leaf-edited", changed, PINNED, ("proof.root", place | {"number": 6})
    other = BASE[EVENTS[5]]
    for name, said in (
        ("leaf", other.data),
        ("page", other.content),
        ("line", other.line(EVENTS[5])),
        ("line-elsewhere", BASE[AT].line(AT + 1)),
        ("line-broken", broken),
        ("page-edited", BASE[AT].content.replace(b"pembinaan", b"lain")),
        ("page-two-ends", BASE[AT].content + b"\n\n"),
        ("nothing", b""),
    ):
        given = {**PINNED, "leaf": said.decode()}
        yield f"handed-{name}", written(lines_of()), given, ("proof.handed", place)


def broken_signatures():
    spoilt = checkpoint(BASE[:3]).rpartition("\n\n")[2]
    for name, said, fault in (
        ("log-and-not", checkpoint(BASE) + spoilt, ("proof.signature", {})),
        ("nobody", checkpoint(BASE, (STRANGER,)), ("proof.signature", {})),
        ("impostor", checkpoint(BASE, (IMPOSTOR, *WITNESSES)), ("proof.signature", {})),
        ("altered", checkpoint(BASE).replace("\n15\n", "\n16\n"), ("proof.signature", {})),
        ("log-alone", checkpoint(BASE, (LOG,)), ("proof.witness", {"name": WITNESSES[0].name})),
        (
            "one-witness",
            checkpoint(BASE, (LOG, WITNESSES[0])),
            ("proof.witness", {"name": WITNESSES[1].name}),
        ),
        (
            "other-log",
            checkpoint(BASE, (OTHER_LOG, *WITNESSES), OTHER_LOG.name),
            ("proof.origin", {"name": OTHER_LOG.name}),
        ),
    ):
        yield f"signed-by-{name}", written(lines_of(note=said)), PINNED, fault
    late = written(lines_of(note=checkpoint(BASE, (NEXT,))))
    yield "key-unannounced", late, {"key": LOG.vkey}, ("proof.signature", {})
    for name, signers in (("log", (LOG,)), ("next", (NEXT,))):
        given = {"key": LOG.vkey, "announcements": [announced(HALF, NEXT, signers)]}
        yield f"key-announced-by-{name}-alone", late, given, ("key.succession", {"number": HALF})
    for name, other in (
        ("other-name", Notary("jejak/lain", seed=b"n" * 32)),
        ("witness", Plain(ORIGIN, WITNESS_KEY, b"n" * 32)),
    ):
        given = {"key": LOG.vkey, "announcements": [announced(HALF, other, (LOG, other))]}
        theirs = written(lines_of(note=checkpoint(BASE, (other,))))
        yield f"key-announced-of-{name}", theirs, given, ("key.succession", {"number": HALF})
    given = {"key": LOG.vkey, "announcements": [announced(HALF, NEXT, (LOG, NEXT))]}
    early = written(lines_of(0, 3, checkpoint(BASE[:3], (NEXT,))))
    yield "key-too-early", early, given, ("proof.signature", {})
    retired = written(lines_of(note=checkpoint(BASE, (LOG,))))
    yield "key-retired", retired, given, ("proof.signature", {})


def broken_way():
    lines, size = lines_of(), len(BASE)
    place = {"kind": "event", "number": BASE[AT].number}
    for index, code in (
        (AT + 1, "proof.root"),
        (AT - 1, "proof.root"),
        (size - 1, "proof.length"),
        (size, "proof.index"),
        (10**14, "proof.index"),
    ):
        changed = with_line(3, lambda _, it=index: f"index {it}")
        yield f"way-index-{index}", changed, PINNED, (code, place | {"index": index})
    here = place | {"index": AT}
    yield "way-short", written(lines[:3] + lines[4:]), PINNED, ("proof.length", here)
    more = [*lines[:3], base64(bytes(32)), *lines[3:]]
    yield "way-long", written(more), PINNED, ("proof.length", here)
    swapped = [*lines[:3], lines[4], lines[3], *lines[5:]]
    yield "way-swapped", written(swapped), PINNED, ("proof.root", here)
    yield "way-edited", with_line(5, lambda _: base64(bytes(32))), PINNED, ("proof.root", here)
    root = checkpoint(BASE, root=bytes(32))
    yield "way-other-root", written(lines_of(note=root)), PINNED, ("proof.root", here)
    none = checkpoint((), (LOG, *WITNESSES))
    yield (
        "way-empty-log",
        written(lines_of(0, 1, none)),
        PINNED,
        (
            "proof.index",
            {"index": 0},
        ),
    )


def vectors():
    """Yield names, files, what is asked, and what is proven or the fault's code and place."""
    for name, content, asked, answer in good():
        yield name, content, asked, {"proven": answer | {"origin": ORIGIN}, "fault": None}
    for each in (broken_form, broken_checkpoint, broken_leaf, broken_signatures, broken_way):
        for name, content, asked, (code, place) in each():
            yield name, content, asked, {"proven": None, "fault": {"code": code} | place}


def write():
    FOLDER.mkdir(exist_ok=True)
    said = []
    for name, content, asked, answer in vectors():
        (FOLDER / f"{name}.tlog-proof").write_bytes(content)
        said.append({"name": name, "asked": asked, "answer": answer})
    text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
    INDEX.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
