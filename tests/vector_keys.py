"""Archives of a log whose key was replaced, and of one that only says so."""

from dataclasses import dataclass, replace

from archives import LOG, ORIGIN, WITNESSES, Archive, Notary, canonical, checkpoint
from vector_log import BASE, GOOD, HALF, IMPOSTOR, wrong

NEXT, LAST = Notary(ORIGIN, seed=b"n" * 32), Notary(ORIGIN, seed=b"m" * 32)
NINE = 9


def announced(size, following, signers, *, leaves=BASE, named=None):
    """Return a checkpoint that names who signs after it."""
    line = f"successor {(named or following).vkey}\n"
    return checkpoint(leaves[:size], signers, more=line)


@dataclass(frozen=True)
class Succeeded(Archive):
    """An archive whose header says which keys there were before."""

    steps: tuple = ()

    @property
    def header(self):
        said = {
            "jejak_archive": 2,
            "origin": self.origin,
            "public_key": self.key,
            "size": self.size,
            "successions": [{"checkpoint": note, "public_key": key} for key, note in self.steps],
        }
        return canonical(said) + b"\n"


def succeeded(*steps, key=NEXT, signers=None):
    note = checkpoint(BASE, signers or (key, *WITNESSES))
    return Succeeded(leaves=BASE, note=note, size=len(BASE), key=key.vkey, steps=steps)


ONCE = (LOG.vkey, announced(HALF, NEXT, (LOG, NEXT, *WITNESSES)))
TWICE = (NEXT.vkey, announced(NINE, LAST, (NEXT, LAST)))
KEPT = [checkpoint(BASE[:3]), checkpoint(BASE[:NINE], (NEXT,))]


def keys():
    yes = {"ok": True, "fault": None}
    once = succeeded(ONCE).written()
    for name, pinned in (("first", LOG), ("last", NEXT)):
        yield f"good-succession-{name}", once, {"key": pinned.vkey}, yes
    yield "good-succession-older", once, {"key": LOG.vkey, "older": KEPT}, yes
    yield "good-succession-unpinned", once, {"older": [ONCE[1]]}, yes
    twice = succeeded(ONCE, TWICE, key=LAST).written()
    for number, pinned in enumerate((LOG, NEXT, LAST)):
        yield f"good-succession-twice-{number}", twice, {"key": pinned.vkey}, yes
    whole = announced(len(BASE), NEXT, (LOG, NEXT))
    closing = replace(succeeded((LOG.vkey, whole)), note=whole)
    yield "good-succession-closing", closing.written(), {"key": LOG.vkey}, yes
    yield from broken_keys()


def broken_keys():
    asked = {"key": LOG.vkey}
    told = {"number": HALF}
    alone = replace(GOOD, key=NEXT.vkey, note=checkpoint(BASE, (NEXT,))).written()
    yield "succession-none", alone, asked, wrong("key.differs")
    for name, note in {
        "by-next-alone": announced(HALF, NEXT, (NEXT,)),
        "by-first-alone": announced(HALF, NEXT, (LOG,)),
        "by-impostor": announced(HALF, NEXT, (IMPOSTOR, NEXT)),
        "of-another": announced(HALF, NEXT, (LOG, NEXT), named=LAST),
        "unnamed": checkpoint(BASE[:HALF], (LOG, NEXT)),
    }.items():
        written = succeeded((LOG.vkey, note)).written()
        yield f"succession-{name}", written, asked, wrong("key.succession", told)
    late = announced(len(BASE) - 1, NEXT, (LOG, NEXT))
    cut = replace(succeeded((LOG.vkey, late)), leaves=BASE[:HALF], size=HALF).written()
    yield "succession-late", cut, asked, wrong("key.succession", {"number": len(BASE) - 1})
    back = succeeded((LOG.vkey, announced(NINE, NEXT, (LOG, NEXT))), (NEXT.vkey, ONCE[1]), key=NEXT)
    yield "succession-backwards", back.written(), asked, wrong("key.succession", told)
    other = announced(HALF, NEXT, (LOG, NEXT), leaves=BASE[1:])
    forked = succeeded((LOG.vkey, other)).written()
    yield "succession-forked", forked, asked, wrong("older.root", {"between": [0, HALF]})
    kept = {**asked, "older": [checkpoint(BASE[:NINE])]}
    refused = wrong("older.signature", {"number": NINE})
    yield "succession-first-goes-on", succeeded(ONCE).written(), kept, refused
    early = {**asked, "older": [checkpoint(BASE[:3], (NEXT,))]}
    refused = wrong("older.signature", {"number": 3})
    yield "succession-next-too-early", succeeded(ONCE).written(), early, refused
    closed = succeeded(ONCE, signers=(LOG,)).written()
    yield "succession-closed-by-first", closed, asked, wrong("checkpoint.signature")
    yield "succession-empty", succeeded().written(), {}, wrong("archive.header")
